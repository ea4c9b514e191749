/** Reading values of unknown shape. CloudTrail's own writers differ by service and year: lists come bare or wrapped, numbers and flags also as text. */
export type Json = Readonly<Record<string, unknown>>;

export const EMPTY: Json = Object.freeze({});

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const object = (value: unknown): Json => (isObject(value) ? value : EMPTY);

/** Names longer than this come from an attacker or a bug; the rest says nothing more. */
const LONGEST_NAME = 1024;

export const shorten = (value: string, longest: number = LONGEST_NAME): string =>
  value.length > longest ? `${value.slice(0, longest)}…` : value;

/** A non-empty text, or a number as text; `null` for anything else. Shortened. */
export function text(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : shorten(value);
  return typeof value === "number" && Number.isFinite(value) ? String(value) : null;
}

/** A finite, non-negative number, also written as text (`"80"`); `null` for anything else. */
export function amount(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : null;
  return typeof value === "string" && /^\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : null;
}

/** `true`, `"true"`, `"True"` and their opposites; `null` for anything else. */
export function flag(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "True" || value === "TRUE") return true;
  return value === "false" || value === "False" || value === "FALSE" ? false : null;
}

const WRAPPERS = ["items", "item", "member"] as const;

function unwrapped(value: Json): unknown {
  for (const wrapper of WRAPPERS) if (value[wrapper] !== undefined) return value[wrapper];
  return undefined;
}

/** A list however it was written: bare, `{items: [...]}`, or one element alone (XML without repetition). */
export function list(value: unknown): readonly unknown[] {
  let inside = value;
  while (isObject(inside)) {
    const next = unwrapped(inside);
    if (next === undefined) return Object.keys(inside).length === 0 ? [] : [inside];
    inside = next;
  }
  if (Array.isArray(inside)) return inside;
  return inside === null || inside === undefined || inside === "" ? [] : [inside];
}

export const objects = (value: unknown): readonly Json[] => list(value).filter(isObject);

export function texts(value: unknown): readonly string[] {
  const found: string[] = [];
  for (const entry of list(value)) {
    // EC2's newer operations log a list of ids as `{content: "vpce-1", tag: 1}`.
    const plain = text(isObject(entry) ? entry["content"] : entry);
    if (plain !== null) found.push(plain);
  }
  return found;
}

/** Longer texts are not parsed: no service takes a policy of a tenth of it. */
const LONGEST_DOCUMENT = 256 * 1024;

/** An object, or the object that a text holds as JSON; `null` for anything else. */
export function document(value: unknown): Json | null {
  if (isObject(value)) return value;
  if (typeof value !== "string" || value.length > LONGEST_DOCUMENT || !/^\s*\{/.test(value)) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
