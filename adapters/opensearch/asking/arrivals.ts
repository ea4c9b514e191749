import { BUCKET, type EpochMs } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { asking, compositeBuckets, timeSource } from "./search.ts";

/**
 * The beginnings of the buckets that an event came into since then. Whoever wrote it, and however he ended: the events say
 * themselves when they were written.
 */
export async function arrivedSince(
  connection: OpenSearchConnection,
  names: IndexNames,
  since: EpochMs,
): Promise<readonly EpochMs[]> {
  const buckets = compositeBuckets(asking(connection, names.events), {
    query: { match_all: {} },
    sources: [timeSource("bucket", "@timestamp", BUCKET)],
    // Not a filter: the time of writing is kept to be compared, and not indexed to be searched.
    aggregations: { last: { max: { field: "indexed_at" } } },
  });
  const arrived: EpochMs[] = [];
  for await (const { key, last } of buckets) if ((last.value ?? 0) >= since) arrived.push(key.bucket);
  return arrived;
}
