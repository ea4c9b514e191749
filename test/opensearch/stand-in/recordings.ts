import { readFileSync } from "node:fs";
import type { Json } from "./exchange.ts";

/** One recorded request and its complete answer; the README beside the files says how they came about. */
export interface Exchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: Json;
  };
  readonly response: { readonly status: number; readonly body: Json };
  readonly note: string;
}

export type Recording = "alerting" | "core" | "detectors" | "notifications" | "realtime" | "results" | "security";

const FOLDER = new URL("../../fixtures/opensearch-exchanges/", import.meta.url);
const read = new Map<Recording, readonly Exchange[]>();

/** All exchanges of a file, in the order of sending. */
export function exchanges(recording: Recording): readonly Exchange[] {
  const known = read.get(recording);
  if (known) return known;
  const all = JSON.parse(readFileSync(new URL(`${recording}.json`, FOLDER), "utf8")) as Exchange[];
  read.set(recording, all);
  return all;
}

/** The body of a recorded answer, to be changed at will. Throws RangeError for a name that is not there. */
export function recordedBody(recording: Recording, name: string): Json {
  const found = exchanges(recording).find((exchange) => exchange.name === name);
  if (!found) throw new RangeError(`nothing recorded as ${recording}/${name}`);
  return structuredClone(found.response.body);
}
