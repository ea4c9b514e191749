const word = new DataView(new ArrayBuffer(8));

/** Writes numbers of any width one after the other, the highest bits first. */
export class BitWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  /** Bits that do not fill a byte yet. */
  #rest = 0;
  #restWidth = 0;

  /** The lowest `width` bits, up to 32, of an unsigned value. */
  bits(value: number, width: number): void {
    for (let left = width; left > 0; ) {
      const take = Math.min(8 - this.#restWidth, left);
      left -= take;
      this.#rest = (this.#rest << take) | ((value >>> left) & ((1 << take) - 1));
      this.#restWidth += take;
      if (this.#restWidth === 8) this.#flush();
    }
  }

  float32(value: number): void {
    word.setFloat32(0, value);
    this.bits(word.getUint32(0), 32);
  }

  float64(value: number): void {
    word.setFloat64(0, value);
    this.bits(word.getUint32(0), 32);
    this.bits(word.getUint32(4), 32);
  }

  /** What was written, and a checksum of it. */
  finish(): Uint8Array {
    if (this.#restWidth > 0) this.bits(0, 8 - this.#restWidth);
    this.bits(checksum(this.#bytes.subarray(0, this.#length)), 32);
    return this.#bytes.slice(0, this.#length);
  }

  #flush(): void {
    if (this.#length === this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#bytes.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes[this.#length++] = this.#rest;
    this.#rest = 0;
    this.#restWidth = 0;
  }
}

/** Reads what a `BitWriter` wrote. Throws a RangeError where there is nothing left, or where bytes were changed. */
export class BitReader {
  readonly #bytes: Uint8Array;
  /** In bits. */
  #at = 0;

  constructor(bytes: Uint8Array) {
    const end = bytes.length - 4;
    if (end < 0) throw new RangeError("too short");
    const stored = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0);
    this.#bytes = bytes.subarray(0, end);
    if (stored !== checksum(this.#bytes)) throw new RangeError("damaged");
  }

  bits(width: number): number {
    if (this.#at + width > 8 * this.#bytes.length) throw new RangeError("too short");
    let value = 0;
    for (let left = width; left > 0; ) {
      const offset = this.#at & 7;
      const take = Math.min(8 - offset, left);
      const byte = this.#bytes[this.#at >> 3] as number;
      value = (value << take) | ((byte >> (8 - offset - take)) & ((1 << take) - 1));
      this.#at += take;
      left -= take;
    }
    return value >>> 0;
  }

  float32(): number {
    word.setUint32(0, this.bits(32));
    return word.getFloat32(0);
  }

  float64(): number {
    word.setUint32(0, this.bits(32));
    word.setUint32(4, this.bits(32));
    return word.getFloat64(0);
  }
}

/** Bits that numbers up to `most` need. */
export const widthOf = (most: number): number => 32 - Math.clz32(most);

/** FNV-1a, 32 bits. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
