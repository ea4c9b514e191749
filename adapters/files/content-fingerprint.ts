import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  MAX_DEPTH,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
} from "./json-bytes.ts";

/** Digits that a number may have and still be the same only when it is written the same. */
const PLAIN_DIGITS = 15;
const MINUS = 0x2d;
const FIRST_DIGIT = 0x30;
const LAST_DIGIT = 0x39;
const FIRST_LETTER = 0x61;
const SPACE = 0x20;
/** A quote, a backslash, one and the highest bit in each byte of a word. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const ONES = 0x01010101;
const HIGHEST = 0x80808080 | 0;

const out = Buffer.alloc(8);
let scratch = Buffer.alloc(4096);
let scratchWords = viewOf(scratch);
let bytes: Buffer = scratch;
let words: DataView = scratchWords;
let last = 0;
let at = 0;
/** The hash of what was hashed last, in two halves that do not wait for each other. */
let low = 0;
let high = 0;

/**
 * 64 bits of what a record in `record[start, end)` says, whatever order, white space and escapes it was written with:
 * tells a duplicate from a conflict. Members of an object are hashed each with its name and then added up, so that nothing
 * is sorted, and nothing is built but texts with escapes; it is asked of every record there is. Where the bytes are no
 * JSON, they are hashed as they are. Not proof against somebody who makes collisions: he would have to choose the event's
 * id too, which is AWS's. The kernel has the same for the records that are usual.
 */
export function contentFingerprint(record: Buffer, start: number, end: number): string {
  if (record !== bytes) {
    bytes = record;
    words = viewOf(record);
  }
  at = start;
  last = end;
  if (!hashValue(0) || skipSpace(bytes, at, end) !== end) hashSpan(words, start, end, 11);
  return fingerprintText(mixed(low), mixed(high));
}

/** The text of a fingerprint of these two words. */
export function fingerprintText(lowWord: number, highWord: number): string {
  out.writeInt32LE(lowWord, 0);
  out.writeInt32LE(highWord, 4);
  return out.toString("base64url");
}

/** False where it is no JSON. */
function hashValue(depth: number): boolean {
  if (at >= last) return false;
  const first = bytes[at];
  if (first === QUOTE) return hashString(1);
  if (first === OPEN_OBJECT) return depth <= MAX_DEPTH && hashObject(depth);
  if (first === OPEN_ARRAY) return depth <= MAX_DEPTH && hashArray(depth);
  return hashLiteral();
}

function hashObject(depth: number): boolean {
  let lowSum = 5;
  let highSum = 7;
  let next = nextByte(at + 1);
  if (next === CLOSE_OBJECT) at++;
  while (next !== CLOSE_OBJECT) {
    if (next !== QUOTE || !hashString(2)) return false;
    const nameLow = Math.imul(low, 0x1b873593);
    const nameHigh = Math.imul(high, 0xc2b2ae35);
    if (nextByte(at) !== COLON) return false;
    nextByte(at + 1);
    if (!hashValue(depth + 1)) return false;
    // A value belongs to its name: only the sum is the same in any order.
    lowSum = (lowSum + mixed(nameLow ^ low)) | 0;
    highSum = (highSum + mixed(nameHigh + high)) | 0;
    next = nextByte(at);
    if (next === COMMA) next = nextByte(at + 1);
    else if (next === CLOSE_OBJECT) at++;
    else return false;
  }
  low = lowSum;
  high = highSum;
  return at <= last;
}

function hashArray(depth: number): boolean {
  let lowSum = 13;
  let highSum = 17;
  let next = nextByte(at + 1);
  if (next === CLOSE_ARRAY) at++;
  while (next !== CLOSE_ARRAY) {
    if (!hashValue(depth + 1)) return false;
    lowSum = mixed(Math.imul(lowSum, 0x1b873593) ^ low);
    highSum = mixed(Math.imul(highSum, 0xc2b2ae35) + high);
    next = nextByte(at);
    if (next === COMMA) next = nextByte(at + 1);
    else if (next === CLOSE_ARRAY) at++;
    else return false;
  }
  low = lowSum;
  high = highSum;
  return at <= last;
}

/** Goes to the next byte that is no white space, and answers it. */
function nextByte(from: number): number {
  at = from;
  const byte = bytes[at] as number;
  if (byte > SPACE) return byte;
  at = skipSpace(bytes, from, last);
  return bytes[at] as number;
}

/** Four bytes at a time, up to the word with the quote, or with an escape. */
function hashString(kind: number): boolean {
  const view = words;
  const end = last;
  let p = at + 1;
  let a = Math.imul(kind, 0x9e3779b1);
  let b = Math.imul(kind, 0x85ebca6b);
  while (p + 4 <= end) {
    const word = view.getInt32(p, true);
    const quotes = word ^ QUOTES;
    const slashes = word ^ BACKSLASHES;
    if ((((quotes - ONES) & ~quotes) | ((slashes - ONES) & ~slashes)) & HIGHEST) break;
    a = Math.imul(a ^ word, 0xcc9e2d51);
    a ^= a >>> 15;
    b = Math.imul(b + word, 0x1b873593);
    b ^= b >>> 13;
    p += 4;
  }
  for (; p < end; p++) {
    const byte = view.getUint8(p);
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) return hashEscaped(kind);
    a = Math.imul(a ^ byte, 0xcc9e2d51);
    b = Math.imul(b + byte, 0x1b873593);
  }
  if (p >= end) return false;
  low = a ^ (p - at);
  high = b ^ (p - at);
  at = p + 1;
  return true;
}

/** What it stands for is hashed, as if it had been written so. */
function hashEscaped(kind: number): boolean {
  const end = skipString(bytes, at + 1, last);
  if (end < 0) return false;
  try {
    hashText(JSON.parse(bytes.toString("utf8", at, end)), kind);
  } catch {
    return false;
  }
  at = end;
  return true;
}

function hashText(text: string, kind: number): void {
  const most = text.length * 3;
  if (most > scratch.length) {
    scratch = Buffer.alloc(most * 2);
    scratchWords = viewOf(scratch);
  }
  hashSpan(scratchWords, 0, scratch.write(text, 0), kind);
}

function hashLiteral(): boolean {
  const start = at;
  let p = start;
  let plain = bytes[start] !== MINUS;
  for (; p < last; p++) {
    const byte = bytes[p] as number;
    if (byte >= FIRST_DIGIT && byte <= LAST_DIGIT) continue;
    if (byte <= SPACE || byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) break;
    plain = false;
  }
  if (p === start) return false;
  at = p;
  const isWord = (bytes[start] as number) >= FIRST_LETTER;
  if (isWord || (plain && p - start <= PLAIN_DIGITS)) {
    hashSpan(words, start, p, 3);
    return true;
  }
  const number = Number(bytes.toString("latin1", start, p));
  if (Number.isNaN(number)) return false;
  hashText(String(number), 3);
  return true;
}

/** As {@link hashString} hashes what stands between quotes. */
function hashSpan(view: DataView, start: number, end: number, kind: number): void {
  let a = Math.imul(kind, 0x9e3779b1);
  let b = Math.imul(kind, 0x85ebca6b);
  let p = start;
  for (; p + 4 <= end; p += 4) {
    const word = view.getInt32(p, true);
    a = Math.imul(a ^ word, 0xcc9e2d51);
    a ^= a >>> 15;
    b = Math.imul(b + word, 0x1b873593);
    b ^= b >>> 13;
  }
  for (; p < end; p++) {
    const byte = view.getUint8(p);
    a = Math.imul(a ^ byte, 0xcc9e2d51);
    b = Math.imul(b + byte, 0x1b873593);
  }
  low = a ^ (end - start + 1);
  high = b ^ (end - start + 1);
}

/** The finishing step of MurmurHash3: every bit in bears on every bit out. */
function mixed(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
