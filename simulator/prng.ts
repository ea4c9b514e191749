/**
 * A small, fast, seeded generator (sfc32 by Chris Doty-Humphrey, public domain design), with named streams: each account
 * and process draws from its own, so that a new process does not reshuffle the others. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Equal texts give equal sequences, on every machine and Node version. */
  constructor(name: string) {
    const words = hashWords(name);
    this.#a = words[0];
    this.#b = words[1];
    this.#c = words[2];
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** 0 .. 2^32-1 */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** 0 <= x < 1 */
  float(): number {
    return this.uint32() / 4294967296;
  }

  /** `low <= x < high` */
  between(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** An integer, both ends included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /** Throws RangeError on an empty list. */
  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.float() * values.length)];
    if (value === undefined) throw new RangeError("cannot pick from an empty list");
    return value;
  }

  /** A value in proportion to its weight. */
  weighted<T>(entries: readonly (readonly [T, number])[]): T {
    let left = this.float() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(entries)[0];
  }

  shuffled<T>(values: readonly T[]): T[] {
    const result = [...values];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += word(this.uint32());
    return text.slice(0, digits);
  }

  /** A version 4 UUID. */
  uuid(): string {
    const a = this.uint32();
    const b = this.uint32();
    const c = this.uint32();
    const d = this.uint32();
    const version = (b & 0x0fff) | 0x4000;
    const variant = ((c >>> 16) & 0x3fff) | 0x8000;
    return `${four(a >>> 16)}${four(a & 0xffff)}-${four(b >>> 16)}-${four(version)}-${four(variant)}-${four(c & 0xffff)}${four(d >>> 16)}${four(d & 0xffff)}`;
  }

  /** Characters of an alphabet. */
  letters(length: number, alphabet: string): string {
    let text = "";
    for (let i = 0; i < length; i++) text += alphabet.charAt(Math.floor(this.float() * alphabet.length));
    return text;
  }
}

/** Looked up, because most of what a world is made of is identifiers. */
const FOUR_DIGITS = Array.from({ length: 65536 }, (_, value) => value.toString(16).padStart(4, "0"));
const four = (value: number): string => FOUR_DIGITS[value] ?? "0000";
const word = (value: number): string => `${four(value >>> 16)}${four(value & 0xffff)}`;

/** Three well-mixed 32-bit words of a text (murmur-like multiplications, one lane a word). */
function hashWords(text: string): [number, number, number] {
  let a = 1779033703 ^ text.length;
  let b = 3144134277;
  let c = 1013904242;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 597399067);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b ^ code, 2869860233);
    b = (b << 15) | (b >>> 17);
    c = Math.imul(c ^ code, 951274213);
    c = (c << 17) | (c >>> 15);
  }
  return [finish(a ^ (b >>> 16)), finish(b ^ (c >>> 13)), finish(c ^ (a >>> 11))];
}

function finish(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 2246822507);
  x = Math.imul(x ^ (x >>> 13), 3266489909);
  return (x ^ (x >>> 16)) | 0;
}
