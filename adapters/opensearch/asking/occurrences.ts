import type { Occurrences } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import type { SearchAnswer } from "./search.ts";

/** At most so many ids are answered. */
const EVENT_IDS = 200;

/** Time order, then by id: the order of events everywhere. */
export const EARLIEST_FIRST = [{ [F.time]: "asc" }, { [F.id]: "asc" }] as const;

/** The part of a search that {@link occurrencesIn} reads: ids stand in the values that are sorted by. */
export const OCCURRENCES = {
  size: EVENT_IDS,
  _source: false,
  track_total_hits: true,
  sort: EARLIEST_FIRST,
  aggs: { first: { min: { field: F.time } }, last: { max: { field: F.time } } },
} as const;

export function occurrencesIn({ hits, aggregations }: SearchAnswer): Occurrences {
  const events = hits.total?.value ?? 0;
  return {
    events,
    eventIds: hits.hits.map(({ sort }) => sort[1] as string),
    first: events === 0 ? null : aggregations?.["first"].value,
    last: events === 0 ? null : aggregations?.["last"].value,
  };
}
