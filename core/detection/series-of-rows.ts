import type { EpochMs } from "../domain/time.ts";
import type { RollupRow } from "../ports/event-store.ts";
import type { EntitySeries } from "./series.ts";

/**
 * The entities of one signal and account at a time.
 * @param rollup sorted by signal id, account, region, principal, resource, bucket; values above zero
 */
export async function* seriesByAccount(
  rollup: AsyncIterable<RollupRow>,
): AsyncGenerator<{ signal: string; series: readonly EntitySeries[] }> {
  let signal = "";
  let series: { entity: RollupRow["entity"]; buckets: EpochMs[]; values: number[] }[] = [];
  for await (const row of rollup) {
    let last = series.at(-1);
    if (row.signal !== signal || row.entity.account !== last?.entity.account) {
      if (series.length > 0) yield { signal, series };
      signal = row.signal;
      series = [];
      last = undefined;
    }
    const same =
      last?.entity.region === row.entity.region &&
      last.entity.principal === row.entity.principal &&
      last.entity.resource === row.entity.resource;
    if (!last || !same) series.push({ entity: row.entity, buckets: [row.bucket], values: [row.value] });
    else {
      last.buckets.push(row.bucket);
      last.values.push(row.value);
    }
  }
  if (series.length > 0) yield { signal, series };
}
