/**
 * Remembers values by the bytes that they were read from, so that what repeats in a file (a caller, a user agent, a
 * region) is decoded once and is the same object ever after. Forgets everything when it grows past its bounds, so that
 * memory stays flat whatever the input holds.
 */
export class SpanTable<T> {
  readonly #decode: (bytes: Buffer, start: number, end: number) => T;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #slots = new Int32Array(1024);
  #hashes: number[] = [];
  #starts: number[] = [];
  #lengths: number[] = [];
  #values: T[] = [];
  #arena = Buffer.allocUnsafe(16 * 1024);
  #kept = viewOf(this.#arena);
  #used = 0;

  constructor(
    decode: (bytes: Buffer, start: number, end: number) => T,
    limits: { readonly entries: number; readonly bytes: number },
  ) {
    this.#decode = decode;
    this.#maxEntries = limits.entries;
    this.#maxBytes = limits.bytes;
  }

  /** The value of `bytes[start, end)`; `words` is a view of the same bytes. What `decode` throws is passed on, and nothing is remembered. */
  get(bytes: Buffer, words: DataView, start: number, end: number): T {
    const length = end - start;
    const hash = hashSpan(words, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) return this.#add(bytes, start, end, hash, slot);
      if (this.#hashes[entry] === hash && this.#lengths[entry] === length && this.#same(entry, words, start, length)) {
        return this.#values[entry] as T;
      }
      slot = (slot + 1) & mask;
    }
  }

  #same(entry: number, words: DataView, start: number, length: number): boolean {
    const from = this.#starts[entry] as number;
    const kept = this.#kept;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      if (kept.getInt32(from + i, true) !== words.getInt32(start + i, true)) return false;
    }
    for (; i < length; i++) if (kept.getUint8(from + i) !== words.getUint8(start + i)) return false;
    return true;
  }

  #add(bytes: Buffer, start: number, end: number, hash: number, slot: number): T {
    const length = end - start;
    const value = this.#decode(bytes, start, end);
    if (length > this.#maxBytes / 8) return value;
    if (this.#values.length >= this.#maxEntries || this.#used + length > this.#maxBytes) {
      this.clear();
      return this.#add(bytes, start, end, hash, hash & (this.#slots.length - 1));
    }
    if (this.#used + length > this.#arena.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#arena.length * 2, this.#used + length));
      this.#arena.copy(larger, 0, 0, this.#used);
      this.#arena = larger;
      this.#kept = viewOf(larger);
    }
    bytes.copy(this.#arena, this.#used, start, end);
    this.#hashes.push(hash);
    this.#starts.push(this.#used);
    this.#lengths.push(length);
    this.#used += length;
    this.#slots[slot] = this.#values.push(value);
    if (this.#values.length * 2 > this.#slots.length) this.#grow();
    return value;
  }

  clear(): void {
    this.#slots = new Int32Array(1024);
    this.#hashes = [];
    this.#starts = [];
    this.#lengths = [];
    this.#values = [];
    this.#used = 0;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.#hashes.length; entry++) {
      let slot = (this.#hashes[entry] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }
}

/**
 * 32 bits of a span, four bytes at a time. Only chooses a slot: equality is always of the bytes, so that a collision
 * made on purpose costs time and nothing else.
 */
function hashSpan(words: DataView, start: number, end: number): number {
  let hash = (end - start) | 0;
  let p = start;
  for (; p + 4 <= end; p += 4) {
    hash = Math.imul(hash ^ words.getInt32(p, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; p < end; p++) hash = Math.imul(hash ^ words.getUint8(p), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 0;
}

export const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
