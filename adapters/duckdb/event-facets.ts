import type { DuckDBConnection } from "@duckdb/node-api";
import { compareText } from "#core/domain/ordering.ts";
import type { Outcome, QuantityKind } from "#core/domain/usage-event.ts";
import type { EventFacets, EventQuery } from "#core/ports/event-store.ts";
import { countFacets } from "./broad-facets.ts";
import type { Dictionaries } from "./dictionary.ts";
import { FacetTally, NumberCounts, placeOf } from "./facet-tally.ts";
import { listedAmounts } from "./listed-quantities.ts";
import { conditionOf, EVENT_ID } from "./matching-events.ts";
import { EVENT_IDS } from "./occurrences.ts";
import { type Columns, readColumns } from "./read.ts";

/** Events that are counted one by one; what more have in common, which only broad questions ask, the database counts. */
const EVENTS_IN_MEMORY = 8192;

const COLUMNS = `e.key, epoch_ms(e.time)::double as time, ${EVENT_ID} as id, e.action_id, e.region_id, e.outcome,
  e.error_id, e.principal_id, e.origin_id, e.marks, e.resource, e.more_resources, e.counterparties, e.quantity_kind,
  e.quantity_item_id, e.quantity_amount`;

/** What the events that match have in common; `inMemory` bounds what is held at once, and changes no answer. */
export async function readFacets(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  query: EventQuery,
  inMemory = EVENTS_IN_MEMORY,
): Promise<EventFacets> {
  const condition = await conditionOf(query, dictionaries);
  if (condition === null) return { facets: new FacetTally().result(), eventIds: [], first: null, last: null };
  const columns = await readColumns(
    connection,
    `select ${COLUMNS} from events e where ${condition} limit ${inMemory + 1}`,
  );
  if (columns.rows > inMemory) return countFacets(connection, dictionaries, condition);
  return facetsOf(connection, dictionaries, columns, condition);
}

async function facetsOf(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  columns: Columns,
  condition: string,
): Promise<EventFacets> {
  const tally = new FacetTally();
  tally.events = columns.rows;
  const actionIds = columns.values<number>("action_id");
  const regionIds = columns.values<number>("region_id");
  const places = new NumberCounts();
  for (let row = 0; row < columns.rows; row++) places.add(placeOf(actionIds[row] as number, regionIds[row] as number));
  await tally.addActions(places, dictionaries);
  await tally.addErrors(countsOf(columns, "error_id"), dictionaries);
  await tally.addCallers("principals", countsOf(columns, "principal_id"), dictionaries);
  await tally.addCallers("origins", countsOf(columns, "origin_id"), dictionaries);
  for (const outcome of columns.values<Outcome>("outcome")) tally.add("outcomes", outcome);
  for (const [bits, count] of countsOf(columns, "marks")) tally.addMarks(bits, count);
  for (const resource of columns.values<string | null>("resource")) tally.add("resources", resource);
  for (const resource of columns.lists<string>("more_resources").flat()) tally.add("resources", resource);
  for (const party of columns.lists<string>("counterparties").flat()) tally.add("counterparties", party);
  await addItems(tally, connection, dictionaries, columns, condition);
  const times = columns.values<number>("time");
  const eventIds = earliestIds(columns, times);
  return {
    facets: tally.result(),
    eventIds,
    first: columns.rows === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
    last: columns.rows === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
  };
}

function countsOf(columns: Columns, name: string): NumberCounts {
  const counts = new NumberCounts();
  for (const number of columns.values<number | null>(name)) counts.add(number);
  return counts;
}

async function addItems(
  tally: FacetTally,
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  columns: Columns,
  condition: string,
): Promise<void> {
  const add = (kind: QuantityKind, item: string | null, amount: number): void =>
    tally.add("items", item === null ? kind : `${kind} ${item}`, amount);
  const itemIds = columns.values<number | null>("quantity_item_id");
  const items = await dictionaries.items.entries(itemIds);
  const amounts = columns.values<number | null>("quantity_amount");
  for (const [row, kind] of columns.values<QuantityKind | null>("quantity_kind").entries()) {
    if (kind === null) continue;
    const itemId = itemIds[row] ?? null;
    add(kind, itemId === null ? null : (items.get(itemId)?.item ?? null), amounts[row] ?? 0);
  }
  const keys = columns.values<bigint>("key");
  const actionIds = columns.values<number>("action_id");
  const listed = await listedAmounts(connection, dictionaries, keys, actionIds, condition);
  for (const { kind, item, amount } of listed) add(kind, item, amount);
}

/** Ids are texts, which cost most to read: only those of the earliest are. */
function earliestIds(columns: Columns, times: readonly number[]): readonly string[] {
  const latest = [...times].sort((a, b) => a - b)[Math.min(EVENT_IDS, times.length) - 1] ?? 0;
  const rows = [...times.keys()].filter((row) => (times[row] as number) <= latest);
  return columns
    .some<string>("id", rows)
    .map((id, at) => ({ id, time: times[rows[at] as number] as number }))
    .sort((a, b) => a.time - b.time || compareText(a.id, b.id))
    .slice(0, EVENT_IDS)
    .map(({ id }) => id);
}
