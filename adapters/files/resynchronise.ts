import { COMMA, OPEN_OBJECT, QUOTE, skipSpace, skipString } from "./json-bytes.ts";
import { RECORD_FIELDS, UNREAD_FIELDS } from "./record-fields.ts";

/** Names with which a record may begin, whatever the order of its fields. */
const FIRST_NAMES: ReadonlySet<string> = new Set<string>([...RECORD_FIELDS, ...UNREAD_FIELDS, "EventId", "id"]);
export const LINE_FEED = 0x0a;

export interface Found {
  readonly at: number;
  /** The value stands on a line of its own, outside of any list. */
  readonly topLevel: boolean;
}

/**
 * Where the next record begins: a bracket behind a comma or on a new line, with a name that records begin with. Such
 * bytes cannot stand inside a JSON string, where quotes are escaped, so nothing that a caller names can fake it.
 */
export function findNextRecord(bytes: Buffer, from: number, end: number): Found | null {
  for (let at = bytes.indexOf(OPEN_OBJECT, from); at >= 0 && at < end; at = bytes.indexOf(OPEN_OBJECT, at + 1)) {
    const name = skipSpace(bytes, at + 1, end);
    if (bytes[name] !== QUOTE) continue;
    const nameEnd = skipString(bytes, name + 1, Math.min(end, name + 64));
    if (nameEnd < 0) continue;
    const before = lastBefore(bytes, at, from);
    const key = bytes.toString("latin1", name + 1, nameEnd - 1);
    if (before === COMMA && FIRST_NAMES.has(key)) return { at, topLevel: false };
    if (bytes[at - 1] === LINE_FEED && before !== COMMA && (key === "Records" || FIRST_NAMES.has(key))) {
      return { at, topLevel: true };
    }
  }
  return null;
}

/** The line after the one that `from` stands on. */
export function findNextLine(bytes: Buffer, from: number, end: number): Found | null {
  const feed = bytes.indexOf(LINE_FEED, from);
  return feed < 0 || feed + 1 >= end ? null : { at: feed + 1, topLevel: true };
}

function lastBefore(bytes: Buffer, at: number, from: number): number | undefined {
  let p = at - 1;
  while (p >= from && (bytes[p] === 0x20 || bytes[p] === LINE_FEED || bytes[p] === 0x0d || bytes[p] === 0x09)) p--;
  return p >= from - 1 ? bytes[p] : undefined;
}
