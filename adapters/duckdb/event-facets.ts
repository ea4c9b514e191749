import type { DuckDBConnection } from "@duckdb/node-api";
import type { Facet, FindingFacets } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import { EVENT_MARKS, signalRegion } from "#core/domain/usage-event.ts";
import type { EventFacets, EventQuery } from "#core/ports/event-store.ts";
import type { Dictionaries } from "./dictionary.ts";
import { EVENT_ID, type LocatedQuery, locate, matchingEvents } from "./matching-events.ts";
import { readAll } from "./read.ts";

const VALUES = 20;
const EVENT_IDS = 200;

/** Callers, and origins, that are looked up by number; beyond it, which only broad questions reach, the database counts. */
const CALLERS_IN_MEMORY = 5000;

interface Row {
  /** What the row counts; the fields that it is not grouped by are null. */
  readonly part: "names" | "principal" | "origin" | "resource" | "counterparty" | "item" | "event" | "last";
  readonly action_id: number | null;
  readonly region_id: number | null;
  readonly outcome: string | null;
  readonly error_id: number | null;
  readonly marks: number | null;
  /** Of a caller or an origin. */
  readonly number: number | null;
  readonly value: string | null;
  /** Events; an item's amount; for `event` and `last` the time in milliseconds. */
  readonly n: number | null;
}

/**
 * Everything that facets need, in one statement: the events that match are found once and counted by the numbers of
 * their dictionary entries, so that names are looked up only for what is different.
 */
const facetsSql = (query: LocatedQuery, inMemory: number): string => {
  const callers = (part: "principal" | "origin") => `
union all (
  select '${part}', null, null, null, null, null, ${part}_id, null, count(*)::double
  from matching group by ${part}_id limit ${inMemory + 1}
)`;
  const values = (part: Row["part"], from: string, measure = "count(*)") => `
union all (
  select '${part}', null, null, null, null, null, null, value, (${measure})::double as n
  from (${from}) where value is not null group by value order by n desc, value limit ${VALUES}
)`;
  return `
with matching as materialized (
  select e.key, e.time, ${EVENT_ID} as id, e.action_id, e.region_id, e.outcome, e.error_id, e.principal_id, e.origin_id,
    e.marks, e.resource, e.more_resources, e.counterparties, e.quantity_kind, e.quantity_item_id, e.quantity_amount
  ${matchingEvents(query)}
)
select 'names' as part, action_id, region_id, outcome::varchar as outcome, error_id, marks, null::integer as number,
  null::varchar as value, count(*)::double as n
from matching group by grouping sets ((action_id, region_id), (outcome), (error_id), (marks))
${callers("principal")}
${callers("origin")}
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
  select 'event', null, null, null, null, null, null, id, epoch_ms(time)::double
  from matching order by time, id limit ${EVENT_IDS}
)
union all (select 'last', null, null, null, null, null, null, null, epoch_ms(max(time))::double from matching)`;
};

/** Columns of the two dictionaries that are facets. */
const CALLER_FACETS = {
  principal: { principals: "id", sessions: "session", accessKeys: "access_key_id" },
  origin: {
    tools: "tool",
    userAgents: "user_agent",
    networks: "network",
    sourceIps: "source_ip",
    invokedBy: "invoked_by",
    actors: "actor",
  },
} as const;

type CallerFacet = keyof (typeof CALLER_FACETS)["principal"] | keyof (typeof CALLER_FACETS)["origin"];

/** The same counts where there are too many callers to look up one by one: counted by the database, top values only. */
const manyCallersSql = (query: LocatedQuery, part: "principal" | "origin"): string => {
  const cells = Object.entries(CALLER_FACETS[part]).map(
    ([facet, column]) => `{'facet': '${facet}', 'value': ${column}}`,
  );
  return `
select cell.facet as facet, cell.value as value, sum(events)::double as n
from (
  select events, unnest([${cells.join(", ")}]) as cell
  from (select e.${part}_id, count(*) as events ${matchingEvents(query)} group by all) join ${part}s using (${part}_id)
)
where cell.value is not null
group by cell.facet, cell.value
qualify row_number() over (partition by cell.facet order by sum(events) desc, cell.value) <= ${VALUES}`;
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

/** What the events that match have in common; `inMemory` bounds what is held at once, and changes no answer. */
export async function readFacets(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  asked: EventQuery,
  inMemory = CALLERS_IN_MEMORY,
): Promise<EventFacets> {
  const query = await locate(connection, asked);
  const rows = await readAll<Row>(connection, facetsSql(query, inMemory));
  const names = rows.filter(({ part }) => part === "names");
  const actions = await dictionaries.actions.entries(names.map((row) => row.action_id));
  const regions = await dictionaries.regions.entries(names.map((row) => row.region_id));
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
    else if (row.marks !== null) {
      for (const [bit, mark] of EVENT_MARKS.entries()) if ((row.marks & (2 ** bit)) !== 0) counts.marks.add(mark, n);
    }
  }
  for (const part of ["principal", "origin"] as const) {
    const callers = rows.filter((row) => row.part === part);
    if (callers.length > inMemory) {
      const top = await readAll<{ facet: CallerFacet; value: string; n: number }>(
        connection,
        manyCallersSql(query, part),
      );
      for (const { facet, value, n } of top) counts[facet].add(value, n);
      continue;
    }
    const entries = await dictionaries[`${part}s`].entries(callers.map(({ number }) => number));
    for (const { number, n } of callers) {
      const entry = entries.get(number ?? -1) as Readonly<Record<string, unknown>> | undefined;
      for (const [facet, column] of Object.entries(CALLER_FACETS[part])) {
        counts[facet as CallerFacet].add(entry?.[column] as string | null | undefined, n ?? 0);
      }
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
