import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { InsightRecord } from "#core/domain/insight.ts";
import { type EpochMs, HOUR, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { DeliveredEvent, DeliveredEvents, DeliveredInsight, Lateness } from "#core/ports/delivered-events.ts";
import type { EventQuery } from "#core/ports/event-store.ts";
import { sqlNumber, sqlText } from "#core/signals/sql-literal.ts";
import { decodeEvents, EVENT_COLUMNS } from "./decode-events.ts";
import { type Dictionaries, openDictionaries } from "./dictionary.ts";
import { DuckDbEventStore, type DuckDbEventStoreOptions } from "./duckdb-event-store.ts";
import { conditionOf } from "./matching-events.ts";
import { readAll, readColumns, streamColumns } from "./read.ts";
import { ASKING } from "./resources.ts";

export interface DeliveredEventsOptions extends DuckDbEventStoreOptions {
  /** `modelled`: whatever names of files say, where they bundle more than CloudTrail's own do. */
  readonly times: "files" | "modelled";
  /** When an event was delivered where no name of a file says it; one answer for all of the same minute. */
  readonly modelledDelivery: (account: string, region: string, time: EpochMs) => EpochMs;
  /** The same of CloudTrail's Insights. */
  readonly modelledInsightDelivery: (time: EpochMs) => EpochMs;
}

const DICTIONARIES = [
  "accounts",
  "regions",
  "actions",
  "principals",
  "origins",
  "error_codes",
  "items",
  "cost_bases",
  "files",
];

/** The name of a file says in which minute it was delivered: by the end of it, it was there. */
const FILES = `create table delivered_files as
  select file_id, epoch_ms(delivered_at) + ${MINUTE} as delivered from whole.files where delivered_at is not null`;

const TABLES = `
create table coming as
  select e.*, greatest(epoch_ms(e.time), coalesce(f.delivered, m.delivered)) as delivered
  from whole.events e
    left join delivered_files f on f.file_id = e.key >> 32
    left join modelled m on m.account_id = e.account_id and m.region_id = e.region_id
      and m.minute = epoch_ms(e.time) // ${MINUTE}
  order by delivered;
drop table modelled;
create table coming_quantities as
  select q.*, c.delivered from whole.quantities q join coming c using (key) order by c.delivered;
create table events as select * exclude (delivered) from coming limit 0;
create table quantities as select * exclude (delivered) from coming_quantities limit 0;
create schema ahead;
create view ahead.quantities as select * exclude (delivered) from main.coming_quantities;
`;

/** Read at once: to ask for what came in every five minutes costs more than to read it. */
const AHEAD = HOUR;

interface Connections {
  readonly own: DuckDBConnection;
  /** Which finds quantities of events that are not known yet. */
  readonly ahead: DuckDBConnection;
  /** Of the whole store: what a name's number is, whether it was met by now or not. */
  readonly whole: DuckDBConnection;
}

/**
 * The events of a store as they were delivered, in a database in memory beside it, which takes in what came from step to
 * step. What was settled is as the whole store has it: which copy of an action counts, and what was freed at what price,
 * is known from the beginning.
 */
export class DuckDbDeliveredEvents implements DeliveredEvents {
  readonly #instance: DuckDBInstance;
  readonly #connections: Connections;
  readonly #dictionaries: Dictionaries;
  readonly #known: DuckDbEventStore;
  readonly #options: DeliveredEventsOptions;
  /** Read, and not yet delivered; the last one first. */
  #ahead: DeliveredEvent[] = [];
  #readUntil: EpochMs = 0;
  #until: EpochMs = 0;
  /** Up to here events are in the table that questions are about. */
  #takenIn: EpochMs = 0;
  #taking: Promise<void> = Promise.resolve();

  private constructor(
    instance: DuckDBInstance,
    connections: Connections,
    dictionaries: Dictionaries,
    known: DuckDbEventStore,
    options: DeliveredEventsOptions,
  ) {
    this.#instance = instance;
    this.#connections = connections;
    this.#dictionaries = dictionaries;
    this.#known = known;
    this.#options = options;
  }

  /** @param path of a settled store that nobody has open. */
  static async open(path: string, options: DeliveredEventsOptions): Promise<DuckDbDeliveredEvents> {
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: `${ASKING.memoryMiB}MiB`,
      temp_directory: `${path}.tmp`,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    try {
      const own = await instance.connect();
      await own.run(`attach ${sqlText(path)} as whole (read_only)`);
      for (const name of DICTIONARIES) await own.run(`create view ${name} as select * from whole.${name}`);
      await own.run(options.times === "files" ? FILES : `${FILES} and false`);
      await model(instance, own, options);
      await own.run(TABLES);
      const ahead = await instance.connect();
      await ahead.run("set search_path = 'ahead,main'");
      const whole = await instance.connect();
      await whole.run("use whole");
      const dictionaries = openDictionaries(whole);
      const known = await DuckDbEventStore.open(instance, options, dictionaries);
      return new DuckDbDeliveredEvents(instance, { own, ahead, whole }, dictionaries, known, options);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#known.close();
    for (const connection of Object.values(this.#connections)) connection.closeSync();
    this.#instance.closeSync();
  }

  async span(): Promise<TimeWindow | null> {
    const [row] = await readAll<{ first: number | null; last: number | null }>(
      this.#connections.own,
      "select min(delivered)::double as first, max(delivered)::double as last from coming",
    );
    return !row || row.first === null || row.last === null ? null : { start: row.first, end: row.last };
  }

  /** CloudTrail's Insights, in any order. */
  async insights(): Promise<readonly DeliveredInsight[]> {
    const rows = await readAll<{ body: string; time: number; delivered: number | null }>(
      this.#connections.own,
      `select body, epoch_ms(time)::double as time, f.delivered::double as delivered
       from whole.insights i left join delivered_files f on f.file_id = i.key >> 32`,
    );
    return rows.map(({ body, time, delivered }) => ({
      record: JSON.parse(body) as InsightRecord,
      deliveredAt: Math.max(time, delivered ?? this.#options.modelledInsightDelivery(time)),
    }));
  }

  async advance(until: EpochMs): Promise<readonly DeliveredEvent[]> {
    this.#until = until;
    if (until > this.#readUntil) await this.#readAhead(Math.max(until, this.#readUntil + AHEAD));
    const came: DeliveredEvent[] = [];
    while ((this.#ahead.at(-1)?.deliveredAt ?? Number.POSITIVE_INFINITY) <= until) {
      came.push(this.#ahead.pop() as DeliveredEvent);
    }
    return came;
  }

  async known(): Promise<DuckDbEventStore> {
    if (this.#takenIn !== this.#until) {
      const came = between(this.#takenIn, this.#until);
      this.#takenIn = this.#until;
      this.#taking = this.#take(came);
    }
    await this.#taking;
    return this.#known;
  }

  /** After what is still being taken in. */
  async #take(came: string): Promise<void> {
    await this.#taking;
    await this.#connections.own.run(
      `insert into quantities select * exclude (delivered) from coming_quantities where ${came};
       insert into events select * exclude (delivered) from coming where ${came}`,
    );
  }

  async #readAhead(until: EpochMs): Promise<void> {
    const { ahead } = this.#connections;
    const columns = await readColumns(
      ahead,
      `select ${EVENT_COLUMNS}, e.counted, e.delivered::double as delivered
       from coming e where ${between(this.#readUntil, until)} order by e.delivered`,
    );
    this.#readUntil = until;
    const rows = Array.from({ length: columns.rows }, (_, row) => row);
    const decoded = await decodeEvents(ahead, this.#dictionaries, columns, rows);
    const counted = columns.values<boolean>("counted");
    const delivered = columns.values<number>("delivered");
    const read = decoded.map(({ event }, row) => ({
      event,
      counted: counted[row] as boolean,
      deliveredAt: delivered[row] as EpochMs,
    }));
    this.#ahead = [...read.reverse(), ...this.#ahead];
  }

  async lateness(query: EventQuery, later: EpochMs): Promise<Lateness> {
    const condition = await conditionOf(query, this.#dictionaries);
    const delay = "e.delivered - epoch_ms(e.time)";
    const [row] = await readAll<Lateness>(
      this.#connections.own,
      `select count(*)::double as events, (count(*) filter (where ${delay} > ${sqlNumber(later)}))::double as late,
         coalesce(quantile_disc(${delay}, 0.5), 0)::double as median,
         coalesce(quantile_disc(${delay}, 0.95), 0)::double as p95,
         coalesce(max(${delay}), 0)::double as longest
       from coming e where ${condition ?? "false"}`,
    );
    return row as Lateness;
  }
}

const between = (after: EpochMs, until: EpochMs): string =>
  `delivered > ${sqlNumber(after)} and delivered <= ${sqlNumber(until)}`;

/** Makes a table of deliveries of events that lie in files whose names say nothing. */
async function model(
  instance: DuckDBInstance,
  connection: DuckDBConnection,
  { modelledDelivery }: DeliveredEventsOptions,
): Promise<void> {
  await connection.run(
    "create table modelled (account_id integer, region_id integer, minute bigint, delivered bigint)",
  );
  const appender = await connection.createAppender("modelled");
  const minutes = streamColumns(
    instance,
    `select distinct e.account_id, e.region_id, account, region, (epoch_ms(e.time) // ${MINUTE})::double as minute
     from whole.events e
       join accounts using (account_id) join regions using (region_id)
     where e.key >> 32 not in (select file_id from delivered_files)`,
  );
  for await (const chunk of minutes) {
    const accountIds = chunk.values<number>("account_id");
    const regionIds = chunk.values<number>("region_id");
    const accounts = chunk.values<string>("account");
    const regions = chunk.values<string>("region");
    for (const [row, minute] of chunk.values<number>("minute").entries()) {
      const delivered = modelledDelivery(accounts[row] as string, regions[row] as string, minute * MINUTE);
      appender.appendInteger(accountIds[row] as number);
      appender.appendInteger(regionIds[row] as number);
      appender.appendBigInt(BigInt(minute));
      appender.appendBigInt(BigInt(delivered));
      appender.endRow();
    }
  }
  appender.closeSync();
}
