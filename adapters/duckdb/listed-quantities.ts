import type { DuckDBConnection, DuckDBListValue } from "@duckdb/node-api";
import type { Quantity, QuantityChange, QuantityKind } from "#core/domain/usage-event.ts";
import type { Dictionaries } from "./dictionary.ts";
import { readColumns } from "./read.ts";

/** The quantities of events that do not stand with the event itself, by its key and in their order. */
export async function listedQuantities(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  keys: readonly bigint[],
  actionIds: readonly number[],
): Promise<ReadonlyMap<bigint, readonly Quantity[]>> {
  const listed = new Map<bigint, Quantity[]>();
  const uses = await dictionaries.quantityUses();
  const listing = new Set(uses.flatMap(({ action_id, listed: apart }) => (apart ? [action_id] : [])));
  const asked = keys.filter((_, row) => listing.has(actionIds[row] as number));
  if (asked.length === 0) return listed;
  const columns = await readColumns(
    connection,
    `select key, kind, change, amount, item_id, purchase, resource_ids, attributes
     from quantities where key in (${asked.join(", ")}) order by quantities.key, position`,
  );
  const itemIds = columns.values<number | null>("item_id");
  const items = await dictionaries.items.entries(itemIds);
  const kinds = columns.values<QuantityKind>("kind");
  const changes = columns.values<QuantityChange>("change");
  const amounts = columns.values<number>("amount");
  const purchases = columns.values<Quantity["purchase"]>("purchase");
  const resourceIds = columns.values<DuckDBListValue | null>("resource_ids");
  const attributes = columns.values<string | null>("attributes");
  for (const [row, key] of columns.values<bigint>("key").entries()) {
    const itemId = itemIds[row] ?? null;
    const quantity: Quantity = {
      kind: kinds[row] as QuantityKind,
      change: changes[row] as QuantityChange,
      amount: amounts[row] as number,
      item: itemId === null ? null : (items.get(itemId)?.item ?? null),
      purchase: purchases[row] ?? null,
      resourceIds: (resourceIds[row]?.items ?? []) as readonly string[],
      attributes: attributes[row] ? (JSON.parse(attributes[row]) as Quantity["attributes"]) : {},
    };
    const of = listed.get(key);
    if (of) of.push(quantity);
    else listed.set(key, [quantity]);
  }
  return listed;
}
