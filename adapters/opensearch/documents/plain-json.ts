/** How much of a JSON text may be taken as it stands. */
export interface PlainLimits {
  /** Objects and lists inside one another. */
  readonly levels: number;
  /** Of a value's characters, and of a name's. */
  readonly valueCharacters: number;
  readonly nameCharacters: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const LOWER_T = 0x74;
const LOWER_F = 0x66;
const FIRST_PRINTABLE = 0x20;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;
/** A whole number of so many digits is written by JavaScript as it is. */
const EXACT_DIGITS = 15;

/** Characters that a name may have and mean nothing anywhere; digits not in front, where JavaScript would reorder. */
const IN_NAME = new Uint8Array(0x80);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ .:/@-")
  IN_NAME[char.charCodeAt(0)] = 1;

/** A client that meets these in an answer refuses all of it, for fear of what they do to objects. */
export const FEARED_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const FEARED_LENGTHS = new Set([...FEARED_NAMES].map(({ length }) => length));

const NOT_PLAIN = -1;

/** Names of the objects that are open, by where they begin and how long they are: no object has one twice. */
const starts = new Int32Array(256);
const lengths = new Int32Array(256);
let names = 0;
let text = "";
let limits: PlainLimits = { levels: 0, valueCharacters: 0, nameCharacters: 0 };
let left = 0;

/**
 * Whether a JSON text may stand in a document as it is: what `JSON.parse` would make of it has nothing to be cut, replaced or
 * left out, and `JSON.stringify` would write the same. Then nothing has to be built. A text that is not plain is not wrong.
 *
 * @param values how many texts, numbers and words it may have
 * @returns how many of them are left; negative where it is not plain
 */
export function plainJson(json: string, most: PlainLimits, values: number): number {
  text = json;
  limits = most;
  left = values;
  names = 0;
  return value(0, most.levels) === json.length ? left : NOT_PLAIN;
}

/** The position behind the value at `at`, or {@link NOT_PLAIN}. */
function value(at: number, levels: number): number {
  const first = text.charCodeAt(at);
  if (first === OPEN_OBJECT) return levels > 0 ? object(at + 1, levels - 1) : NOT_PLAIN;
  if (first === OPEN_ARRAY) return levels > 0 ? list(at + 1, levels - 1) : NOT_PLAIN;
  left--;
  if (first === QUOTE) return string(at + 1);
  if (first >= ZERO && first <= NINE) return number(at, first);
  if (first === LOWER_T) return text.startsWith("true", at) ? at + 4 : NOT_PLAIN;
  return first === LOWER_F && text.startsWith("false", at) ? at + 5 : NOT_PLAIN;
}

function string(start: number): number {
  const json = text;
  let p = start;
  for (; p < json.length; p++) {
    const char = json.charCodeAt(p);
    if (char === QUOTE) return p - start <= limits.valueCharacters ? p + 1 : NOT_PLAIN;
    if (char === BACKSLASH || char < FIRST_PRINTABLE) return NOT_PLAIN;
    if (char >= FIRST_SURROGATE && char <= LAST_SURROGATE) return NOT_PLAIN;
  }
  return NOT_PLAIN;
}

function number(start: number, first: number): number {
  let p = start + 1;
  if (first === ZERO) return p;
  while (isDigit(text.charCodeAt(p))) p++;
  return p - start <= EXACT_DIGITS ? p : NOT_PLAIN;
}

const isDigit = (char: number): boolean => char >= ZERO && char <= NINE;

/** `at` stands behind the bracket. An empty one is left out of documents, and so is none of these. */
function object(at: number, levels: number): number {
  const before = names;
  let p = at;
  for (;;) {
    p = name(p, before);
    if (p < 0) return NOT_PLAIN;
    p = value(p, levels);
    if (p < 0) return NOT_PLAIN;
    const next = text.charCodeAt(p++);
    if (next === CLOSE_OBJECT) break;
    if (next !== COMMA) return NOT_PLAIN;
  }
  names = before;
  return p;
}

/** A name with its colon, which none in the same object is like. */
function name(at: number, before: number): number {
  const json = text;
  const start = at + 1;
  if (json.charCodeAt(at) !== QUOTE || isDigit(json.charCodeAt(start)) || names === starts.length) return NOT_PLAIN;
  let p = start;
  for (; p < json.length; p++) {
    const char = json.charCodeAt(p);
    if (char === QUOTE) break;
    if (char >= IN_NAME.length || IN_NAME[char] === 0) return NOT_PLAIN;
  }
  const length = p - start;
  if (length === 0 || length > limits.nameCharacters || json.charCodeAt(p + 1) !== COLON) return NOT_PLAIN;
  if (FEARED_LENGTHS.has(length) && FEARED_NAMES.has(json.slice(start, p))) return NOT_PLAIN;
  for (let other = before; other < names; other++) {
    if (lengths[other] === length && same(starts[other] as number, start, length)) return NOT_PLAIN;
  }
  starts[names] = start;
  lengths[names++] = length;
  return p + 2;
}

function same(one: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (text.charCodeAt(one + i) !== text.charCodeAt(other + i)) return false;
  return true;
}

/** `at` stands behind the bracket. A list in a list is made one with it, and so is none of these. */
function list(at: number, levels: number): number {
  let p = at;
  for (;;) {
    if (text.charCodeAt(p) === OPEN_ARRAY) return NOT_PLAIN;
    p = value(p, levels);
    if (p < 0) return NOT_PLAIN;
    const next = text.charCodeAt(p++);
    if (next === CLOSE_ARRAY) return p;
    if (next !== COMMA) return NOT_PLAIN;
  }
}
