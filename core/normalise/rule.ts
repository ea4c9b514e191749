import type { Detail, Sheet } from "./sheet.ts";

export type SubDocument = "request" | "response" | "additional";

/** What one action's records say beyond the fields that all records have. */
export interface Rule {
  readonly service: string;
  readonly actions: readonly string[];
  readonly reads: readonly SubDocument[];
  /** `success`: only calls that took effect. `failure`: only those that did not. */
  readonly when: "success" | "failure" | "always";
  readonly apply: (detail: Detail, sheet: Sheet) => void;
}

/** `actions` are separated by spaces. */
export const rule = (
  service: string,
  actions: string,
  reads: readonly SubDocument[],
  apply: Rule["apply"],
  when: Rule["when"] = "success",
): Rule => ({ service, actions: actions.trim().split(/\s+/), reads, when, apply });
