import type { TimeWindow } from "#core/domain/time.ts";
import type { EventQuery } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { allOf, type Dsl, filterQuery, oneOf } from "#core/signals/query-dsl.ts";
import { termOf } from "../documents/long-text.ts";

/** The question as a clause about an event's document. */
export function eventQuery(query: EventQuery): Dsl {
  const clauses: Dsl[] = [];
  if (query.window) clauses.push(inWindow(query.window));
  if (query.counted) clauses.push({ term: { [F.counted]: true } });
  // No document has an empty id, and a node refuses to look for it.
  if (query.ids) clauses.push({ ids: { values: query.ids.filter((id) => id !== "") } });
  for (const [asked, field] of KEYS) {
    const values = query[asked];
    if (values) clauses.push(oneOf(field, values.map(termOf)));
  }
  if (query.filter) clauses.push(filterQuery(query.filter));
  return allOf(clauses);
}

const KEYS = [
  ["accounts", F.account],
  ["regions", F.signalRegion],
  ["principals", F.principal],
  ["accessKeys", F.accessKeyId],
  ["sessions", F.session],
  ["networks", F.network],
  ["tools", F.tool],
  ["resources", F.resources],
] as const satisfies readonly (readonly [keyof EventQuery, string])[];

/** Furthest times of a date in JavaScript, and far inside those of a date in OpenSearch: bounds beyond are none. */
const FURTHEST = 8.64e15;

export function inWindow({ start, end }: TimeWindow): Dsl {
  return {
    range: {
      [F.time]: {
        ...(start > -FURTHEST ? { gte: Math.ceil(start) } : {}),
        ...(end < FURTHEST ? { lt: Math.ceil(end) } : {}),
        format: "epoch_millis",
      },
    },
  };
}
