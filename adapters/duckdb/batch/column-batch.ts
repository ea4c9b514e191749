import { storableText } from "#core/domain/storable-text.ts";
import type { Column } from "./columns.ts";

/** Rows of one table, column by column, as they cross to the thread that stores them. */
export interface ColumnBatch {
  readonly rows: number;
  readonly columns: readonly ColumnData[];
}

export interface ColumnData {
  /** `rows` fixed-width values; absent for texts. */
  readonly values?: ArrayBuffer;
  /** For nullable columns: a byte a row, 1 where there is a value. Absent when no row has one. */
  readonly present?: Uint8Array;
  /** Every different text once ... */
  readonly texts?: readonly string[];
  /** ... and which one a row has: -1 for none. For lists, the entries of `lists`. */
  readonly choice?: Int32Array;
  readonly lists?: readonly (readonly string[])[];
}

/** Collects the values of one column; what is not set in a row is null (or 0 where the column has no nulls). */
export interface ColumnBuilder {
  take(rows: number): ColumnData;
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

  take(rows: number): ColumnData {
    const filled = this.#bytes.subarray(0, rows * this.#width);
    const values = this.any || this.present === null ? filled.slice().buffer : undefined;
    const present = this.any && this.present !== null ? this.present.slice(0, rows) : undefined;
    if (this.any || this.present === null) filled.fill(0);
    if (this.any && this.present !== null) this.present.fill(0, 0, rows);
    this.any = false;
    return { ...(values ? { values } : {}), ...(present ? { present } : {}) };
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
  #known = new Map<string, number>();
  constructor(_column: Column, capacity: number) {
    this.#choice = new Int32Array(capacity).fill(-1);
  }
  set(row: number, text: string): void {
    let index = this.#known.get(text);
    if (index === undefined) {
      index = this.#known.size;
      this.#known.set(text, index);
    }
    this.#choice[row] = index;
  }
  take(rows: number): ColumnData {
    if (this.#known.size === 0) return {};
    const taken = { texts: Array.from(this.#known.keys(), storableText), choice: this.#choice.slice(0, rows) };
    this.#choice.fill(-1, 0, rows);
    this.#known = new Map();
    return taken;
  }
}

export class TextsBuilder implements ColumnBuilder {
  readonly #choice: Int32Array;
  #lists: (readonly string[])[] = [];
  constructor(_column: Column, capacity: number) {
    this.#choice = new Int32Array(capacity).fill(-1);
  }
  set(row: number, texts: readonly string[]): void {
    this.#choice[row] = this.#lists.push(texts.map(storableText)) - 1;
  }
  take(rows: number): ColumnData {
    if (this.#lists.length === 0) return {};
    const taken = { lists: this.#lists, choice: this.#choice.slice(0, rows) };
    this.#choice.fill(-1, 0, rows);
    this.#lists = [];
    return taken;
  }
}

/** What can move to another thread without a copy. */
export function transferables(batch: ColumnBatch): ArrayBuffer[] {
  const found: ArrayBuffer[] = [];
  for (const { values, present, choice } of batch.columns) {
    if (values) found.push(values);
    if (present) found.push(present.buffer as ArrayBuffer);
    if (choice) found.push(choice.buffer as ArrayBuffer);
  }
  return found;
}
