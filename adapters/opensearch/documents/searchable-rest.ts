import { storableText } from "#core/domain/storable-text.ts";
import { FEARED_NAMES, plainJson } from "./plain-json.ts";

/**
 * A `flat_object` refuses a whole document whose value is a text, or that holds a value of more than 32,766 bytes with
 * its path: levels, names and values are few and short enough to stay below, whatever the characters.
 */
const LEVELS = 6;
const NAME_CHARACTERS = 200;
const VALUE_CHARACTERS = 1000;
/** Each is a term of its own in the index; what a person searches for is among the first. */
const VALUES = 200;

const PARTS = ["request", "error", "additional"] as const;
/** A part stands one level below the whole. */
const PLAIN_PART = {
  levels: LEVELS - 1,
  nameCharacters: NAME_CHARACTERS,
  valueCharacters: VALUE_CHARACTERS,
};

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

/** Parts of a record that are worth searching, each as JSON: as it was logged, which may be no JSON at all. */
export interface RestTexts {
  readonly request?: string;
  readonly error?: string;
  readonly additional?: string;
}

/** The JSON of {@link searchableRest} of {@link restValue}: hardly any part has to be cut, and the others are not parsed. */
export function searchableRestText(rest: RestTexts): string | undefined {
  let left = VALUES;
  let text = "";
  for (const name of PARTS) {
    const part = rest[name];
    if (part === undefined) continue;
    left = plainJson(part, PLAIN_PART, left);
    if (left < 0) return JSON.stringify(searchableRest(restValue(rest)));
    text += text === "" ? `{"${name}":${part}` : `,"${name}":${part}`;
  }
  return text === "" ? undefined : `${text}}`;
}

/** The parts; without those that are no JSON, which a reader that does not need them passes by. */
export function restValue(rest: RestTexts): Readonly<Record<string, unknown>> {
  const value: Record<string, unknown> = {};
  for (const name of PARTS) {
    const part = rest[name];
    if (part === undefined) continue;
    try {
      value[name] = JSON.parse(part);
    } catch {
      // Left out of what may be searched only: the event is kept, and found by its other parts.
    }
  }
  return value;
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

function harmless(name: string): string {
  const short = shortened(name, NAME_CHARACTERS) || "_";
  return FEARED_NAMES.has(short) ? `${short}_` : short;
}

const shortened = (text: string, characters: number): string => storableText(text.slice(0, characters));

const primitive = (value: unknown): unknown =>
  typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value)) ? value : String(value);

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
