/**
 * Finding the ends of JSON values in bytes, without building them. What is skipped here is checked for balance and for
 * raw control characters in strings, not for the rest of the grammar: a span is handed to JSON.parse only when needed.
 */

/** The bytes end inside the value: wrong at the end of a file, otherwise a matter of reading on. */
export const INCOMPLETE = -1;
export const BROKEN = -2;
export const TOO_DEEP = -3;

/** CloudTrail's own records nest below 20; a deeper one is somebody's experiment. */
export const MAX_DEPTH = 64;

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const COLON = 0x3a;
export const COMMA = 0x2c;
/** Below it stand control characters, which JSON strings must escape. */
const FIRST_PRINTABLE = 0x20;

/** Bytes of numbers and of true, false and null. */
const IN_LITERAL = new Uint8Array(256);
for (const char of "+-.0123456789Eeaflnrstu") IN_LITERAL[char.charCodeAt(0)] = 1;

const closers = new Uint8Array(MAX_DEPTH + 1);

/** `at` stands behind the opening quote; answers the position behind the closing one. */
export function skipString(bytes: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end) {
    const byte = bytes[p++] as number;
    if (byte === QUOTE) return p;
    if (byte === BACKSLASH) p++;
    else if (byte < FIRST_PRINTABLE) return BROKEN;
  }
  return INCOMPLETE;
}

/** `at` stands on the opening bracket; answers the position behind the one that closes it. */
export function skipNested(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  let p = at;
  // Plain comparisons, and strings in the same loop: measured to be half again as fast as tables and calls.
  while (p < end) {
    const byte = bytes[p++] as number;
    if (byte === QUOTE) {
      for (;;) {
        if (p >= end) return INCOMPLETE;
        const inside = bytes[p++] as number;
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) p++;
        else if (inside < FIRST_PRINTABLE) return BROKEN;
      }
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth === MAX_DEPTH) return TOO_DEEP;
      closers[depth++] = byte + 2;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (closers[--depth] !== byte) return BROKEN;
      if (depth === 0) return p;
    }
  }
  return INCOMPLETE;
}

/** Any value; `at` stands on its first byte. A number or word that touches `end` may go on and is incomplete. */
export function skipValue(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return INCOMPLETE;
  const first = bytes[at] as number;
  if (first === QUOTE) return skipString(bytes, at + 1, end);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipNested(bytes, at, end);
  let p = at;
  while (p < end && IN_LITERAL[bytes[p] as number] === 1) p++;
  if (p === at) return BROKEN;
  return p === end ? INCOMPLETE : p;
}

/** The first position from `at` that is not white space; `end` when there is none. */
export function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end) {
    const byte = bytes[p] as number;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return p;
    p++;
  }
  return end;
}
