import type { Severity } from "#core/domain/finding.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { KeptIncident, LiveIncident } from "#core/ports/live-incidents.ts";
import type { Packed } from "./packing.ts";
import { expiry } from "./retention.ts";
import type { Item } from "./table.ts";

/** All incidents are in one partition: they are few, and read together. */
export const KIND = "incident";
/** When an open incident ends, as far as the index by end knows. */
const OPEN: EpochMs = 9_999_999_999_999;

interface Key extends Item {
  readonly kind: typeof KIND;
  readonly id: string;
}

/** What the table's indexes and people at the console need; the incident is in the packed text. */
export interface IncidentItem extends Key, Packed {
  readonly version: number;
  /** Of the request that wrote it. */
  readonly writeId: string;
  readonly revision: number;
  readonly state: "open" | "closed";
  readonly severity: Severity;
  readonly endsAt: EpochMs;
  /** Absent once its last revision is said. */
  readonly unsaidSince?: EpochMs;
  readonly notBefore?: EpochMs;
  /** Absent while it is open. */
  readonly expiresAt?: number;
  readonly forwardedTo?: undefined;
}

export interface ForwardedItem extends Key {
  readonly forwardedTo: string;
  /** Goes on from the incident's, should it become one again. */
  readonly version: number;
  readonly expiresAt: number;
}

export const keyOf = (id: string): Key => ({ kind: KIND, id });

export function incidentItem(
  { draft, saidRevision, notBefore }: LiveIncident,
  version: number,
  writeId: string,
  packed: Packed,
): IncidentItem {
  const { id, revision, state, severity, window } = draft;
  return {
    kind: KIND,
    id,
    version,
    writeId,
    revision,
    state,
    severity,
    endsAt: state === "open" ? OPEN : window.end,
    ...(revision > saidRevision ? { unsaidSince: window.start } : {}),
    ...(notBefore === null ? {} : { notBefore }),
    ...(state === "open" ? {} : { expiresAt: expiry(window.end) }),
    ...packed,
  };
}

export const forwardedItem = ({ draft: { id, window }, version }: KeptIncident, to: string): ForwardedItem => ({
  kind: KIND,
  id,
  forwardedTo: to,
  version: version + 1,
  expiresAt: expiry(window.end),
});
