import { type QueryValue, runQuery } from "#adapters/duckdb/sql-query.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { DAY, HOUR } from "#core/domain/time.ts";
import type { MeasuredVolume } from "#core/estimate/volume.ts";
import { workspace } from "./workspace.ts";

const COUNTS = `
select
  count(distinct account),
  count(distinct account || '/' || region),
  date_diff('millisecond', min(time), max(time)),
  count(*) filter (category = 'management'),
  count(*) filter (category = 'management' and not coalesce(read_only, false)),
  count(*) filter (category = 'data' and service = 'lambda'),
  count(*) filter (category = 'data' and service = 's3')
from usage_events`;

/** Of the files' text, however it was wrapped. */
const BYTES = "select sum(bytes)::double / nullif(sum(read), 0) from files where left_out_reason is null";

/**
 * What was counted in the store of a folder that `analyze` filled. Throws TrailwatchError `NOT_FOUND` and others of the
 * store, and `USAGE` where the events in it are of less than an hour.
 */
export async function measureVolume(folder: string): Promise<MeasuredVolume> {
  const { store } = workspace(folder);
  const [accounts, entities, span, managementEvents, writeEvents, lambdaEvents, objectEvents] = (
    await rowOf(store, COUNTS)
  ).map(Number) as [number, number, number, number, number, number, number];
  if (accounts === 0 || span < HOUR) {
    throw new TrailwatchError(
      "USAGE",
      `${store} has events of less than an hour, which says nothing of a month`,
      "Analyse some days of files into it, or leave --measured out and give --events-per-account.",
    );
  }
  const [bytes] = await rowOf(store, BYTES);
  return {
    days: span / DAY,
    accounts,
    entities,
    managementEvents,
    writeEvents,
    lambdaEvents,
    objectEvents,
    bytesPerEvent: typeof bytes === "number" && bytes > 0 ? bytes : null,
  };
}

const rowOf = async (store: string, sql: string): Promise<readonly QueryValue[]> =>
  (await runQuery(store, sql, { limit: 1 })).rows[0] ?? [];
