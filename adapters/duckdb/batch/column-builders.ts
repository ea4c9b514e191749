import { storableText } from "#core/domain/storable-text.ts";
import type { Column } from "./columns.ts";
import type { BatchPacker } from "./packed-batch.ts";

/** Collects the values of one column; what is not set in a row is null (or 0 where the column has no nulls). */
export interface ColumnBuilder {
  /** Puts the first `rows` rows into the batch that is being packed, and starts again. */
  pack(rows: number, into: BatchPacker): void;
}

abstract class FixedBuilder implements ColumnBuilder {
  protected readonly present: Uint8Array | null;
  protected any = false;
  readonly #bytes: Uint8Array;
  readonly #width: number;

  constructor(column: Column, capacity: number, width: number, bytes: Uint8Array) {
    this.present = column.nullable ? new Uint8Array(capacity) : null;
    this.#bytes = bytes;
    this.#width = width;
  }

  pack(rows: number, into: BatchPacker): void {
    const filled = this.#bytes.subarray(0, rows * this.#width);
    if (this.any || this.present === null) {
      into.put("values", filled);
      filled.fill(0);
    }
    if (this.any && this.present !== null) {
      into.put("present", this.present.subarray(0, rows));
      this.present.fill(0, 0, rows);
    }
    this.any = false;
  }
}

export class ByteBuilder extends FixedBuilder {
  readonly #values: Uint8Array;
  constructor(column: Column, capacity: number) {
    const values = new Uint8Array(capacity);
    super(column, capacity, 1, values);
    this.#values = values;
  }
  set(row: number, value: number): void {
    this.#values[row] = value;
    if (this.present !== null) this.present[row] = 1;
    this.any = true;
  }
}

export class IntBuilder extends FixedBuilder {
  readonly #values: Int32Array;
  constructor(column: Column, capacity: number) {
    const values = new Int32Array(capacity);
    super(column, capacity, 4, new Uint8Array(values.buffer));
    this.#values = values;
  }
  set(row: number, value: number): void {
    this.#values[row] = value;
    if (this.present !== null) this.present[row] = 1;
    this.any = true;
  }
}

export class DoubleBuilder extends FixedBuilder {
  readonly #values: Float64Array;
  constructor(column: Column, capacity: number) {
    const values = new Float64Array(capacity);
    super(column, capacity, 8, new Uint8Array(values.buffer));
    this.#values = values;
  }
  set(row: number, value: number): void {
    this.#values[row] = value;
    if (this.present !== null) this.present[row] = 1;
    this.any = true;
  }
}

const TWO_32 = 4_294_967_296;

/** 64-bit integers without a BigInt a row. */
export class WordBuilder extends FixedBuilder {
  readonly #halves: Int32Array;
  readonly #words: BigInt64Array;
  constructor(column: Column, capacity: number) {
    const halves = new Int32Array(capacity * 2);
    super(column, capacity, 8, new Uint8Array(halves.buffer));
    this.#halves = halves;
    this.#words = new BigInt64Array(halves.buffer);
  }
  /** A whole number that a double holds exactly. */
  set(row: number, value: number): void {
    this.halves(row, (value % TWO_32) | 0, Math.floor(value / TWO_32));
  }
  halves(row: number, low: number, high: number): void {
    this.#halves[2 * row] = low;
    this.#halves[2 * row + 1] = high;
    if (this.present !== null) this.present[row] = 1;
    this.any = true;
  }
  big(row: number, value: bigint): void {
    this.#words[row] = value;
    if (this.present !== null) this.present[row] = 1;
    this.any = true;
  }
}

export class UuidBuilder extends FixedBuilder {
  readonly #words: Int32Array;
  constructor(column: Column, capacity: number) {
    const words = new Int32Array(capacity * 4);
    super(column, capacity, 16, new Uint8Array(words.buffer));
    this.#words = words;
  }
  /** Four big-endian words of the UUID. DuckDB keeps it as a 128-bit integer whose sign bit is turned. */
  set(row: number, word: Int32Array): void {
    const at = 4 * row;
    this.#words[at] = word[3] as number;
    this.#words[at + 1] = word[2] as number;
    this.#words[at + 2] = word[1] as number;
    this.#words[at + 3] = (word[0] as number) ^ 0x80000000;
    if (this.present !== null) this.present[row] = 1;
    this.any = true;
  }
}

export class TextBuilder implements ColumnBuilder {
  readonly #choice: Int32Array;
  readonly #texts = new TextStock();
  readonly #known = new Map<string, number>();
  constructor(_column: Column, capacity: number) {
    this.#choice = new Int32Array(capacity).fill(-1);
  }
  set(row: number, text: string): void {
    let index = this.#known.get(text);
    if (index === undefined) {
      index = this.#known.size;
      this.#known.set(text, index);
      this.#texts.add(text);
    }
    this.#choice[row] = index;
  }
  pack(rows: number, into: BatchPacker): void {
    if (this.#known.size === 0) return;
    into.put("choice", this.#choice.subarray(0, rows));
    this.#texts.pack(into);
    this.#choice.fill(-1, 0, rows);
    this.#known.clear();
  }
}

export class TextsBuilder implements ColumnBuilder {
  readonly #choice: Int32Array;
  readonly #texts = new TextStock();
  #listEnds: number[] = [];
  constructor(_column: Column, capacity: number) {
    this.#choice = new Int32Array(capacity).fill(-1);
  }
  set(row: number, texts: readonly string[]): void {
    for (const text of texts) this.#texts.add(text);
    this.#choice[row] = this.#listEnds.push(this.#texts.size) - 1;
  }
  pack(rows: number, into: BatchPacker): void {
    if (this.#listEnds.length === 0) return;
    into.put("choice", this.#choice.subarray(0, rows));
    into.put("listEnds", Int32Array.from(this.#listEnds));
    this.#texts.pack(into);
    this.#choice.fill(-1, 0, rows);
    this.#listEnds = [];
  }
}

/** UTF-8 takes no more for a unit of UTF-16. */
const UNIT_BYTES = 3;
const STOCK_BYTES = 64 * 1024;

/** Texts one behind the other, as bytes. */
class TextStock {
  #bytes = Buffer.allocUnsafeSlow(STOCK_BYTES);
  #used = 0;
  #ends: number[] = [];

  get size(): number {
    return this.#ends.length;
  }

  add(text: string): void {
    const stored = storableText(text);
    const needed = this.#used + UNIT_BYTES * stored.length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    this.#used += this.#bytes.write(stored, this.#used);
    this.#ends.push(this.#used);
  }

  pack(into: BatchPacker): void {
    into.put("ends", Int32Array.from(this.#ends));
    into.put("bytes", this.#bytes.subarray(0, this.#used));
    this.#ends = [];
    this.#used = 0;
    if (this.#bytes.length > STOCK_BYTES) this.#bytes = Buffer.allocUnsafeSlow(STOCK_BYTES);
  }
}
