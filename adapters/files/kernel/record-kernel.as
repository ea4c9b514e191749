/**
 * What is asked of every byte of every record: where its fields lie, whether their values were met before, and a
 * fingerprint of the whole. AssemblyScript, because sixteen bytes at a time are four times as fast as JavaScript one by
 * one. `npm run kernel` compiles it to compiled.ts; record-kernel.ts is its other side.
 *
 * All functions work on text that the other side has put behind TEXT, with at least 32 bytes of memory after it.
 * Positions are addresses in this memory.
 */

/** The meanings of json-bytes.ts. */
const INCOMPLETE: i32 = -1;
const BROKEN: i32 = -2;
const TOO_DEEP: i32 = -3;
const MAX_DEPTH: usize = 64;

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COLON: u32 = 0x3a;
const COMMA: u32 = 0x2c;
const CLOSE_OBJECT: u32 = 0x7d;
const SPACE: u32 = 0x20;
/** A bracket with this bit set is a brace of its side. */
const BRACE_BIT: u32 = 0x20;
const OPEN: u32 = 0x7b;
const CLOSE: u32 = 0x7d;

/** Fields that can be told apart; 32 stands for "none". */
export const FIELDS: i32 = 32;
/** Filled in by the other side. `"name":` of each field, 32 bytes apart, with 0xff for each byte in KEY_MASKS. */
export const KEYS: usize = 1024;
export const KEY_MASKS: usize = 3072;
/** A byte a field: the length of its `"name":`. */
export const KEY_LENGTHS: usize = 5120;
/** A byte a slot, see slotOf of record-fields.ts: the field, or 255. */
export const NAME_SLOTS: usize = 5184;
/** A byte a field, and one for none: which field stood behind it the last time; 255 for none that is known. */
export const FOLLOWING: usize = 5440;
/** A byte a field: 1 where values are worth remembering. */
export const REMEMBERED: usize = 5568;
export const NAME_SEED: usize = 5632;
/** Brackets that close the open ones. */
const CLOSERS: usize = 5696;

/** What is found, four bytes a field: where its value begins and ends (0 where there is none), ... */
export const STARTS: usize = 8192;
export const ENDS: usize = 8448;
/** ... 1 for a text without escapes, and the number of a value that was met before, or -1. */
export const PLAIN: usize = 8704;
export const ENTRIES: usize = 8960;
/** The entry that a field had the last time. */
const LAST: usize = 9216;
/** Two words of a fingerprint; or 1 where a name with escapes was met. */
export const PRINT: usize = 9472;
export const ESCAPED_KEY: usize = 9480;
/** Four words. */
export const UUID: usize = 9488;

/** Of remembered values: number plus 1 by hash, ... */
const SLOTS: usize = 16384;
const SLOT_COUNT: usize = 131072;
/** ... hash, address and length by number, sixteen bytes each, ... */
const TABLE: usize = SLOTS + SLOT_COUNT * 4;
const MOST_ENTRIES: i32 = 49152;
/** ... and their bytes. Values repeat within an hour's files, not across months: when it is full, all is forgotten. */
const ARENA: usize = TABLE + MOST_ENTRIES * 16;
const ARENA_BYTES: usize = 8 * 1024 * 1024;
const LONGEST_REMEMBERED: usize = ARENA_BYTES / 8;

export const TEXT: usize = 152 * 65536;

let entries: i32 = 0;
let used: usize = 0;
/** Whether the last string had an escape. */
let escaped: bool = false;

@inline
function skipSpace(at: usize, end: usize): usize {
  let p = at;
  while (p < end) {
    const byte: u32 = load<u8>(p);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) break;
    p++;
  }
  return p;
}

/** `at` stands behind the opening quote; answers the position behind the closing one. */
function skipString(at: usize, end: usize): i32 {
  let p = at;
  escaped = false;
  while (p < end) {
    const block = v128.load(p);
    const quotes = i8x16.eq(block, i8x16.splat(0x22));
    const slashes = i8x16.eq(block, i8x16.splat(0x5c));
    const controls = i8x16.le_u(block, i8x16.splat(0x1f));
    const found = i8x16.bitmask(v128.or(v128.or(quotes, slashes), controls));
    if (found == 0) {
      p += 16;
      continue;
    }
    p += ctz(found);
    if (p >= end) break;
    const byte: u32 = load<u8>(p++);
    if (byte == QUOTE) return <i32>p;
    if (byte != BACKSLASH) return BROKEN;
    escaped = true;
    p++;
  }
  return INCOMPLETE;
}

/** `at` stands on the opening bracket; answers the position behind the one that closes it. */
function skipNested(at: usize, end: usize): i32 {
  let depth: usize = 0;
  /** All bits where the next byte is inside a string. */
  let inside: i32 = 0;
  let p = at;
  while (p < end) {
    const block = v128.load(p);
    if (v128.any_true(i8x16.eq(block, i8x16.splat(0x5c)))) {
      // What a backslash escapes may stand in the next block: byte by byte, up to there.
      const to = min(p + 16, end);
      while (p < to) {
        const byte: u32 = load<u8>(p++);
        if (inside != 0) {
          if (byte == QUOTE) inside = 0;
          else if (byte == BACKSLASH) p++;
          else if (byte < SPACE) return BROKEN;
        } else if (byte == QUOTE) {
          inside = -1;
        } else if ((byte | BRACE_BIT) == OPEN) {
          if (depth == MAX_DEPTH) return TOO_DEEP;
          store<u8>(CLOSERS + depth++, byte + 2);
        } else if ((byte | BRACE_BIT) == CLOSE) {
          if (load<u8>(CLOSERS + --depth) != byte) return BROKEN;
          if (depth == 0) return <i32>p;
        }
      }
      continue;
    }
    // A bit is set from an opening quote up to its closing one: each is the sum of the quotes before it.
    let strings: i32 = i8x16.bitmask(i8x16.eq(block, i8x16.splat(0x22)));
    strings ^= strings << 1;
    strings ^= strings << 2;
    strings ^= strings << 4;
    strings ^= strings << 8;
    strings ^= inside;
    const braces = v128.or(block, i8x16.splat(0x20));
    const either = v128.or(i8x16.eq(braces, i8x16.splat(0x7b)), i8x16.eq(braces, i8x16.splat(0x7d)));
    let brackets: i32 = i8x16.bitmask(either) & ~strings;
    let controls: i32 = i8x16.bitmask(i8x16.le_u(block, i8x16.splat(0x1f))) & strings;
    if (p + 16 > end) {
      const within: i32 = (1 << <i32>(end - p)) - 1;
      brackets &= within;
      controls &= within;
    }
    // What stands before the first bad byte may end the value.
    if (controls != 0) brackets &= (controls & -controls) - 1;
    while (brackets != 0) {
      const i: usize = ctz(brackets);
      const byte: u32 = load<u8>(p + i);
      if ((byte | BRACE_BIT) == OPEN) {
        if (depth == MAX_DEPTH) return TOO_DEEP;
        store<u8>(CLOSERS + depth++, byte + 2);
      } else {
        if (load<u8>(CLOSERS + --depth) != byte) return BROKEN;
        if (depth == 0) return <i32>(p + i + 1);
      }
      brackets &= brackets - 1;
    }
    if (controls != 0) return BROKEN;
    inside = (strings << 16) >> 31;
    p += 16;
  }
  return INCOMPLETE;
}

/** Bytes of numbers and of true, false and null. */
@inline
function isLiteral(byte: u32): bool {
  if (byte >= 0x30 && byte <= 0x39) return true;
  if (byte == 0x2b || byte == 0x2d || byte == 0x2e || byte == 0x45) return true;
  return byte == 0x61 || byte == 0x65 || byte == 0x66 || byte == 0x6c || byte == 0x6e || (byte >= 0x72 && byte <= 0x75);
}

function skipLiteral(at: usize, end: usize): i32 {
  let p = at;
  while (p < end && isLiteral(load<u8>(p))) p++;
  if (p == at) return BROKEN;
  return p == end ? INCOMPLETE : <i32>p;
}

@inline
function standsAt(field: i32, p: usize): bool {
  const key = KEYS + (field << 5);
  const mask = KEY_MASKS + (field << 5);
  const first = v128.and(v128.xor(v128.load(p), v128.load(key)), v128.load(mask));
  const second = v128.and(v128.xor(v128.load(p, 16), v128.load(key, 16)), v128.load(mask, 16));
  return !v128.any_true(v128.or(first, second));
}

/** The field of this name, or -1. */
function findField(start: usize, end: usize): i32 {
  const length = <u32>(end - start);
  if (length <= 6) return -1;
  const hash = length ^ (<u32>load<u8>(start) << 5) ^ (<u32>load<u8>(start, 6) << 10) ^ (<u32>load<u8>(end - 1) << 16);
  const field: i32 = load<u8>(NAME_SLOTS + ((hash * load<u32>(NAME_SEED)) >> 24));
  if (field == 255 || load<u8>(KEY_LENGTHS + field) != length + 3) return -1;
  const key = KEYS + (field << 5) + 1;
  for (let i: usize = 0; i < length; i++) if (load<u8>(key + i) != load<u8>(start + i)) return -1;
  return field;
}

/** `at` stands on the `{` of a record. Position behind it, or one of the negative words; notes where its fields lie. */
export function scan(at: usize, end: usize): i32 {
  for (let i: usize = 0; i < <usize>FIELDS * 4; i += 16) v128.store(ENDS + i, i32x4.splat(0));
  store<i32>(ESCAPED_KEY, 0);
  let p = skipSpace(at + 1, end);
  if (p < end && load<u8>(p) == CLOSE_OBJECT) return <i32>p + 1;
  let previous: i32 = FIELDS;
  while (true) {
    // Records of one kind have their fields in one order: try the name that stood behind this one the last time.
    let field: i32 = load<i8>(FOLLOWING + previous);
    const length: usize = field < 0 ? 0 : load<u8>(KEY_LENGTHS + field);
    if (field >= 0 && p + length <= end && standsAt(field, p)) {
      p += length;
    } else {
      if (p >= end) break;
      if (load<u8>(p) != QUOTE) return BROKEN;
      const key = p + 1;
      const behind = skipString(key, end);
      if (behind < 0) return behind;
      field = findField(key, behind - 1);
      store<u8>(FOLLOWING + previous, field);
      if (field < 0 && escaped) store<i32>(ESCAPED_KEY, 1);
      p = skipSpace(behind, end);
      if (p >= end) break;
      if (load<u8>(p++) != COLON) return BROKEN;
    }
    p = skipSpace(p, end);
    if (p >= end) break;
    const value = p;
    const first: u32 = load<u8>(p);
    let next: i32;
    let plain = false;
    if (first == QUOTE) {
      next = skipString(p + 1, end);
      plain = !escaped;
    } else if ((first | BRACE_BIT) == OPEN) {
      next = skipNested(p, end);
    } else {
      next = skipLiteral(p, end);
    }
    if (next < 0) return next;
    p = next;
    if (field >= 0) {
      store<i32>(STARTS + (field << 2), <i32>value);
      store<i32>(ENDS + (field << 2), next);
      store<i32>(PLAIN + (field << 2), plain);
    }
    previous = field < 0 ? FIELDS : field;
    p = skipSpace(p, end);
    if (p >= end) break;
    const byte: u32 = load<u8>(p++);
    if (byte == CLOSE_OBJECT) return <i32>p;
    if (byte != COMMA) return BROKEN;
    p = skipSpace(p, end);
  }
  return INCOMPLETE;
}

/** Only chooses a slot: equality is always of the bytes, so that a collision made on purpose costs time and nothing else. */
function hashOf(start: usize, length: usize): u32 {
  let a: u64 = length;
  let b: u64 = 0x9e3779b97f4a7c15;
  let p = start;
  const end = start + length;
  for (; p + 16 <= end; p += 16) {
    a = (a ^ load<u64>(p)) * 0xff51afd7ed558ccd;
    a ^= a >> 32;
    b = (b ^ load<u64>(p, 8)) * 0xc4ceb9fe1a85ec53;
    b ^= b >> 29;
  }
  for (; p < end; p++) a = (a ^ load<u8>(p)) * 0xff51afd7ed558ccd;
  a ^= b;
  a = (a ^ (a >> 33)) * 0xff51afd7ed558ccd;
  return <u32>(a >> 32);
}

function isSame(entry: i32, start: usize, length: usize): bool {
  const at = TABLE + (<usize>entry << 4);
  if (load<u32>(at, 8) != <u32>length) return false;
  const kept: usize = load<u32>(at, 4);
  let i: usize = 0;
  for (; i + 16 <= length; i += 16) {
    if (v128.any_true(v128.xor(v128.load(kept + i), v128.load(start + i)))) return false;
  }
  for (; i + 4 <= length; i += 4) if (load<u32>(kept + i) != load<u32>(start + i)) return false;
  for (; i < length; i++) if (load<u8>(kept + i) != load<u8>(start + i)) return false;
  return true;
}

/** The number of a value that is remembered, or -1. */
function find(start: usize, length: usize): i32 {
  const hash = hashOf(start, length);
  let slot = <usize>hash & (SLOT_COUNT - 1);
  while (true) {
    const entry = load<i32>(SLOTS + (slot << 2)) - 1;
    if (entry < 0) return -1;
    if (load<u32>(TABLE + (<usize>entry << 4)) == hash && isSame(entry, start, length)) return entry;
    slot = (slot + 1) & (SLOT_COUNT - 1);
  }
  return -1;
}

/** Of what was scanned last: which values of its fields were met before. */
export function identify(): void {
  for (let field: i32 = 0; field < FIELDS; field++) {
    let entry: i32 = -1;
    const end: usize = load<u32>(ENDS + (field << 2));
    if (end != 0 && load<u8>(REMEMBERED + field) != 0) {
      const start: usize = load<u32>(STARTS + (field << 2));
      entry = load<i32>(LAST + (field << 2));
      if (entry < 0 || !isSame(entry, start, end - start)) entry = find(start, end - start);
      if (entry >= 0) store<i32>(LAST + (field << 2), entry);
    }
    store<i32>(ENTRIES + (field << 2), entry);
  }
}

function forget(): void {
  memory.fill(SLOTS, 0, SLOT_COUNT * 4);
  memory.fill(LAST, 0xff, FIELDS * 4);
  memory.fill(ENTRIES, 0xff, FIELDS * 4);
  entries = 0;
  used = 0;
}

/**
 * Keeps the value of a field that {@link identify} has not found, and answers its number; -1 where it is too long. The
 * number 0 says that all others have been forgotten.
 */
export function remember(field: i32): i32 {
  const start: usize = load<u32>(STARTS + (field << 2));
  const length = <usize>load<u32>(ENDS + (field << 2)) - start;
  if (length > LONGEST_REMEMBERED) return -1;
  if (entries == 0 || entries == MOST_ENTRIES || used + length > ARENA_BYTES) forget();
  const hash = hashOf(start, length);
  let slot = <usize>hash & (SLOT_COUNT - 1);
  while (load<i32>(SLOTS + (slot << 2)) != 0) slot = (slot + 1) & (SLOT_COUNT - 1);
  const at = TABLE + (<usize>entries << 4);
  store<u32>(at, hash);
  store<u32>(at, <u32>(ARENA + used), 4);
  store<u32>(at, <u32>length, 8);
  memory.copy(ARENA + used, start, length);
  used += length;
  store<i32>(LAST + (field << 2), entries);
  store<i32>(ENTRIES + (field << 2), entries);
  store<i32>(SLOTS + (slot << 2), ++entries);
  return entries - 1;
}

/** The finishing step of MurmurHash3: every bit in bears on every bit out. */
@inline
function mixed(value: u32): u32 {
  let h = value;
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}

/**
 * 64 bits of a span: tells whether two records with one id are the same bytes. Not proof against somebody who makes
 * collisions: two records that differ and share a fingerprint would count as one, which he who writes both can have
 * more simply. It is stored: another one would be another version of the store.
 */
export function fingerprint(start: usize, end: usize): void {
  // Four lanes that do not wait for each other.
  let a: u32 = 0x9e3779b1 ^ <u32>(end - start);
  let b: u32 = 0x85ebca6b;
  let c: u32 = 0xc2b2ae35;
  let d: u32 = 0x27d4eb2f;
  let p = start;
  for (; p + 16 <= end; p += 16) {
    a = (a ^ load<u32>(p)) * 0xcc9e2d51;
    a ^= a >> 15;
    b = (b ^ load<u32>(p, 4)) * 0x1b873593;
    b ^= b >> 15;
    c = (c ^ load<u32>(p, 8)) * 0x85ebca6b;
    c ^= c >> 15;
    d = (d ^ load<u32>(p, 12)) * 0xc2b2ae35;
    d ^= d >> 15;
  }
  for (; p < end; p++) {
    a = (a ^ load<u8>(p)) * 0xcc9e2d51;
    c = (c ^ a) * 0x1b873593;
  }
  store<u32>(PRINT, mixed(a ^ mixed(b ^ (c >> 7))));
  store<u32>(PRINT, mixed(c ^ mixed(d ^ (a >> 7))), 4);
}

/** 1 where every byte is a lower-case hexadecimal digit. */
@inline
function areDigits(text: v128): bool {
  const decimal = i8x16.le_u(i8x16.sub(text, i8x16.splat(0x30)), i8x16.splat(9));
  const letter = i8x16.le_u(i8x16.sub(text, i8x16.splat(0x61)), i8x16.splat(5));
  return i8x16.all_true(v128.or(decimal, letter));
}

/** Sixteen digits as eight bytes, in words of two bytes. */
@inline
function paired(text: v128): v128 {
  const letters = v128.and(i8x16.ge_u(text, i8x16.splat(0x61)), i8x16.splat(0x27));
  const digits = i8x16.sub(i8x16.sub(text, i8x16.splat(0x30)), letters);
  const high = v128.and(i16x8.shl(digits, 4), i16x8.splat(0xf0));
  return v128.or(high, i16x8.shr_u(digits, 8));
}

/** Reads the text of a field as a UUID in its usual, lower-case form into four big-endian words; 0 for any other. */
export function uuid(field: i32): i32 {
  const start: usize = load<u32>(STARTS + (field << 2)) + 1;
  if (load<i32>(PLAIN + (field << 2)) == 0 || load<u32>(ENDS + (field << 2)) != <u32>start + 37) return 0;
  const dashes = (load<u8>(start, 8) == 0x2d) & (load<u8>(start, 13) == 0x2d) & (load<u8>(start, 18) == 0x2d);
  if (!(dashes & (load<u8>(start, 23) == 0x2d))) return 0;
  const front = v128.load(start);
  const middle = v128.load(start, 12);
  const back = v128.load(start, 20);
  // xxxxxxxx-xxxx-xx | (12:) x-xxxx-xxxx-xxxx | (20:) xxx-xxxxxxxxxxxx
  const first = i8x16.shuffle(front, middle, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 18, 19, 20, 21);
  const second = i8x16.shuffle(middle, back, 7, 8, 9, 10, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
  if (!areDigits(first) || !areDigits(second)) return 0;
  const bytes = i8x16.narrow_i16x8_u(paired(first), paired(second));
  v128.store(UUID, i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  return 1;
}

/** Behind what {@link unescape} has written. */
export const WRITTEN: usize = 9504;

/** Four hexadecimal digits, or -1. */
function hexadecimal(at: usize, end: usize): i32 {
  if (at + 4 > end) return -1;
  let value: i32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const byte: i32 = load<u8>(at + i);
    const letter = (byte | 0x20) - 0x61;
    const digit = byte - 0x30;
    if (digit >= 0 && digit <= 9) value = (value << 4) | digit;
    else if (letter >= 0 && letter <= 5) value = (value << 4) | (letter + 10);
    else return -1;
  }
  return value;
}

@inline
function continued(bits: i32): u8 {
  return <u8>(0x80 | (bits & 0x3f));
}

/** Writes a character as UTF-8, and answers the position behind it. */
function writeCharacter(code: i32, into: usize): usize {
  if (code < 0x80) {
    store<u8>(into, code);
    return into + 1;
  }
  if (code < 0x800) {
    store<u8>(into, 0xc0 | (code >> 6));
    store<u8>(into, continued(code), 1);
    return into + 2;
  }
  if (code < 0x10000) {
    store<u8>(into, 0xe0 | (code >> 12));
    store<u8>(into, continued(code >> 6), 1);
    store<u8>(into, continued(code), 2);
    return into + 3;
  }
  store<u8>(into, 0xf0 | (code >> 18));
  store<u8>(into, continued(code >> 12), 1);
  store<u8>(into, continued(code >> 6), 2);
  store<u8>(into, continued(code), 3);
  return into + 4;
}

/** What a backslash and this letter stand for; 0 for `u`, which is followed by digits, -1 where it is no escape. */
@inline
function escapedBy(letter: u32): i32 {
  if (letter == QUOTE || letter == BACKSLASH || letter == 0x2f) return letter;
  if (letter == 0x75) return 0;
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x74) return 0x09;
  if (letter == 0x72) return 0x0d;
  if (letter == 0x62) return 0x08;
  return letter == 0x66 ? 0x0c : -1;
}

/**
 * Writes what a JSON string says, as UTF-8. `at` stands behind the opening quote; answers the position behind the closing
 * one, or a negative word. Half of a surrogate pair becomes U+FFFD. `into` needs 16 bytes more than the string has.
 */
export function unescape(at: usize, end: usize, into: usize): i32 {
  let p = at;
  let out = into;
  while (p < end) {
    const block = v128.load(p);
    v128.store(out, block);
    const marks = v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c)));
    const found = i8x16.bitmask(v128.or(marks, i8x16.le_u(block, i8x16.splat(0x1f))));
    if (found == 0) {
      p += 16;
      out += 16;
      continue;
    }
    const run: usize = ctz(found);
    p += run;
    out += run;
    if (p >= end) break;
    const byte: u32 = load<u8>(p++);
    if (byte == QUOTE) {
      store<u32>(WRITTEN, <u32>out);
      return <i32>p;
    }
    if (byte != BACKSLASH) return BROKEN;
    if (p >= end) break;
    let code = escapedBy(load<u8>(p++));
    if (code < 0) return BROKEN;
    if (code == 0) {
      code = hexadecimal(p, end);
      if (code < 0) return BROKEN;
      p += 4;
      if (code >= 0xd800 && code <= 0xdfff) {
        const paired = code < 0xdc00 && p + 6 <= end && load<u8>(p) == BACKSLASH && load<u8>(p, 1) == 0x75;
        const low = paired ? hexadecimal(p + 2, end) : -1;
        if (low >= 0xdc00 && low <= 0xdfff) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          p += 6;
        } else {
          code = 0xfffd;
        }
      }
    }
    out = writeCharacter(code, out);
  }
  return INCOMPLETE;
}

/** The hash of what {@link contentOf} looked at last, in two halves that do not wait for each other. */
let low: u32 = 0;
let high: u32 = 0;
/** Where a string with escapes may be written. */
let scratch: usize = 0;

function hashSpan(start: usize, end: usize, kind: u32): void {
  let a: u32 = kind * 0x9e3779b1;
  let b: u32 = kind * 0x85ebca6b;
  let p = start;
  for (; p + 4 <= end; p += 4) {
    const word = load<u32>(p);
    a = (a ^ word) * 0xcc9e2d51;
    a ^= a >> 15;
    b = (b + word) * 0x1b873593;
    b ^= b >> 13;
  }
  for (; p < end; p++) {
    const byte: u32 = load<u8>(p);
    a = (a ^ byte) * 0xcc9e2d51;
    b = (b + byte) * 0x1b873593;
  }
  low = a ^ <u32>(end - start + 1);
  high = b ^ <u32>(end - start + 1);
}

/** `at` stands on the opening quote. Position behind the closing one; 0 where this is no string. */
function stringContent(at: usize, end: usize, kind: u32): usize {
  const next = skipString(at + 1, end);
  if (next < 0) return 0;
  if (!escaped) {
    hashSpan(at + 1, <usize>next - 1, kind);
  } else {
    if (unescape(at + 1, end, scratch) != next) return 0;
    hashSpan(scratch, load<u32>(WRITTEN), kind);
  }
  return next;
}

/** Numbers that can be written in several ways are for the other side. */
function literalContent(at: usize, end: usize): usize {
  const first: u32 = load<u8>(at);
  let digits = true;
  let p = at;
  for (; p < end; p++) {
    const byte: u32 = load<u8>(p);
    if (byte >= 0x30 && byte <= 0x39) continue;
    if (byte <= SPACE || byte == COMMA || byte == CLOSE || byte == 0x5d) break;
    digits = false;
  }
  if (p == at || !(first >= 0x61 || (digits && p - at <= 15))) return 0;
  hashSpan(at, p, 3);
  return p;
}

function objectContent(at: usize, end: usize, depth: i32): usize {
  let lowSum: u32 = 5;
  let highSum: u32 = 7;
  let p = skipSpace(at + 1, end);
  if (p < end && load<u8>(p) == CLOSE) {
    p++;
  } else {
    while (true) {
      if (p >= end || load<u8>(p) != QUOTE) return 0;
      p = stringContent(p, end, 2);
      if (p == 0) return 0;
      const nameLow = low * 0x1b873593;
      const nameHigh = high * 0xc2b2ae35;
      p = skipSpace(p, end);
      if (p >= end || load<u8>(p) != COLON) return 0;
      p = valueContent(skipSpace(p + 1, end), end, depth + 1);
      if (p == 0) return 0;
      // A value belongs to its name: only the sum is the same in any order.
      lowSum += mixed(nameLow ^ low);
      highSum += mixed(nameHigh + high);
      p = skipSpace(p, end);
      if (p >= end) return 0;
      const next: u32 = load<u8>(p++);
      if (next == CLOSE) break;
      if (next != COMMA) return 0;
      p = skipSpace(p, end);
    }
  }
  low = lowSum;
  high = highSum;
  return p;
}

function listContent(at: usize, end: usize, depth: i32): usize {
  let lowSum: u32 = 13;
  let highSum: u32 = 17;
  let p = skipSpace(at + 1, end);
  if (p < end && load<u8>(p) == 0x5d) {
    p++;
  } else {
    while (true) {
      p = valueContent(p, end, depth + 1);
      if (p == 0) return 0;
      lowSum = mixed((lowSum * 0x1b873593) ^ low);
      highSum = mixed(highSum * 0xc2b2ae35 + high);
      p = skipSpace(p, end);
      if (p >= end) return 0;
      const next: u32 = load<u8>(p++);
      if (next == 0x5d) break;
      if (next != COMMA) return 0;
      p = skipSpace(p, end);
    }
  }
  low = lowSum;
  high = highSum;
  return p;
}

/** Position behind the value, whose hash is in {@link low} and {@link high}; 0 where it is for the other side. */
function valueContent(at: usize, end: usize, depth: i32): usize {
  if (at >= end) return 0;
  const first: u32 = load<u8>(at);
  if (first == QUOTE) return stringContent(at, end, 1);
  if (first == OPEN) return depth <= <i32>MAX_DEPTH ? objectContent(at, end, depth) : 0;
  if (first == 0x5b) return depth <= <i32>MAX_DEPTH ? listContent(at, end, depth) : 0;
  return literalContent(at, end);
}

/**
 * What content-fingerprint.ts says of a span, as two words; 0 where that has to be asked, because a number stands in it that
 * can be written in several ways, or it is no JSON. `free` is memory for a text of the span's length, and 16 bytes more.
 */
export function contentOf(start: usize, end: usize, free: usize): i32 {
  scratch = free;
  const next = valueContent(start, end, 0);
  if (next == 0 || skipSpace(next, end) != end) return 0;
  store<u32>(PRINT, mixed(low));
  store<u32>(PRINT, mixed(high), 4);
  return 1;
}
