import type { DuckDBConnection } from "@duckdb/node-api";
import type { Facet, FindingFacets } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import { EVENT_MARKS, signalRegion } from "#core/domain/usage-event.ts";
import type { EventFacets, EventQuery } from "#core/ports/event-store.ts";
import type { Dictionaries } from "./dictionary.ts";
import { EVENT_ID, matchingEvents } from "./matching-events.ts";
import { readAll } from "./read.ts";

const VALUES = 20;
const EVENT_IDS = 200;

interface Row {
  /** What the row counts; the fields that it is not grouped by are null. */
  readonly part: "ids" | "names" | "resource" | "counterparty" | "item" | "event" | "last";
  readonly action_id: number | null;
  readonly region_id: number | null;
  readonly outcome: string | null;
  readonly error_id: number | null;
  readonly principal_id: number | null;
  readonly origin_id: number | null;
  readonly marks: number | null;
  readonly value: string | null;
  /** Events; an item's amount; for `event` and `last` the time in milliseconds. */
  readonly n: number | null;
}

/**
 * Everything that facets need, in one statement: the events that match are found once and counted by the numbers of
 * their dictionary entries, so that names are looked up only for what is different.
 */
const facetsSql = (query: EventQuery): string => {
  const values = (part: Row["part"], from: string, measure = "count(*)") => `
union all (
  select '${part}', null, null, null, null, null, null, null, value, (${measure})::double as n
  from (${from}) where value is not null group by value order by n desc, value limit ${VALUES}
)`;
  return `
with matching as materialized (
  select e.key, e.time, ${EVENT_ID} as id, e.action_id, e.region_id, e.outcome, e.error_id, e.principal_id, e.origin_id,
    e.marks, e.resource, e.more_resources, e.counterparties, e.quantity_kind, e.quantity_item_id, e.quantity_amount
  ${matchingEvents(query)}
)
select 'names' as part, action_id, region_id, outcome::varchar as outcome, error_id, principal_id, origin_id, marks,
  null::varchar as value, count(*)::double as n
from matching
group by grouping sets ((action_id, region_id), (outcome), (error_id), (principal_id), (origin_id), (marks))
${values("resource", "select unnest(list_prepend(resource, coalesce(more_resources, []))) as value from matching")}
${values("counterparty", "select unnest(counterparties) as value from matching")}
${values(
  "item",
  `select concat_ws(' ', kind::varchar, item) as value, amount from (
    select quantity_kind as kind, quantity_item_id as item_id, quantity_amount as amount
    from matching where quantity_kind is not null
    union all select q.kind, q.item_id, q.amount from quantities q join matching using (key)
  ) left join items using (item_id)`,
  "sum(amount)",
)}
union all (
  select 'event', null, null, null, null, null, null, null, id, epoch_ms(time)::double
  from matching order by time, id limit ${EVENT_IDS}
)
union all (select 'last', null, null, null, null, null, null, null, null, epoch_ms(max(time))::double from matching)`;
};

class Counts {
  readonly #counts = new Map<string, number>();

  add(value: string | null | undefined, count: number): void {
    if (value !== null && value !== undefined) this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
  }

  top(): readonly Facet[] {
    return [...this.#counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || compareText(a.value, b.value))
      .slice(0, VALUES);
  }
}

const FACETS = [
  "principals",
  "sessions",
  "accessKeys",
  "tools",
  "userAgents",
  "networks",
  "sourceIps",
  "invokedBy",
  "actors",
  "actions",
  "outcomes",
  "errorCodes",
  "regions",
  "resources",
  "items",
  "counterparties",
  "marks",
] as const satisfies readonly (keyof FindingFacets)[];

export async function readFacets(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  query: EventQuery,
): Promise<EventFacets> {
  const rows = await readAll<Row>(connection, facetsSql(query));
  const names = rows.filter(({ part }) => part === "names");
  const actions = await dictionaries.actions.entries(names.map((row) => row.action_id));
  const regions = await dictionaries.regions.entries(names.map((row) => row.region_id));
  const principals = await dictionaries.principals.entries(names.map((row) => row.principal_id));
  const origins = await dictionaries.origins.entries(names.map((row) => row.origin_id));
  const errors = await dictionaries.errorCodes.entries(names.map((row) => row.error_id));

  const counts = Object.fromEntries(FACETS.map((facet) => [facet, new Counts()])) as Record<
    (typeof FACETS)[number],
    Counts
  >;
  let events = 0;
  for (const row of names) {
    const n = row.n ?? 0;
    if (row.action_id !== null && row.region_id !== null) {
      const action = actions.get(row.action_id);
      const region = regions.get(row.region_id)?.region;
      if (action) counts.actions.add(`${action.service}:${action.action}`, n);
      if (action && region !== undefined) counts.regions.add(signalRegion(action.service, region), n);
      events += n;
    } else if (row.outcome !== null) counts.outcomes.add(row.outcome, n);
    else if (row.error_id !== null) counts.errorCodes.add(errors.get(row.error_id)?.error_code, n);
    else if (row.principal_id !== null) {
      const principal = principals.get(row.principal_id);
      counts.principals.add(principal?.id, n);
      counts.sessions.add(principal?.session, n);
      counts.accessKeys.add(principal?.access_key_id, n);
    } else if (row.origin_id !== null) {
      const origin = origins.get(row.origin_id);
      counts.tools.add(origin?.tool, n);
      counts.userAgents.add(origin?.user_agent, n);
      counts.networks.add(origin?.network, n);
      counts.sourceIps.add(origin?.source_ip, n);
      counts.invokedBy.add(origin?.invoked_by, n);
      counts.actors.add(origin?.actor, n);
    } else if (row.marks !== null) {
      for (const [bit, mark] of EVENT_MARKS.entries()) if ((row.marks & (2 ** bit)) !== 0) counts.marks.add(mark, n);
    }
  }
  const earliest: { readonly id: string; readonly time: number }[] = [];
  let last: number | null = null;
  for (const { part, value, n } of rows) {
    if (part === "resource") counts.resources.add(value, n ?? 0);
    else if (part === "counterparty") counts.counterparties.add(value, n ?? 0);
    else if (part === "item") counts.items.add(value, n ?? 0);
    else if (part === "last") last = n;
    else if (part === "event" && value !== null && n !== null) earliest.push({ id: value, time: n });
  }
  earliest.sort((a, b) => a.time - b.time || compareText(a.id, b.id));
  const facets = Object.fromEntries(FACETS.map((facet) => [facet, counts[facet].top()]));
  return {
    facets: { events, ...facets } as unknown as FindingFacets,
    eventIds: earliest.map(({ id }) => id),
    first: earliest[0]?.time ?? null,
    last,
  };
}
