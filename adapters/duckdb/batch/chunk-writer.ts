import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { ColumnBatch, ColumnData } from "./column-batch.ts";
import type { Column, ColumnKind } from "./columns.ts";

/** DuckDB's vector size: rows of one chunk. */
const CHUNK_ROWS = 2048;
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

const NO_ROW_VALID = new ArrayBuffer(MASK_BYTES);

/** Appends column batches to one table by copying memory into DuckDB's vectors, without a call a value. */
export class ChunkWriter {
  readonly #columns: readonly Column[];
  readonly #appender: DuckDBAppender;
  readonly #chunk: DuckDBDataChunk;
  readonly #mask = new Uint8Array(MASK_BYTES);
  readonly #entries = new BigUint64Array((CHUNK_ROWS * LIST_ENTRY_BYTES) / 8);

  private constructor(columns: readonly Column[], appender: DuckDBAppender, chunk: DuckDBDataChunk) {
    this.#columns = columns;
    this.#appender = appender;
    this.#chunk = chunk;
  }

  static async open(connection: DuckDBConnection, table: string, columns: readonly Column[]): Promise<ChunkWriter> {
    const appender = await connection.createAppender(table);
    const types = columns.map((_column, index) => appender.columnType(index));
    return new ChunkWriter(columns, appender, DuckDBDataChunk.create(types));
  }

  append(batch: ColumnBatch): void {
    for (let from = 0; from < batch.rows; from += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, batch.rows - from);
      this.#chunk.reset();
      for (let index = 0; index < this.#columns.length; index++) {
        const vector = duckdb.data_chunk_get_vector(this.#chunk.chunk, index);
        this.#fill(vector, this.#columns[index] as Column, batch.columns[index] as ColumnData, from, rows);
      }
      duckdb.data_chunk_set_size(this.#chunk.chunk, rows);
      this.#appender.appendDataChunk(this.#chunk);
    }
  }

  flush(): void {
    this.#appender.flushSync();
  }

  close(): void {
    this.#appender.closeSync();
  }

  #fill(vector: duckdb.Vector, column: Column, data: ColumnData, from: number, rows: number): void {
    if (column.kind === "text") this.#fillTexts(vector, data, from, rows);
    else if (column.kind === "texts") this.#fillLists(vector, data, from, rows);
    else {
      const width = WIDTH[column.kind];
      if (data.values) duckdb.copy_data_to_vector(vector, 0, data.values, from * width, rows * width);
      if (!column.nullable) return;
      const { present } = data;
      this.#validity(vector, rows, present === undefined ? null : (row) => present[from + row] !== 0);
    }
  }

  #fillTexts(vector: duckdb.Vector, data: ColumnData, from: number, rows: number): void {
    const { choice, texts } = data;
    if (choice === undefined || texts === undefined) {
      this.#validity(vector, rows, null);
      return;
    }
    this.#validity(vector, rows, (row) => (choice[from + row] as number) >= 0);
    for (let row = 0; row < rows; row++) {
      const index = choice[from + row] as number;
      if (index >= 0) duckdb.vector_assign_string_element(vector, row, texts[index] as string);
    }
  }

  #fillLists(vector: duckdb.Vector, data: ColumnData, from: number, rows: number): void {
    const { choice, lists } = data;
    if (choice === undefined || lists === undefined) {
      this.#validity(vector, rows, null);
      return;
    }
    const entries = this.#entries.fill(0n, 0, rows * 2);
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const list = lists[choice[from + row] as number];
      entries[2 * row] = BigInt(total);
      entries[2 * row + 1] = BigInt(list?.length ?? 0);
      total += list?.length ?? 0;
    }
    duckdb.list_vector_reserve(vector, total);
    duckdb.list_vector_set_size(vector, total);
    const child = duckdb.list_vector_get_child(vector);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (const text of lists[choice[from + row] as number] ?? []) {
        duckdb.vector_assign_string_element(child, at++, text);
      }
    }
    duckdb.copy_data_to_vector(vector, 0, entries.buffer, 0, rows * LIST_ENTRY_BYTES);
    this.#validity(vector, rows, (row) => (choice[from + row] as number) >= 0);
  }

  /** `null`: no row has a value. */
  #validity(vector: duckdb.Vector, rows: number, isValid: ((row: number) => boolean) | null): void {
    duckdb.vector_ensure_validity_writable(vector);
    const bytes = Math.ceil(rows / 64) * 8;
    if (isValid === null) {
      duckdb.copy_data_to_vector_validity(vector, 0, NO_ROW_VALID, 0, bytes);
      return;
    }
    const mask = this.#mask.fill(0);
    for (let row = 0; row < rows; row++)
      if (isValid(row)) mask[row >> 3] = (mask[row >> 3] as number) | (1 << (row & 7));
    duckdb.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, bytes);
  }
}
