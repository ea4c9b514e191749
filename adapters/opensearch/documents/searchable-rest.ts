import { storableText } from "#core/domain/storable-text.ts";
import { isPlain } from "./plain-text.ts";

/**
 * A `flat_object` refuses a whole document whose value is a text, or that holds a value of more than 32,766 bytes with
 * its path: levels, names and values are few and short enough to stay below, whatever the characters.
 */
const LEVELS = 6;
const NAME_CHARACTERS = 200;
const VALUE_CHARACTERS = 1000;
/** Each is a term of its own in the index; what a person searches for is among the first. */
const VALUES = 200;

/**
 * What may be indexed of anything that a record holds: wrapped where it is no object, and cut. `undefined` where
 * nothing remains.
 */
export function searchableRest(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const left = { values: VALUES };
  const found = cut(value, LEVELS, left);
  if (found === undefined) return undefined;
  return isPlainObject(found) ? found : { value: found };
}

/** The JSON of {@link searchableRest}: most records have something to search for, and hardly any has to be cut. */
export function searchableRestText(value: unknown): string | undefined {
  const text = cutText(value, LEVELS, { values: VALUES });
  return text === undefined || text.startsWith("{") ? text : `{"value":${text}}`;
}

function cutText(value: unknown, levels: number, left: { values: number }): string | undefined {
  if (value === null || value === undefined || left.values <= 0) return undefined;
  const before = left.values;
  const text =
    typeof value === "string" || typeof value === "boolean"
      ? plainText(value, left)
      : isPlainObject(value) && levels > 0
        ? plainObject(value, levels, left)
        : Array.isArray(value) && levels > 0
          ? plainArray(value, levels, left)
          : null;
  if (text !== null) return text;
  left.values = before;
  const found = cut(value, levels, left);
  return found === undefined ? undefined : JSON.stringify(found);
}

/** What stays as it is; `null` where something has to be cut. */
function plainText(value: string | boolean, left: { values: number }): string | null {
  left.values--;
  if (typeof value === "boolean") return String(value);
  return value.length <= VALUE_CHARACTERS && isPlain(value) ? `"${value}"` : null;
}

function plainObject(
  object: Readonly<Record<string, unknown>>,
  levels: number,
  left: { values: number },
): string | null | undefined {
  let text = "";
  for (const name of Object.keys(object)) {
    const inner = cutText(object[name], levels - 1, left);
    if (inner === undefined) continue;
    const member = memberText(name);
    if (member === null) return null;
    text += text === "" ? `{${member}${inner}` : `,${member}${inner}`;
  }
  return text === "" ? undefined : `${text}}`;
}

const members = new Map<string, string>();
const REMEMBERED_NAMES = 5000;

/** A name as JSON with its colon; `null` where it cannot stay as it is. */
function memberText(name: string): string | null {
  const found = members.get(name);
  if (found !== undefined) return found;
  if (!PLAIN_NAME.test(name) || FEARED.has(name)) return null;
  // Chosen by callers of AWS, who must not be able to fill the memory.
  if (members.size >= REMEMBERED_NAMES) members.clear();
  const text = `"${name}":`;
  members.set(name, text);
  return text;
}

function plainArray(items: readonly unknown[], levels: number, left: { values: number }): string | null | undefined {
  let text = "";
  for (const item of items) {
    if (Array.isArray(item)) return null;
    const inner = cutText(item, levels - 1, left);
    if (inner !== undefined) text += text === "" ? `[${inner}` : `,${inner}`;
  }
  return text === "" ? undefined : `${text}]`;
}

function cut(value: unknown, levels: number, left: { values: number }): unknown {
  if (value === null || value === undefined || left.values <= 0) return undefined;
  if (typeof value !== "object") {
    left.values--;
    return typeof value === "string" ? shortened(value, VALUE_CHARACTERS) : primitive(value);
  }
  if (levels === 0) {
    left.values--;
    return shortened(JSON.stringify(value), VALUE_CHARACTERS);
  }
  if (Array.isArray(value)) {
    const items = [];
    for (const item of value) {
      // An array in an array has no name of its own: its texts are found as those of the outer one.
      const inner = cut(item, levels - 1, left);
      if (inner !== undefined) items.push(inner);
    }
    return items.length === 0 ? undefined : items.flat();
  }
  const object: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const found = cut(inner, levels - 1, left);
    if (found !== undefined) object[harmless(name)] = found;
  }
  return Object.keys(object).length === 0 ? undefined : object;
}

/** Names that JSON writes as they are, and that are short enough. */
const PLAIN_NAME = /^[\w .:/@-]{1,200}$/;

/** A client that meets these in an answer refuses all of it, for fear of what they do to objects. */
const FEARED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

function harmless(name: string): string {
  const short = shortened(name, NAME_CHARACTERS) || "_";
  return FEARED.has(short) ? `${short}_` : short;
}

const shortened = (text: string, characters: number): string => storableText(text.slice(0, characters));

const primitive = (value: unknown): unknown =>
  typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value)) ? value : String(value);

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
