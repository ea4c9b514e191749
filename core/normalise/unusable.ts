import type { QuarantineReason } from "../domain/ingest.ts";
import { shorten } from "./json.ts";

/** Why a record cannot become an event. Thrown inside this folder only; `normaliseRecord` turns it into an answer. */
export class Unusable extends Error {
  readonly reason: QuarantineReason;

  constructor(reason: QuarantineReason, detail: string) {
    super(detail);
    this.name = "Unusable";
    this.reason = reason;
  }
}

/** A value of unknown type and size, for a message. */
export function shownValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, 80));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) {
    return `an object with ${shorten(Object.keys(value).slice(0, 5).join(", ") || "no keys", 80)}`;
  }
  return String(value);
}

export const wrongType = (field: string, value: unknown, wanted: string): Unusable =>
  new Unusable("wrong-type", `${field} should be ${wanted}, but is ${shownValue(value)}`);

export const missing = (field: string): Unusable => new Unusable("missing-field", `${field} is missing`);
