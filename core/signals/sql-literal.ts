import type { EpochMs, TimeWindow } from "../domain/time.ts";

/**
 * The one place where a value becomes part of SQL text. Everything in CloudTrail may be chosen by an attacker, so:
 * quotes are doubled (DuckDB, Trino and Athena know no other escape in a plain string literal), a NUL, which would
 * end the statement's text early in C, is spelt as chr(0), and half a surrogate pair, which is no UTF-8, becomes U+FFFD
 * as it does when an event is stored.
 */
export function sqlText(value: string): string {
  const wellFormed = value.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
  const parts = wellFormed.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(" || chr(0) || ")})`;
}

/** Throws RangeError for what is no finite number: SQL has no literal for it. */
export function sqlNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`not a number for SQL: ${value}`);
  return value.toString();
}

/** `timestamp '2026-11-03 02:14:00.000'`, in UTC like every time in the store. Throws RangeError outside years 0..9999. */
export function sqlTimestamp(time: EpochMs): string {
  const iso = new Date(time).toISOString();
  if (iso.length !== 24) throw new RangeError(`not a time for SQL: ${iso}`);
  return `timestamp '${iso.slice(0, 10)} ${iso.slice(11, 23)}'`;
}

/** `column in ('a', 'b')`; false for an empty list. */
export const sqlIn = (column: string, values: readonly string[]): string =>
  values.length === 0 ? "false" : `${column} in (${values.map(sqlText).join(", ")})`;

const YEAR_0 = Date.parse("0000-01-01T00:00:00Z");
const YEAR_10000 = Date.UTC(10_000, 0, 1);

/** Bounds outside the years that events have are no bounds, so that a window may be open at either end. */
export function sqlWindow(column: string, { start, end }: TimeWindow): string {
  if (end <= start) return "false";
  const bounds: string[] = [];
  if (start > YEAR_0) bounds.push(start < YEAR_10000 ? `${column} >= ${sqlTimestamp(start)}` : "false");
  if (end < YEAR_10000) bounds.push(end > YEAR_0 ? `${column} < ${sqlTimestamp(end)}` : "false");
  return bounds.length === 0 ? "true" : bounds.join(" and ");
}
