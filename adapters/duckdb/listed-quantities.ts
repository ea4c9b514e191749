import type { DuckDBConnection } from "@duckdb/node-api";
import type { Quantity, QuantityChange, QuantityKind } from "#core/domain/usage-event.ts";
import type { Dictionaries } from "./dictionary.ts";
import { oneOf } from "./matching-events.ts";
import { type Columns, readColumns } from "./read.ts";

/** The quantities of events that do not stand with the event itself, by its key and in their order. */
export async function listedQuantities(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  keys: readonly bigint[],
  actionIds: readonly number[],
): Promise<ReadonlyMap<bigint, readonly Quantity[]>> {
  const listed = new Map<bigint, Quantity[]>();
  const asked = await keysWithQuantities(dictionaries, keys, actionIds);
  if (asked.length === 0) return listed;
  const columns = await readColumns(
    connection,
    `select key, kind, change, amount, item_id, purchase, resource_ids, attributes
     from quantities where ${oneOf("key", asked)} order by quantities.key, position`,
  );
  const names = await itemNames(dictionaries, columns);
  const kinds = columns.values<QuantityKind>("kind");
  const changes = columns.values<QuantityChange>("change");
  const amounts = columns.values<number>("amount");
  const purchases = columns.values<Quantity["purchase"]>("purchase");
  const resourceIds = columns.lists<string>("resource_ids");
  const attributes = columns.values<string | null>("attributes");
  for (const [row, key] of columns.values<bigint>("key").entries()) {
    const quantity: Quantity = {
      kind: kinds[row] as QuantityKind,
      change: changes[row] as QuantityChange,
      amount: amounts[row] as number,
      item: names[row] ?? null,
      purchase: purchases[row] ?? null,
      resourceIds: resourceIds[row] ?? [],
      attributes: attributes[row] ? (JSON.parse(attributes[row]) as Quantity["attributes"]) : {},
    };
    const of = listed.get(key);
    if (of) of.push(quantity);
    else listed.set(key, [quantity]);
  }
  return listed;
}

/** From here on it is cheaper to find the events again than to name them. */
const MANY = 64;

/** The same without what only one event is asked about. `condition` on `events e` is the one that found the keys. */
export async function listedAmounts(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  keys: readonly bigint[],
  actionIds: readonly number[],
  condition: string,
): Promise<readonly Pick<Quantity, "kind" | "item" | "amount">[]> {
  const asked = await keysWithQuantities(dictionaries, keys, actionIds);
  if (asked.length === 0) return [];
  const columns = await readColumns(
    connection,
    `select kind, amount, item_id from quantities where ${
      asked.length > MANY ? `key in (select e.key from events e where ${condition})` : oneOf("key", asked)
    }`,
  );
  const names = await itemNames(dictionaries, columns);
  const amounts = columns.values<number>("amount");
  return columns
    .values<QuantityKind>("kind")
    .map((kind, row) => ({ kind, item: names[row] ?? null, amount: amounts[row] as number }));
}

async function keysWithQuantities(
  dictionaries: Dictionaries,
  keys: readonly bigint[],
  actionIds: readonly number[],
): Promise<readonly bigint[]> {
  const uses = await dictionaries.quantityUses();
  const listing = new Set(uses.flatMap(({ action_id, listed }) => (listed ? [action_id] : [])));
  return keys.filter((_, row) => listing.has(actionIds[row] as number));
}

async function itemNames(dictionaries: Dictionaries, columns: Columns): Promise<readonly (string | null)[]> {
  const ids = columns.values<number | null>("item_id");
  const items = await dictionaries.items.entries(ids);
  return ids.map((id) => (id === null ? null : (items.get(id)?.item ?? null)));
}
