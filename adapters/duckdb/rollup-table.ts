import type { DuckDBInstance } from "@duckdb/node-api";
import type { Signal } from "#core/domain/signal.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { rollupSql } from "#core/signals/sql.ts";
import { sqlIn } from "#core/signals/sql-literal.ts";
import { readAll, streamColumns } from "./read.ts";
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
  readonly signal: string;
  readonly account: string;
  readonly region: string;
  readonly principal: string | null;
  readonly resource: string | null;
}

const ENTITY = "signal, account, region, principal, resource";

/** An entity's buckets together: a row for each would repeat its names hundreds of times. */
const byEntity = (counts: string): string => `
select ${ENTITY}, list(bucket order by bucket) as buckets, list(value order by bucket) as counts
from (${counts}) group by ${ENTITY}
order by signal, account, region, principal nulls last, resource nulls last`;

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
  const counted = rollupSql(signals, bucket, SIGNAL_TABLES);
  if (await isReadOnly(instance)) {
    yield* rowsOf(instance, withNumbers(counted));
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
  yield* rowsOf(
    instance,
    `select ${ENTITY}, epoch_ms(bucket)::double as bucket, value from usage_rollups where ${these}`,
  );
}

/** Counts the events of a window, which begins and ends with a bucket; keeps nothing. */
export async function* countSignalsIn(
  instance: DuckDBInstance,
  signals: readonly Signal[],
  bucket: EpochMs,
  window: TimeWindow,
): AsyncGenerator<RollupRow> {
  if (signals.length === 0) return;
  yield* rowsOf(instance, withNumbers(rollupSql(signals, bucket, SIGNAL_TABLES, window)));
}

const withNumbers = (counted: string): string => `select * replace (bucket::double as bucket) from (${counted})`;

async function keep(instance: DuckDBInstance, counted: string, these: string, bucket: EpochMs): Promise<void> {
  const connection = await instance.connect();
  try {
    await connection.run("begin");
    await connection.run(TABLE);
    await connection.run(`delete from usage_rollups where ${these}`);
    await connection.run(`insert into usage_rollups
      select signal, account, region, principal, resource, epoch_ms(bucket), ${Math.round(bucket / 1000)}, value
      from (${counted})`);
    await connection.run("commit");
  } finally {
    connection.closeSync();
  }
}

async function* rowsOf(instance: DuckDBInstance, counts: string): AsyncGenerator<RollupRow> {
  for await (const chunk of streamColumns(instance, byEntity(counts))) {
    const entities = chunk.objects<Entity>(["signal", "account", "region", "principal", "resource"]);
    const buckets = chunk.lists<number>("buckets");
    const counts = chunk.lists<number>("counts");
    for (const [row, { signal, ...entity }] of entities.entries()) {
      for (const [at, bucket] of (buckets[row] ?? []).entries()) {
        yield { signal, entity, bucket, value: counts[row]?.[at] as number };
      }
    }
  }
}

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
