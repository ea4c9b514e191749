import {
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBInstance,
  DuckDBTimestampValue,
} from "@duckdb/node-api";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import { storableText } from "#core/domain/storable-text.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { ChunkWriter, discard } from "./batch/chunk-writer.ts";
import { type Column, DICTIONARIES, type DictionaryName, EVENT_COLUMNS, QUANTITY_COLUMNS } from "./batch/columns.ts";
import { DictionaryWriter, loadDictionaries, type StoreDictionaries } from "./batch/dictionary-tables.ts";
import type { EventBatch } from "./batch/event-encoder.ts";
import { type ColumnBatch, wordsOf } from "./batch/packed-batch.ts";
import { NumberMap } from "./batch/store-dictionary.ts";
import { readAll } from "./read.ts";
import { ASKING, limitResources, releaseBlocks, WRITING } from "./resources.ts";

/** A file as the ledger knows it. */
export interface LedgerFile {
  readonly path: string;
  readonly size: number;
  readonly tag: string;
  readonly deliveredAt: EpochMs | null;
  /** Names the selection that it is read for; empty when everything is selected. */
  readonly selection: string;
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
  /** It could not be read: nothing of it is here, and the next run tries again. */
  readonly failed: boolean;
}

/** What the ledger says of a file that was read before. */
interface KnownFile {
  readonly id: number;
  readonly size: number;
  readonly tag: string;
  /** As the ledger's column of that name. */
  readonly readFor: string | null;
  /** Some of its events stand here. */
  readonly holdsEvents: boolean;
  /** Some of its events stand here from other files only. */
  readonly hasCopies: boolean;
}

export interface PlacedInsight {
  readonly record: number;
  readonly insight: InsightRecord;
}

/**
 * Events a transaction: four row groups of DuckDB's, so that those left in part are few (they are written again when the
 * store is settled), and not too many to lose in a crash.
 */
const ROWS_A_COMMIT = 491_520;
/** A row group: about as many events later, the one before lies on disk. */
const ROWS_A_RELEASE = 122_880;
const FILE_FACTOR = 4_294_967_296n;
/** Of the ledger: events of the file were settled against those of others. */
const HAS_COPIES = "(duplicates > 0 or conflicts > 0)";

/**
 * Writes files into the store, whole or not at all: a transaction holds whole files, so that a run that ends at any
 * moment leaves nothing half counted. One writer a store; the instance stays the caller's to close.
 */
export class EventWriter {
  readonly #connection: DuckDBConnection;
  /** For what may be refused while a transaction is open, which must not end by it. */
  readonly #aside: DuckDBConnection;
  readonly #dictionaries: StoreDictionaries;
  readonly #known: Map<string, KnownFile>;
  readonly #maps = new Map<number, { readonly [Name in DictionaryName]: NumberMap }>();
  #events: ChunkWriter | null = null;
  #quantities: ChunkWriter | null = null;
  #values: DictionaryWriter | null = null;
  readonly #appenders = new Map<string, DuckDBAppender>();
  #nextFile: number;
  #rows = 0;
  #unreleased = 0;
  #open = false;
  #copiesDoubted = false;

  private constructor(
    connection: DuckDBConnection,
    aside: DuckDBConnection,
    dictionaries: StoreDictionaries,
    known: Map<string, KnownFile>,
  ) {
    this.#connection = connection;
    this.#aside = aside;
    this.#dictionaries = dictionaries;
    this.#known = known;
    this.#nextFile = Math.max(0, ...[...known.values()].map(({ id }) => id)) + 1;
  }

  static async open(instance: DuckDBInstance): Promise<EventWriter> {
    const connection = await instance.connect();
    await limitResources(connection, WRITING);
    const files = await readAll<Omit<KnownFile, "size"> & { readonly path: string; readonly size: bigint }>(
      connection,
      `select file_id as id, path, size, tag, read_for as "readFor", stored > 0 as "holdsEvents", ${HAS_COPIES} as "hasCopies" from files order by file_id`,
    );
    const known = new Map(files.map(({ path, size, ...file }) => [path, { ...file, size: Number(size) }]));
    return new EventWriter(connection, await instance.connect(), await loadDictionaries(connection), known);
  }

  /** Whether exactly this file has been read, with all that its selection asks for. */
  has(file: LedgerFile): boolean {
    const known = this.#known.get(file.path);
    if (known === undefined || known.size !== file.size || known.tag !== file.tag) return false;
    if (this.#copiesDoubted && known.hasCopies) return false;
    return known.readFor === "" || known.readFor === file.selection;
  }

  /** Whether reading the file takes events away that are here of it. */
  replaces(file: LedgerFile): boolean {
    return this.#known.get(file.path)?.holdsEvents ?? false;
  }

  /** Whether events of the file were left to other files that hold them too. */
  hasCopies(file: LedgerFile): boolean {
    return this.#known.get(file.path)?.hasCopies ?? false;
  }

  /**
   * Must be called before a file is replaced: what it held may be all that was kept of events that other files hold
   * too, so every file with such events counts as not read, in this run and, where this run does not come to it, in
   * the next.
   */
  doubtCopies(): void {
    this.#copiesDoubted = true;
  }

  /** The number under which everything of the file is written. What an earlier version of it left is removed. */
  async startFile(file: LedgerFile): Promise<number> {
    await this.#begin();
    const earlier = this.#known.get(file.path);
    if (earlier !== undefined) {
      if (earlier.holdsEvents) {
        await this.#connection.run(`update files set read_for = null where read_for is not null and ${HAS_COPIES}`);
      }
      await this.#forget(earlier.id);
    }
    const id = this.#nextFile++;
    this.#known.set(file.path, {
      id,
      size: file.size,
      tag: file.tag,
      readFor: null,
      holdsEvents: false,
      hasCopies: false,
    });
    return id;
  }

  /** `worker` names the dictionaries that the batch was encoded with. */
  append(worker: number, file: number, batch: EventBatch): void {
    const maps = this.#mapsOf(worker);
    for (const name of DICTIONARIES) {
      if (batch.restarted) maps[name].restart();
      const store = (number: number, row: readonly unknown[]): void => this.#values?.add(name, number, row);
      for (const row of batch.dictionaries[name]) maps[name].add(this.#dictionaries[name].number(row, store));
    }
    complete(batch.events, EVENT_COLUMNS, file, maps);
    complete(batch.quantities, QUANTITY_COLUMNS, file, maps);
    this.#events?.append(batch.events);
    this.#quantities?.append(batch.quantities);
    this.#rows += batch.events.rows;
    this.#unreleased += batch.events.rows;
  }

  async addInsights(file: number, insights: readonly PlacedInsight[]): Promise<void> {
    if (insights.length === 0) return;
    const rows = await this.#appenderOf("insights");
    for (const { record, insight } of insights) {
      rows.appendBigInt(keyOf(file, record));
      rows.appendVarchar(storableText(insight.id));
      rows.appendTimestamp(timestamp(insight.time));
      for (const text of [insight.account, insight.region, JSON.stringify(insight)]) {
        rows.appendVarchar(storableText(text));
      }
      rows.endRow();
    }
  }

  async addQuarantined(file: number, entries: readonly Quarantined[]): Promise<void> {
    if (entries.length === 0) return;
    const rows = await this.#appenderOf("quarantine");
    for (const entry of entries) {
      rows.appendInteger(file);
      for (const text of [entry.file, entry.position, entry.reason, entry.detail, entry.sample]) {
        rows.appendVarchar(storableText(text));
      }
      rows.endRow();
    }
  }

  /** Enters the file in the ledger, and commits when enough has come together. */
  async finishFile(id: number, file: LedgerFile, outcome: FileOutcome): Promise<void> {
    const rows = await this.#appenderOf("files");
    rows.appendInteger(id);
    rows.appendVarchar(storableText(file.path));
    rows.appendBigInt(BigInt(file.size));
    rows.appendVarchar(file.tag);
    if (file.deliveredAt === null) rows.appendNull();
    else rows.appendTimestamp(timestamp(file.deliveredAt));
    if (outcome.leftOutReason === null) rows.appendNull();
    else rows.appendVarchar(outcome.leftOutReason);
    const { read, stored, quarantined, leftOut, insights, bytes } = outcome;
    for (const count of [read, stored, quarantined, leftOut, insights, 0, 0, bytes]) rows.appendBigInt(BigInt(count));
    rows.appendBoolean(outcome.canonical);
    if (outcome.failed) rows.appendNull();
    else rows.appendVarchar(leftOut > 0 ? file.selection : "");
    rows.endRow();
    if (this.#rows >= ROWS_A_COMMIT) await this.commit();
    else if (this.#unreleased >= ROWS_A_RELEASE) await this.#release();
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
    await this.#release();
    this.#closeWriters();
    // It ends the transaction also when it fails.
    this.#open = false;
    await this.#connection.run("commit");
    await this.#release();
    this.#rows = 0;
  }

  /** Gives up what was not committed. The writer is of no further use. */
  async close(): Promise<void> {
    if (this.#open) {
      this.#events?.discard();
      this.#quantities?.discard();
      this.#values?.discard();
      for (const appender of this.#appenders.values()) discard(appender);
      await this.#connection.run("rollback");
    }
    await limitResources(this.#connection, ASKING);
    this.#aside.closeSync();
    this.#connection.closeSync();
  }

  async #release(): Promise<void> {
    await releaseBlocks(this.#aside, WRITING);
    this.#unreleased = 0;
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
    this.#values = await DictionaryWriter.open(this.#connection);
  }

  #closeWriters(): void {
    this.#events?.close();
    this.#quantities?.close();
    this.#values?.close();
    this.#events = null;
    this.#quantities = null;
    this.#values = null;
    for (const appender of this.#appenders.values()) appender.closeSync();
    this.#appenders.clear();
  }

  /**
   * One appender a table and transaction: every statement that inserts would take blocks of its own for every column
   * until the commit, and a thousand small files would take all of DuckDB's memory.
   */
  async #appenderOf(table: "files" | "insights" | "quarantine"): Promise<DuckDBAppender> {
    const open = this.#appenders.get(table);
    if (open) return open;
    const appender = await this.#connection.createAppender(table);
    this.#appenders.set(table, appender);
    return appender;
  }

  async #forget(file: number): Promise<void> {
    const range = `key >= ${keyOf(file, 0)} and key < ${keyOf(file + 1, 0)}`;
    for (const table of ["events", "quantities", "insights"])
      await this.#connection.run(`delete from ${table} where ${range}`);
    await this.#connection.run(`delete from quarantine where file_id = ${file}`);
    await this.#connection.run(
      `delete from conflicts where ${["kept", "other"].map((which) => range.replaceAll("key", `${which}_key`)).join(" or ")}`,
    );
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

/** DuckDB counts microseconds. */
const timestamp = (time: EpochMs): DuckDBTimestampValue => new DuckDBTimestampValue(BigInt(time) * 1000n);

const keyOf = (file: number, record: number): bigint => BigInt(file) * FILE_FACTOR + BigInt(record);

/** Puts in what only the store knows: the file's number, and its own numbers for dictionary values. */
function complete(
  batch: ColumnBatch,
  columns: readonly Column[],
  file: number,
  maps: { readonly [Name in DictionaryName]: NumberMap },
): void {
  columns.forEach(({ name, dictionary }, index) => {
    if (dictionary === undefined && name !== "key") return;
    const words = wordsOf(batch, index, "values");
    if (words === null) return;
    if (dictionary) maps[dictionary].translate(words);
    else for (let row = 1; row < words.length; row += 2) words[row] = file;
  });
}
