import { BUCKET, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { allOf, type Dsl } from "#core/signals/query-dsl.ts";
import { inWindow } from "./matching-events.ts";
import { type Asked, compositeBuckets, timeSource } from "./search.ts";

/** Events that were written then or later. Whoever wrote them, and however he ended: they say themselves when it was. */
export const writtenSince = (time: EpochMs): Dsl => ({
  range: { indexed_at: { gte: Math.max(0, Math.ceil(time)), format: "epoch_millis" } },
});

/** The beginnings of the buckets that an event came into since then, in order; with a window of those in it. */
export async function arrivedSince(asked: Asked, since: EpochMs, window?: TimeWindow): Promise<readonly EpochMs[]> {
  const buckets = compositeBuckets(asked, {
    query: allOf([...(window ? [inWindow(window)] : []), writtenSince(since)]),
    sources: [timeSource("bucket", F.time, BUCKET)],
  });
  const arrived: EpochMs[] = [];
  for await (const { key } of buckets) arrived.push(key["bucket"]);
  return arrived;
}
