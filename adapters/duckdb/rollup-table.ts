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

const ENTITY = ["signal", "account", "region", "principal", "resource"] as const satisfies readonly (keyof Entity)[];
const NAMES = ENTITY.join(", ");

/**
 * A row with the names of an entity, and behind it one a bucket without them: names take longer to decode than counts. It
 * is sorted in one piece, which a database may do on disk; lists of buckets would have to fit into its memory.
 */
const byEntity = (counts: string): { readonly prepare: readonly string[]; readonly rows: string } => ({
  prepare: [
    `create or replace temp table entities as
     select row_number() over (order by signal, account, region, principal nulls last, resource nulls last) as number, ${NAMES}
     from (select distinct ${NAMES} from ${counts})`,
  ],
  rows: `
select number, null::double as bucket, null::double as value, ${NAMES} from entities
union all
select number, bucket, value, ${ENTITY.map((name) => `null as ${name}`).join(", ")}
from ${counts} c join entities e on ${ENTITY.map((name) => `c.${name} is not distinct from e.${name}`).join(" and ")}
order by number, bucket nulls first`,
});

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
    yield* rowsOfQuery(instance, counted);
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
    `(select ${NAMES}, epoch_ms(bucket)::double as bucket, value from usage_rollups where ${these})`,
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
  yield* rowsOfQuery(instance, rollupSql(signals, bucket, SIGNAL_TABLES, window));
}

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

/** Rows that stand in no table are looked through twice, and counted once. */
function rowsOfQuery(instance: DuckDBInstance, counted: string): AsyncGenerator<RollupRow> {
  const once = `create or replace temp table counted as select * replace (bucket::double as bucket) from (${counted})`;
  return rowsOf(instance, "counted", [once]);
}

async function* rowsOf(
  instance: DuckDBInstance,
  counts: string,
  before: readonly string[] = [],
): AsyncGenerator<RollupRow> {
  const { prepare, rows } = byEntity(counts);
  let current: Pick<RollupRow, "signal" | "entity"> | null = null;
  for await (const chunk of streamColumns(instance, rows, [...before, ...prepare])) {
    const buckets = chunk.values<number | null>("bucket");
    const values = chunk.values<number | null>("value");
    const entities = chunk.objects<Entity>(ENTITY, positionsOfNull(buckets));
    let begun = 0;
    for (const [row, bucket] of buckets.entries()) {
      if (bucket === null) {
        const { signal, ...entity } = entities[begun++] as Entity;
        current = { signal, entity };
      } else if (current !== null) yield { ...current, bucket, value: values[row] as number };
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
