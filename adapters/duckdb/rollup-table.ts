import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Signal } from "#core/domain/signal.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { bucketSql, rollupSql } from "#core/signals/sql.ts";
import { sqlIn, sqlText } from "#core/signals/sql-literal.ts";
import { columnsFrom, readAll } from "./read.ts";
import { SIGNAL_TABLES } from "./relations.ts";

/** Public like the views: charts and `trailwatch query` read it. Empty until an analysis has counted. */
const TABLE = `create table if not exists usage_rollups (
  signal varchar not null,
  account varchar not null,
  region varchar not null,
  principal varchar,
  resource varchar,
  bucket timestamp not null,
  bucket_seconds integer not null,
  value double not null
)`;

interface Entity {
  readonly account: string;
  readonly region: string;
  readonly principal: string | null;
  readonly resource: string | null;
}

const ENTITY = ["account", "region", "principal", "resource"] as const satisfies readonly (keyof Entity)[];
const NAMES = ENTITY.join(", ");

/** Counted together. */
const EVENTS_A_WINDOW = 262_144;

/** What stands in the table of a settled store already: definitions by signal and bucket. */
export type CountedSignals = Map<string, string>;

/**
 * Counts the signals, keeps the counts in `usage_rollups` where the store may be written, and answers them in the
 * order of the port. What other signals had counted, or with other buckets, stays.
 */
export async function* countSignals(
  instance: DuckDBInstance,
  signals: readonly Signal[],
  bucket: EpochMs,
  done: CountedSignals,
): AsyncGenerator<RollupRow> {
  if (signals.length === 0) return;
  const windows = await windowsOf(instance, bucket);
  const counted = windows.map((window) => rollupSql(signals, bucket, SIGNAL_TABLES, window));
  if (await isReadOnly(instance)) {
    yield* rowsOfQueries(instance, signals, counted);
    return;
  }
  const these = `${sqlIn(
    "signal",
    signals.map(({ id }) => id),
  )} and bucket_seconds = ${Math.round(bucket / 1000)}`;
  const definitions = signals.map((signal) => [`${bucket} ${signal.id}`, JSON.stringify(signal)] as const);
  if (definitions.some(([key, definition]) => done.get(key) !== definition)) {
    await keep(instance, counted, these, bucket);
    for (const [key, definition] of definitions) done.set(key, definition);
  }
  const connection = await instance.connect();
  try {
    const kept = `(select signal, ${NAMES}, epoch_ms(bucket)::double as bucket, value from usage_rollups where ${these})`;
    yield* rowsOf(connection, signals, kept);
  } finally {
    connection.closeSync();
  }
}

/** Counts the events of a window, which begins and ends with a bucket; keeps nothing. */
export async function* countSignalsIn(
  instance: DuckDBInstance,
  signals: readonly Signal[],
  bucket: EpochMs,
  window: TimeWindow,
): AsyncGenerator<RollupRow> {
  if (signals.length === 0) return;
  yield* rowsOfQueries(instance, signals, [rollupSql(signals, bucket, SIGNAL_TABLES, window)]);
}

async function windowsOf(instance: DuckDBInstance, bucket: EpochMs): Promise<readonly TimeWindow[]> {
  const connection = await instance.connect();
  try {
    const buckets = await readAll<{ start: number; events: number }>(
      connection,
      `select (${bucketSql(bucket)})::double as start, count(*)::double as events from events group by 1 order by 1`,
    );
    return windowsWith(EVENTS_A_WINDOW, buckets, bucket);
  } finally {
    connection.closeSync();
  }
}

/**
 * The span of the events in windows that begin and end with a bucket and have hardly more than `most` events, unless one
 * bucket alone has them: the counts of a bucket stand for themselves, and those of all would have to fit into memory
 * together. `buckets` are those with events, in order.
 */
export function windowsWith(
  most: number,
  buckets: readonly { readonly start: EpochMs; readonly events: number }[],
  bucket: EpochMs,
): readonly TimeWindow[] {
  const windows: TimeWindow[] = [];
  let events = 0;
  let start = buckets[0]?.start ?? 0;
  for (const [index, row] of buckets.entries()) {
    events += row.events;
    const next = buckets[index + 1]?.start ?? row.start + bucket;
    if (events < most && index + 1 < buckets.length) continue;
    windows.push({ start, end: next });
    [events, start] = [0, next];
  }
  return windows;
}

async function keep(
  instance: DuckDBInstance,
  counted: readonly string[],
  these: string,
  bucket: EpochMs,
): Promise<void> {
  const connection = await instance.connect();
  try {
    await connection.run("begin");
    await connection.run(TABLE);
    await connection.run(`delete from usage_rollups where ${these}`);
    for (const query of counted) {
      await connection.run(`insert into usage_rollups
        select signal, ${NAMES}, epoch_ms(bucket), ${Math.round(bucket / 1000)}, value from (${query})`);
    }
    await connection.run("commit");
  } finally {
    connection.closeSync();
  }
}

/** Rows that stand in no table: they are looked through more than once, and counted once. */
async function* rowsOfQueries(
  instance: DuckDBInstance,
  signals: readonly Signal[],
  counted: readonly string[],
): AsyncGenerator<RollupRow> {
  const connection = await instance.connect();
  try {
    await connection.run(
      "create or replace temp table counted (signal varchar, account varchar, region varchar, principal varchar, resource varchar, bucket double, value double)",
    );
    for (const query of counted)
      await connection.run(`insert into counted select signal, ${NAMES}, bucket::double, value from (${query})`);
    yield* rowsOf(connection, signals, "counted");
  } finally {
    connection.closeSync();
  }
}

/**
 * One signal after the other: the rows of all could not be sorted in the memory that there is. The names of an entity
 * stand in a row of their own, before one a bucket without them, because names take longer to decode than counts.
 */
async function* rowsOf(
  connection: DuckDBConnection,
  signals: readonly Signal[],
  counts: string,
): AsyncGenerator<RollupRow> {
  for (const signal of signals.map(({ id }) => id).sort()) {
    const rows = `(select * from ${counts} where signal = ${sqlText(signal)})`;
    await connection.run(`
      create or replace temp table entities as
      select row_number() over (order by account, region, principal nulls last, resource nulls last) as number, ${NAMES}
      from (select distinct ${NAMES} from ${rows})`);
    const sorted = `
      select number, null::double as bucket, null::double as value, ${NAMES} from entities
      union all
      select number, bucket, value, ${ENTITY.map((name) => `null as ${name}`).join(", ")}
      from ${rows} c join entities e on ${ENTITY.map((name) => `c.${name} is not distinct from e.${name}`).join(" and ")}
      order by number, bucket nulls first`;
    let entity: Entity | null = null;
    for await (const chunk of columnsFrom(connection, sorted)) {
      const buckets = chunk.values<number | null>("bucket");
      const values = chunk.values<number | null>("value");
      const entities = chunk.objects<Entity>(ENTITY, positionsOfNull(buckets));
      let begun = 0;
      for (const [row, bucket] of buckets.entries()) {
        if (bucket === null) entity = entities[begun++] as Entity;
        else if (entity !== null) yield { signal, entity, bucket, value: values[row] as number };
      }
    }
  }
}

const positionsOfNull = (values: readonly unknown[]): readonly number[] =>
  values.flatMap((value, position) => (value === null ? [position] : []));

async function isReadOnly(instance: DuckDBInstance): Promise<boolean> {
  const connection = await instance.connect();
  try {
    const [row] = await readAll<{ readonly: boolean }>(
      connection,
      "select readonly from duckdb_databases() where database_name = current_database()",
    );
    return row?.readonly ?? false;
  } finally {
    connection.closeSync();
  }
}
