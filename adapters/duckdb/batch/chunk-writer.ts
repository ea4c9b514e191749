import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { Column, ColumnKind } from "./columns.ts";
import { bytesOf, type ColumnBatch, offsetOf, wordsOf } from "./packed-batch.ts";

/** DuckDB's vector size: rows of one chunk. */
const CHUNK_ROWS = 2048;
/** What an appender holds before it goes into the table lies outside of DuckDB's own bound on memory. */
const CHUNKS_A_FLUSH = 12;
const MASK_BYTES = CHUNK_ROWS / 8;
const LIST_ENTRY_BYTES = 16;

const WIDTH: Readonly<Record<ColumnKind, number>> = {
  uuid: 16,
  word: 8,
  int: 4,
  byte: 1,
  double: 8,
  text: 0,
  texts: 0,
};

/** What of a column is written when its chunk is full, and not row by row. */
interface Pending {
  /** A bit a row: whether it has a value. */
  readonly mask: Uint8Array | null;
  /** Offset and length of every row's list. */
  readonly entries: BigUint64Array | null;
  /** Texts in the lists so far. */
  total: number;
}

/**
 * Appends column batches to one table by copying memory into DuckDB's vectors, without a call a value. Rows of several
 * batches share a chunk: DuckDB keeps a chunk at its full capacity however few rows are in it, and many small files
 * would take all of its memory.
 */
export class ChunkWriter {
  readonly #columns: readonly Column[];
  readonly #appender: DuckDBAppender;
  readonly #chunk: DuckDBDataChunk;
  readonly #pending: readonly Pending[];
  #rows = 0;
  #unflushed = 0;

  private constructor(columns: readonly Column[], appender: DuckDBAppender, chunk: DuckDBDataChunk) {
    this.#columns = columns;
    this.#appender = appender;
    this.#chunk = chunk;
    this.#pending = columns.map(({ kind, nullable }) => ({
      mask: nullable || kind === "text" || kind === "texts" ? new Uint8Array(MASK_BYTES) : null,
      entries: kind === "texts" ? new BigUint64Array((CHUNK_ROWS * LIST_ENTRY_BYTES) / 8) : null,
      total: 0,
    }));
  }

  static async open(connection: DuckDBConnection, table: string, columns: readonly Column[]): Promise<ChunkWriter> {
    const appender = await connection.createAppender(table);
    const types = columns.map((_column, index) => appender.columnType(index));
    return new ChunkWriter(columns, appender, DuckDBDataChunk.create(types));
  }

  append(batch: ColumnBatch): void {
    for (let from = 0; from < batch.rows; ) {
      const rows = Math.min(CHUNK_ROWS - this.#rows, batch.rows - from);
      for (let index = 0; index < this.#columns.length; index++) {
        this.#fill(index, batch, from, rows);
      }
      from += rows;
      this.#rows += rows;
      if (this.#rows === CHUNK_ROWS) this.#send();
    }
  }

  close(): void {
    this.#send();
    this.#appender.closeSync();
  }

  /** Ends it without what was not flushed. */
  discard(): void {
    discard(this.#appender);
  }

  #fill(index: number, batch: ColumnBatch, from: number, rows: number): void {
    const column = this.#columns[index] as Column;
    const pending = this.#pending[index] as Pending;
    const vector = duckdb.data_chunk_get_vector(this.#chunk.chunk, index);
    if (column.kind === "text") this.#fillTexts(vector, pending, batch, index, from, rows);
    else if (column.kind === "texts") this.#fillLists(vector, pending, batch, index, from, rows);
    else {
      const width = WIDTH[column.kind];
      const values = offsetOf(batch, index, "values");
      if (values >= 0)
        duckdb.copy_data_to_vector(vector, this.#rows * width, batch.memory, values + from * width, rows * width);
      const present = pending.mask === null ? null : bytesOf(batch, index, "present");
      if (present === null) return;
      for (let row = 0; row < rows; row++) if (present[from + row] !== 0) this.#setPresent(pending, row);
    }
  }

  #fillTexts(
    vector: duckdb.Vector,
    pending: Pending,
    batch: ColumnBatch,
    index: number,
    from: number,
    rows: number,
  ): void {
    const choice = wordsOf(batch, index, "choice");
    if (choice === null) return;
    const text = textsOf(batch, index);
    for (let row = 0; row < rows; row++) {
      const chosen = choice[from + row] as number;
      if (chosen < 0) continue;
      duckdb.vector_assign_string_element_len(vector, this.#rows + row, text(chosen));
      this.#setPresent(pending, row);
    }
  }

  #fillLists(
    vector: duckdb.Vector,
    pending: Pending,
    batch: ColumnBatch,
    index: number,
    from: number,
    rows: number,
  ): void {
    const choice = wordsOf(batch, index, "choice");
    const listEnds = wordsOf(batch, index, "listEnds");
    const entries = pending.entries as BigUint64Array;
    const listOf = (row: number): { readonly start: number; readonly end: number } | null => {
      const list = choice?.[from + row] ?? -1;
      return list < 0 ? null : { start: listEnds?.[list - 1] ?? 0, end: listEnds?.[list] as number };
    };
    let total = pending.total;
    for (let row = 0; row < rows; row++) {
      const list = listOf(row);
      const length = list === null ? 0 : list.end - list.start;
      const at = 2 * (this.#rows + row);
      entries[at] = BigInt(total);
      entries[at + 1] = BigInt(length);
      total += length;
      if (list !== null) this.#setPresent(pending, row);
    }
    if (total === pending.total) return;
    duckdb.list_vector_reserve(vector, total);
    duckdb.list_vector_set_size(vector, total);
    const child = duckdb.list_vector_get_child(vector);
    const text = textsOf(batch, index);
    let at = pending.total;
    for (let row = 0; row < rows; row++) {
      const list = listOf(row);
      for (let number = list?.start ?? 0; number < (list?.end ?? 0); number++)
        duckdb.vector_assign_string_element_len(child, at++, text(number));
    }
    pending.total = total;
  }

  #setPresent({ mask }: Pending, row: number): void {
    if (mask === null) return;
    const at = this.#rows + row;
    mask[at >> 3] = (mask[at >> 3] as number) | (1 << (at & 7));
  }

  /** Hands the chunk to the appender, and begins the next. */
  #send(): void {
    if (this.#rows === 0) return;
    const maskBytes = Math.ceil(this.#rows / 64) * 8;
    for (const [index, pending] of this.#pending.entries()) {
      const vector = duckdb.data_chunk_get_vector(this.#chunk.chunk, index);
      if (pending.entries !== null) {
        duckdb.copy_data_to_vector(vector, 0, pending.entries.buffer as ArrayBuffer, 0, this.#rows * LIST_ENTRY_BYTES);
      }
      if (pending.mask !== null) {
        duckdb.vector_ensure_validity_writable(vector);
        duckdb.copy_data_to_vector_validity(vector, 0, pending.mask.buffer as ArrayBuffer, 0, maskBytes);
        pending.mask.fill(0);
      }
      pending.total = 0;
    }
    duckdb.data_chunk_set_size(this.#chunk.chunk, this.#rows);
    this.#appender.appendDataChunk(this.#chunk);
    this.#chunk.reset();
    this.#rows = 0;
    if (++this.#unflushed < CHUNKS_A_FLUSH) return;
    this.#appender.flushSync();
    this.#unflushed = 0;
  }
}

/** Closing an appender writes what it holds, which a void transaction refuses. */
export function discard(appender: DuckDBAppender): void {
  appender.clear();
  appender.closeSync();
}

/** The texts of a column by their numbers. */
function textsOf(batch: ColumnBatch, index: number): (number: number) => Uint8Array {
  const ends = wordsOf(batch, index, "ends");
  const bytes = bytesOf(batch, index, "bytes");
  return (number) => (bytes as Uint8Array).subarray(ends?.[number - 1] ?? 0, ends?.[number]);
}
