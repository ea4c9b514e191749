import type { DuckDBConnection } from "@duckdb/node-api";
import type { Outcome } from "#core/domain/usage-event.ts";
import type { EventFacets } from "#core/ports/event-store.ts";
import type { Dictionaries } from "./dictionary.ts";
import { CALLER_FACETS, type CallerFacet, FACET_VALUES, FacetTally, NumberCounts, placeOf } from "./facet-tally.ts";
import { readOccurrences } from "./occurrences.ts";
import { readAll, readColumns } from "./read.ts";

/**
 * What many events have in common, counted by the database in several scans of few columns each. `condition` is one on
 * `events e`.
 */
export async function countFacets(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  condition: string,
): Promise<EventFacets> {
  const matching = `from events e where ${condition}`;
  const tally = new FacetTally();
  await addNames(tally, connection, dictionaries, matching);
  for (const part of ["principals", "origins"] as const) await addCallers(tally, connection, matching, part);
  await addTop(
    tally,
    connection,
    "resources",
    `select e.resource as value ${matching} and e.resource is not null
     union all select unnest(e.more_resources) ${matching} and e.more_resources is not null`,
  );
  await addTop(
    tally,
    connection,
    "counterparties",
    `select unnest(e.counterparties) as value ${matching} and e.counterparties is not null`,
  );
  await addTop(
    tally,
    connection,
    "items",
    `select concat_ws(' ', kind::varchar, item) as value, amount from (
       select e.quantity_kind as kind, e.quantity_item_id as item_id, e.quantity_amount as amount
       ${matching} and e.quantity_kind is not null
       union all
       select q.kind, q.item_id, q.amount from quantities q where q.key in (select e.key ${matching})
     ) left join items using (item_id)`,
    "sum(amount)",
  );
  const { events: _, ...when } = await readOccurrences(connection, condition);
  return { facets: tally.result(), ...when };
}

/** Facets of few values, grouped together: their combinations are few as well. */
async function addNames(
  tally: FacetTally,
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  matching: string,
): Promise<void> {
  const columns = await readColumns(
    connection,
    `select e.action_id, e.region_id, e.outcome, e.error_id, e.marks, count(*)::double as n ${matching} group by all`,
  );
  const counts = columns.values<number>("n");
  const actionIds = columns.values<number>("action_id");
  const regionIds = columns.values<number>("region_id");
  const errorIds = columns.values<number | null>("error_id");
  const marks = columns.values<number>("marks");
  const places = new NumberCounts();
  const errors = new NumberCounts();
  for (const [row, outcome] of columns.values<Outcome>("outcome").entries()) {
    const n = counts[row] as number;
    tally.events += n;
    tally.add("outcomes", outcome, n);
    tally.addMarks(marks[row] as number, n);
    places.add(placeOf(actionIds[row] as number, regionIds[row] as number), n);
    errors.add(errorIds[row], n);
  }
  await tally.addActions(places, dictionaries);
  await tally.addErrors(errors, dictionaries);
}

/** Callers may be more than fit in memory, so that the database looks up their names too. */
async function addCallers(
  tally: FacetTally,
  connection: DuckDBConnection,
  matching: string,
  part: keyof typeof CALLER_FACETS,
): Promise<void> {
  const id = part === "principals" ? "principal_id" : "origin_id";
  const cells = Object.entries(CALLER_FACETS[part]).map(
    ([facet, column]) => `{'facet': '${facet}', 'value': ${column}}`,
  );
  const rows = await readAll<{ facet: CallerFacet; value: string; n: number }>(
    connection,
    `select cell.facet as facet, cell.value as value, sum(events)::double as n
     from (
       select events, unnest([${cells.join(", ")}]) as cell
       from (select e.${id}, count(*) as events ${matching} group by all) join ${part} using (${id})
     )
     where cell.value is not null
     group by cell.facet, cell.value
     qualify row_number() over (partition by cell.facet order by sum(events) desc, cell.value) <= ${FACET_VALUES}`,
  );
  for (const { facet, value, n } of rows) tally.add(facet, value, n);
}

async function addTop(
  tally: FacetTally,
  connection: DuckDBConnection,
  facet: "resources" | "counterparties" | "items",
  from: string,
  measure = "count(*)",
): Promise<void> {
  const rows = await readAll<{ value: string; n: number }>(
    connection,
    `select value, (${measure})::double as n from (${from}) group by value order by n desc, value limit ${FACET_VALUES}`,
  );
  for (const { value, n } of rows) tally.add(facet, value, n);
}
