import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { ChunkWriter } from "./batch/chunk-writer.ts";
import type { ColumnBatch } from "./batch/column-batch.ts";
import { type Column, DICTIONARIES, type DictionaryName, EVENT_COLUMNS, QUANTITY_COLUMNS } from "./batch/columns.ts";
import { loadDictionaries, type StoreDictionaries, storeFresh } from "./batch/dictionary-tables.ts";
import type { EventBatch } from "./batch/event-encoder.ts";
import { NumberMap } from "./batch/store-dictionary.ts";
import { readAll } from "./read.ts";

/** A file as the ledger knows it. */
export interface LedgerFile {
  readonly path: string;
  readonly size: number;
  readonly tag: string;
  readonly deliveredAt: EpochMs | null;
}

/** What became of a file's records: `read = stored + quarantined + leftOut` until duplicates are settled. */
export interface FileOutcome {
  readonly read: number;
  /** Events and insights. */
  readonly stored: number;
  readonly quarantined: number;
  readonly leftOut: number;
  readonly insights: number;
  /** Text, unpacked. */
  readonly bytes: number;
  /** Why the file as a whole was left out; `null` for one that was read. */
  readonly leftOutReason: string | null;
  /** Fingerprints are of canonical records, because the file cannot be opened again. */
  readonly canonical: boolean;
}

export interface PlacedInsight {
  readonly record: number;
  readonly insight: InsightRecord;
}

/** Events a transaction: large enough that DuckDB writes whole row groups, small enough to lose in a crash. */
const ROWS_A_COMMIT = 245_760;
const FILE_FACTOR = 4_294_967_296n;

/**
 * Writes files into the store, whole or not at all: a transaction holds whole files, so that a run that ends at any
 * moment leaves nothing half counted. One writer a store; the instance stays the caller's to close.
 */
export class EventWriter {
  readonly #connection: DuckDBConnection;
  readonly #dictionaries: StoreDictionaries;
  readonly #known: Map<string, { readonly id: number; readonly size: number; readonly tag: string }>;
  readonly #maps = new Map<number, { readonly [Name in DictionaryName]: NumberMap }>();
  #events: ChunkWriter | null = null;
  #quantities: ChunkWriter | null = null;
  #nextFile: number;
  #rows = 0;
  #open = false;

  private constructor(
    connection: DuckDBConnection,
    dictionaries: StoreDictionaries,
    known: Map<string, { id: number; size: number; tag: string }>,
  ) {
    this.#connection = connection;
    this.#dictionaries = dictionaries;
    this.#known = known;
    this.#nextFile = Math.max(0, ...[...known.values()].map(({ id }) => id)) + 1;
  }

  static async open(instance: DuckDBInstance): Promise<EventWriter> {
    const connection = await instance.connect();
    const files = await readAll<{ id: number; path: string; size: bigint; tag: string }>(
      connection,
      "select file_id as id, path, size, tag from files order by file_id",
    );
    const known = new Map(files.map(({ id, path, size, tag }) => [path, { id, size: Number(size), tag }]));
    return new EventWriter(connection, await loadDictionaries(connection), known);
  }

  /** Whether exactly this file has been read completely. */
  has(file: LedgerFile): boolean {
    const known = this.#known.get(file.path);
    return known !== undefined && known.size === file.size && known.tag === file.tag;
  }

  /** The number under which everything of the file is written. What an earlier version of it left is removed. */
  async startFile(file: LedgerFile): Promise<number> {
    await this.#begin();
    const earlier = this.#known.get(file.path);
    if (earlier !== undefined) await this.#forget(earlier.id);
    const id = this.#nextFile++;
    this.#known.set(file.path, { id, size: file.size, tag: file.tag });
    return id;
  }

  /** `worker` names the dictionaries that the batch was encoded with. */
  append(worker: number, file: number, batch: EventBatch): void {
    const maps = this.#mapsOf(worker);
    for (const name of DICTIONARIES) {
      if (batch.restarted) maps[name].restart();
      for (const row of batch.dictionaries[name]) maps[name].add(this.#dictionaries[name].number(row));
    }
    complete(batch.events, EVENT_COLUMNS, file, maps);
    complete(batch.quantities, QUANTITY_COLUMNS, file, maps);
    this.#events?.append(batch.events);
    this.#quantities?.append(batch.quantities);
    this.#rows += batch.events.rows;
  }

  async addInsights(file: number, insights: readonly PlacedInsight[]): Promise<void> {
    for (const { record, insight } of insights) {
      await this.#connection.run("insert into insights values ($1, $2, epoch_ms($3::bigint), $4, $5, $6)", [
        keyOf(file, record),
        insight.id,
        BigInt(insight.time),
        insight.account,
        insight.region,
        JSON.stringify(insight),
      ]);
    }
  }

  async addQuarantined(file: number, entries: readonly Quarantined[]): Promise<void> {
    if (entries.length === 0) return;
    const appender = await this.#connection.createAppender("quarantine");
    for (const entry of entries) {
      appender.appendInteger(file);
      for (const text of [entry.file, entry.position, entry.reason, entry.detail, entry.sample]) {
        appender.appendVarchar(text.replaceAll("\0", "\u2400"));
      }
      appender.endRow();
    }
    appender.closeSync();
  }

  /** Enters the file in the ledger, and commits when enough has come together. */
  async finishFile(id: number, file: LedgerFile, outcome: FileOutcome): Promise<void> {
    await this.#connection.run(
      `insert into files values ($1, $2, $3, $4, case when $5::bigint is null then null else epoch_ms($5::bigint) end,
        $6, $7, $8, $9, $10, $11, 0, 0, $12, $13)`,
      [
        id,
        file.path,
        BigInt(file.size),
        file.tag,
        file.deliveredAt === null ? null : BigInt(file.deliveredAt),
        outcome.leftOutReason,
        BigInt(outcome.read),
        BigInt(outcome.stored),
        BigInt(outcome.quarantined),
        BigInt(outcome.leftOut),
        BigInt(outcome.insights),
        BigInt(outcome.bytes),
        outcome.canonical,
      ],
    );
    if (this.#rows >= ROWS_A_COMMIT) await this.commit();
  }

  /** Takes back everything of a file that was started and not finished. */
  async abandonFile(id: number): Promise<void> {
    this.#closeWriters();
    await this.#forget(id);
    for (const [path, known] of this.#known) if (known.id === id) this.#known.delete(path);
    await this.#openWriters();
  }

  async commit(): Promise<void> {
    if (!this.#open) return;
    this.#closeWriters();
    await storeFresh(this.#connection, this.#dictionaries);
    await this.#connection.run("commit");
    this.#open = false;
    this.#rows = 0;
  }

  /** Gives up what was not committed. The writer is of no further use. */
  async close(): Promise<void> {
    if (this.#open) {
      this.#closeWriters();
      await this.#connection.run("rollback");
    }
    this.#connection.closeSync();
  }

  async #begin(): Promise<void> {
    if (this.#open) return;
    await this.#connection.run("begin");
    this.#open = true;
    await this.#openWriters();
  }

  async #openWriters(): Promise<void> {
    this.#events = await ChunkWriter.open(this.#connection, "events", EVENT_COLUMNS);
    this.#quantities = await ChunkWriter.open(this.#connection, "quantities", QUANTITY_COLUMNS);
  }

  #closeWriters(): void {
    this.#events?.close();
    this.#quantities?.close();
    this.#events = null;
    this.#quantities = null;
  }

  async #forget(file: number): Promise<void> {
    const range = `key >= ${keyOf(file, 0)} and key < ${keyOf(file + 1, 0)}`;
    for (const table of ["events", "quantities", "insights"])
      await this.#connection.run(`delete from ${table} where ${range}`);
    await this.#connection.run(`delete from quarantine where file_id = ${file}`);
    await this.#connection.run(`delete from files where file_id = ${file}`);
  }

  #mapsOf(worker: number): { readonly [Name in DictionaryName]: NumberMap } {
    const known = this.#maps.get(worker);
    if (known !== undefined) return known;
    const maps = Object.fromEntries(DICTIONARIES.map((name) => [name, new NumberMap()])) as {
      [Name in DictionaryName]: NumberMap;
    };
    this.#maps.set(worker, maps);
    return maps;
  }
}

const keyOf = (file: number, record: number): bigint => BigInt(file) * FILE_FACTOR + BigInt(record);

/** Puts in what only the store knows: the file's number, and its own numbers for dictionary values. */
function complete(
  batch: ColumnBatch,
  columns: readonly Column[],
  file: number,
  maps: { readonly [Name in DictionaryName]: NumberMap },
): void {
  columns.forEach(({ name, dictionary }, index) => {
    const values = batch.columns[index]?.values;
    if (values === undefined) return;
    if (dictionary) maps[dictionary].translate(new Int32Array(values));
    if (name !== "key") return;
    const halves = new Int32Array(values);
    for (let row = 1; row < halves.length; row += 2) halves[row] = file;
  });
}
