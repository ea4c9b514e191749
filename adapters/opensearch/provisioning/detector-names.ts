import { createHash } from "node:crypto";
import type { ForestCategory } from "#core/config/opensearch.ts";
import { canonicalJson } from "#core/normalise/canonical-json.ts";

const SUFFIXES: Readonly<Record<ForestCategory, string>> = { entity: "", "account-type": "-by-type", ou: "-by-ou" };

/** `<namespace>trailwatch-<signal>[-by-type|-by-ou]`. */
export const detectorName = (namespace: string, signal: string, by: ForestCategory): string =>
  `${namespace}trailwatch-${signal}${SUFFIXES[by]}`;

/** Which of our detectors one is, and what it learns from. */
export interface DetectorMark {
  readonly namespace: string;
  readonly signal: string;
  readonly by: ForestCategory;
  /** Of all that cannot change without learning anew. */
  readonly fingerprint: string;
}

/**
 * Ends the description of every detector of ours. A detector that replaces another has a name of its own, so the
 * description, not the name, says which one it is.
 */
export const detectorMark = ({ namespace, signal, by, fingerprint }: DetectorMark): string =>
  `[trailwatch ${signal} by ${by} ${fingerprint} ${namespace || "-"}]`;

const MARK = /\[trailwatch ([a-z][a-z0-9-]*) by (entity|account-type|ou) ([0-9a-f]{12}) (-|[a-z0-9][a-z0-9-]*)\]$/;

/** What {@link detectorMark} wrote; `null` where it is no detector of ours. */
export function readDetectorMark(description: string | undefined): DetectorMark | null {
  const match = MARK.exec(description ?? "");
  if (!match) return null;
  const [, signal = "", by, fingerprint = "", namespace = ""] = match;
  return { signal, by: by as ForestCategory, fingerprint, namespace: namespace === "-" ? "" : namespace };
}

/** Twelve hexadecimal digits, the same for the same content in whatever order. */
export const fingerprintOf = (content: unknown): string =>
  createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, 12);
