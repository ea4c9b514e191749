import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { type EventDocument, fromDocument } from "../documents/event-document.ts";
import { EARLIEST_FIRST } from "./occurrences.ts";
import { type Asked, type Hit, search } from "./search.ts";

/** Documents a request, of some kilobytes each; a node refuses more than 10,000. */
const PAGE_SIZE = 1000;

/**
 * The earliest events that match, in time order, then by id. Time and id together are an event's own, so that the next
 * page begins after the last event of this one, however many there are; a point in time is not held, for a node allows
 * three hundred shards of them.
 */
export async function readEvents(asked: Asked, query: Dsl, limit: number): Promise<readonly PricedUsageEvent[]> {
  const events: PricedUsageEvent[] = [];
  let after: readonly unknown[] | undefined;
  for (let left = Math.trunc(limit); left > 0; ) {
    const size = Math.min(left, PAGE_SIZE);
    const { hits }: { hits: { hits: readonly Hit[] } } = await search(asked, {
      size,
      query,
      sort: EARLIEST_FIRST,
      track_total_hits: false,
      ...(after ? { search_after: after } : {}),
    });
    for (const { _source } of hits.hits) events.push(fromDocument(_source as EventDocument));
    after = hits.hits.at(-1)?.sort;
    if (hits.hits.length < size || !after) break;
    left -= size;
  }
  return events;
}
