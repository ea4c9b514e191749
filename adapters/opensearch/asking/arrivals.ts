import { BUCKET, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import { type Arrived, type BucketOfEvents, type Portion, portionOf } from "#core/ports/arrivals.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { allOf, type Dsl } from "#core/signals/query-dsl.ts";
import { inWindow } from "./matching-events.ts";
import { type Asked, compositeBuckets, timeSource } from "./search.ts";

/** Events that were written then or later. Whoever wrote them, and however he ended: they say themselves when it was. */
export const writtenSince = (time: EpochMs): Dsl => ({
  range: { indexed_at: { gte: Math.max(0, Math.ceil(time)), format: "epoch_millis" } },
});

/** The beginnings of the buckets that an event came into since then, in order. */
export async function arrivedSince(asked: Asked, since: EpochMs): Promise<readonly EpochMs[]> {
  const arrived: EpochMs[] = [];
  for await (const { bucket } of cameSince(asked, since)) arrived.push(bucket);
  return arrived;
}

/** The earliest of them in the window, as many as a portion has. */
export function portionSince(asked: Asked, since: EpochMs, window: TimeWindow, portion: Portion): Promise<Arrived> {
  const pageSize = Number.isFinite(portion.span) ? portion.span / BUCKET + 1 : undefined;
  return portionOf(cameSince(asked, since, window, pageSize), window, portion);
}

async function* cameSince(
  asked: Asked,
  since: EpochMs,
  window?: TimeWindow,
  pageSize?: number,
): AsyncGenerator<BucketOfEvents> {
  const buckets = compositeBuckets(asked, {
    query: allOf([...(window ? [inWindow(window)] : []), writtenSince(since)]),
    sources: [timeSource("bucket", F.time, BUCKET)],
    ...(pageSize === undefined ? {} : { pageSize }),
  });
  for await (const { key, doc_count } of buckets) yield { bucket: key["bucket"], events: doc_count };
}
