/**
 * Rows of one table, column by column in one piece of memory, as they cross to the thread that stores them: small files
 * have few rows each, and a piece of memory for every column would cost more than what it holds.
 */
export interface ColumnBatch {
  readonly rows: number;
  readonly memory: ArrayBuffer;
  /** For every column and part its byte offset, -1 where it is absent, and its length in bytes. */
  readonly places: Int32Array;
}

/** What a column may have, each of it absent where no row needs it. */
const PARTS = [
  /** Fixed-width values, one a row. */
  "values",
  /** A byte a row, 1 where there is a value. */
  "present",
  /** 32 bits a row: the number of its text or list, -1 for none. */
  "choice",
  /** 32 bits a list: how many texts there are up to its end. */
  "listEnds",
  /** 32 bits a text: where it ends in `bytes`. */
  "ends",
  /** Every different text once, in UTF-8. */
  "bytes",
] as const;
export type Part = (typeof PARTS)[number];

const POSITION = Object.fromEntries(PARTS.map((part, position) => [part, 2 * position])) as Record<Part, number>;
const WORDS_A_COLUMN = 2 * PARTS.length;
/** So that any kind of number can be read in place. */
const ALIGNED = 8;
const SCRATCH_BYTES = 256 * 1024;

/** Puts batches together, one after the other. */
export class BatchPacker {
  #scratch = new Uint8Array(SCRATCH_BYTES);
  #used = 0;
  #places = new Int32Array(0);
  #column = 0;

  /** Packs what `columns` hold of `rows` rows. */
  pack(rows: number, columns: readonly { pack(rows: number, into: BatchPacker): void }[]): ColumnBatch {
    this.#used = 0;
    this.#places = new Int32Array(columns.length * WORDS_A_COLUMN).fill(-1);
    for (const [index, column] of columns.entries()) {
      this.#column = index;
      column.pack(rows, this);
    }
    const memory = this.#scratch.buffer.slice(0, this.#used);
    if (this.#scratch.length > SCRATCH_BYTES) this.#scratch = new Uint8Array(SCRATCH_BYTES);
    return { rows, memory, places: this.#places };
  }

  /** Called by the column that is being packed. */
  put(part: Part, { buffer, byteOffset, byteLength }: Uint8Array | Int32Array): void {
    const at = this.#used;
    this.#reserve(at + byteLength);
    this.#scratch.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    this.#used = Math.ceil((at + byteLength) / ALIGNED) * ALIGNED;
    const place = this.#column * WORDS_A_COLUMN + POSITION[part];
    this.#places[place] = at;
    this.#places[place + 1] = byteLength;
  }

  #reserve(bytes: number): void {
    if (bytes + ALIGNED <= this.#scratch.length) return;
    const larger = new Uint8Array(Math.max(bytes + ALIGNED, 2 * this.#scratch.length));
    larger.set(this.#scratch.subarray(0, this.#used));
    this.#scratch = larger;
  }
}

/** Where a part of a column begins in the memory of its batch; -1 where it is absent. */
export const offsetOf = ({ places }: ColumnBatch, column: number, part: Part): number =>
  places[column * WORDS_A_COLUMN + POSITION[part]] as number;

const lengthOf = ({ places }: ColumnBatch, column: number, part: Part): number =>
  places[column * WORDS_A_COLUMN + POSITION[part] + 1] as number;

/** In place: what is written there is written to the batch. */
export function bytesOf(batch: ColumnBatch, column: number, part: Part): Uint8Array | null {
  const offset = offsetOf(batch, column, part);
  return offset < 0 ? null : new Uint8Array(batch.memory, offset, lengthOf(batch, column, part));
}

/** In place: what is written there is written to the batch. */
export function wordsOf(batch: ColumnBatch, column: number, part: Part): Int32Array | null {
  const offset = offsetOf(batch, column, part);
  return offset < 0 ? null : new Int32Array(batch.memory, offset, lengthOf(batch, column, part) / 4);
}
