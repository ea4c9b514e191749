import type { DuckDBConnection } from "@duckdb/node-api";
import { type CostEstimate, parseUsdText } from "#core/domain/money.ts";
import {
  EVENT_MARKS,
  type EventCategory,
  type Origin,
  type Outcome,
  type PricedUsageEvent,
  type Principal,
  type PrincipalType,
  type Quantity,
  type QuantityChange,
  type QuantityKind,
  type Tool,
} from "#core/domain/usage-event.ts";
import type { Dictionaries, OriginEntry, PrincipalEntry } from "./dictionary.ts";
import { EVENT_ID } from "./matching-events.ts";
import { readAll } from "./read.ts";

/** An event, and where its record stands: the file as it was named when read, and the record's number in it from 1. */
export interface StoredEvent {
  readonly event: PricedUsageEvent;
  readonly file: string;
  readonly record: number;
}

interface EventRow {
  /** As text: it may exceed what a JavaScript number holds exactly. */
  readonly key: string;
  readonly id: string;
  readonly time_ms: number;
  readonly account_id: number;
  readonly region_id: number;
  readonly action_id: number;
  readonly read_only: boolean;
  readonly category: EventCategory;
  readonly outcome: Outcome;
  readonly error_id: number | null;
  readonly principal_id: number;
  readonly origin_id: number;
  readonly resource: string | null;
  readonly more_resources: readonly string[] | null;
  readonly counterparties: readonly string[] | null;
  readonly marks: number;
  readonly request_id: string | null;
  readonly shared_id: string | null;
  readonly quantity_kind: QuantityKind | null;
  readonly quantity_change: QuantityChange | null;
  readonly quantity_amount: number | null;
  readonly quantity_item_id: number | null;
  readonly added_low: string | null;
  readonly added_high: string | null;
  readonly removed_low: string | null;
  readonly removed_high: string | null;
  readonly once_low: string | null;
  readonly once_high: string | null;
  readonly unpriced: boolean;
  readonly basis_id: number | null;
  readonly file_id: number;
  readonly record: number;
}

interface QuantityRow {
  readonly key: string;
  readonly kind: QuantityKind;
  readonly change: QuantityChange;
  readonly amount: number;
  readonly item_id: number | null;
  readonly purchase: "on-demand" | "spot" | null;
  readonly resource_ids: readonly string[] | null;
  readonly attributes: string | null;
}

const COLUMNS = `e.key::varchar as key, ${EVENT_ID} as id, epoch_ms(e.time)::double as time_ms, e.account_id, e.region_id,
  e.action_id, e.read_only, e.category::varchar as category, e.outcome::varchar as outcome, e.error_id, e.principal_id,
  e.origin_id, e.resource, e.more_resources, e.counterparties, e.marks,
  coalesce(e.request_text, e.request_uuid::varchar) as request_id, e.shared_id,
  e.quantity_kind::varchar as quantity_kind, e.quantity_change::varchar as quantity_change, e.quantity_amount,
  e.quantity_item_id, e.added_usd_hour_low::varchar as added_low, e.added_usd_hour_high::varchar as added_high,
  e.removed_usd_hour_low::varchar as removed_low, e.removed_usd_hour_high::varchar as removed_high,
  e.once_usd_low::varchar as once_low, e.once_usd_high::varchar as once_high, e.unpriced, e.basis_id,
  (e.key >> 32)::integer as file_id, (e.key & 4294967295)::integer as record`;

/**
 * Reads events back as they were stored, in time order, then by id. `matching` is `from events e ... where ...`, and
 * `narrowed` a condition on `e` alone that holds for all that match.
 * Estimates come back added up: one a direction, each with the basis of them all.
 */
export async function readEvents(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  matching: string,
  narrowed: string,
  limit: number,
): Promise<readonly StoredEvent[]> {
  // Which events, by narrow columns first: sorting whole rows would carry every column of everything that matches.
  const rows = await readAll<EventRow>(
    connection,
    `select ${COLUMNS} from events e
     join (select e.key ${matching} order by e.time, ${EVENT_ID} limit ${Math.max(0, Math.trunc(limit))}) using (key)
     where ${narrowed} order by e.time, id`,
  );
  if (rows.length === 0) return [];
  const quantityRows = await readAll<QuantityRow>(
    connection,
    `select key::varchar as key, kind::varchar as kind, change::varchar as change, amount, item_id,
       purchase::varchar as purchase, resource_ids, attributes
     from quantities where key in (${rows.map(({ key }) => key).join(", ")}) order by quantities.key, position`,
  );
  const listed = new Map<string, QuantityRow[]>();
  for (const row of quantityRows) {
    const of = listed.get(row.key);
    if (of) of.push(row);
    else listed.set(row.key, [row]);
  }
  const [accounts, regions, actions, principals, origins, errors, bases, files, items] = await Promise.all([
    dictionaries.accounts.entries(rows.map((row) => row.account_id)),
    dictionaries.regions.entries(rows.map((row) => row.region_id)),
    dictionaries.actions.entries(rows.map((row) => row.action_id)),
    dictionaries.principals.entries(rows.map((row) => row.principal_id)),
    dictionaries.origins.entries(rows.map((row) => row.origin_id)),
    dictionaries.errorCodes.entries(rows.map((row) => row.error_id)),
    dictionaries.costBases.entries(rows.map((row) => row.basis_id)),
    dictionaries.files.entries(rows.map((row) => row.file_id)),
    dictionaries.items.entries([...rows.map((row) => row.quantity_item_id), ...quantityRows.map((row) => row.item_id)]),
  ]);
  const itemName = (id: number | null): string | null => (id === null ? null : known(items.get(id), "item", id).item);

  return rows.map((row) => {
    const { service, action } = known(actions.get(row.action_id), "action", row.action_id);
    const quantities = quantitiesOf(row, listed.get(row.key) ?? [], itemName);
    const basis = row.basis_id === null ? null : known(bases.get(row.basis_id), "cost basis", row.basis_id);
    const event: PricedUsageEvent = {
      id: row.id,
      time: row.time_ms,
      account: known(accounts.get(row.account_id), "account", row.account_id).account,
      region: known(regions.get(row.region_id), "region", row.region_id).region,
      service,
      action,
      readOnly: row.read_only,
      category: row.category,
      outcome: row.outcome,
      errorCode: row.error_id === null ? null : known(errors.get(row.error_id), "error code", row.error_id).error_code,
      principal: principalOf(known(principals.get(row.principal_id), "principal", row.principal_id)),
      origin: originOf(known(origins.get(row.origin_id), "origin", row.origin_id)),
      resources: row.resource === null ? [] : [row.resource, ...(row.more_resources ?? [])],
      quantities,
      marks: EVENT_MARKS.filter((_, bit) => (row.marks & (2 ** bit)) !== 0),
      counterparties: row.counterparties ?? [],
      sharedEventId: row.shared_id,
      requestId: row.request_id,
      cost: costOf(row, quantities, basis?.basis ?? [], basis?.unpriced ?? []),
    };
    return { event, file: known(files.get(row.file_id), "file", row.file_id).path, record: row.record };
  });
}

function known<Entry>(entry: Entry | undefined, kind: string, id: number): Entry {
  if (entry === undefined) throw new Error(`the store names ${kind} ${id}, which it does not hold`);
  return entry;
}

const principalOf = (entry: PrincipalEntry): Principal => ({
  type: entry.type as PrincipalType,
  id: entry.id,
  name: entry.name,
  arn: entry.arn,
  session: entry.session,
  accessKeyId: entry.access_key_id,
  account: entry.account,
  mfa: entry.mfa,
});

const originOf = (entry: OriginEntry): Origin => ({
  invokedBy: entry.invoked_by,
  sourceIp: entry.source_ip,
  network: entry.network,
  userAgent: entry.user_agent,
  tool: entry.tool as Tool,
  vpcEndpointId: entry.vpc_endpoint,
  actor: entry.actor as Origin["actor"],
});

function quantitiesOf(
  row: EventRow,
  listed: readonly QuantityRow[],
  itemName: (id: number | null) => string | null,
): readonly Quantity[] {
  const inline: Quantity[] =
    row.quantity_kind === null || row.quantity_change === null
      ? []
      : [
          {
            kind: row.quantity_kind,
            change: row.quantity_change,
            amount: row.quantity_amount ?? 0,
            item: itemName(row.quantity_item_id),
            purchase: null,
            resourceIds: [],
            attributes: {},
          },
        ];
  return inline.concat(
    listed.map((quantity) => ({
      kind: quantity.kind,
      change: quantity.change,
      amount: quantity.amount,
      item: itemName(quantity.item_id),
      purchase: quantity.purchase,
      resourceIds: quantity.resource_ids ?? [],
      attributes: quantity.attributes === null ? {} : (JSON.parse(quantity.attributes) as Quantity["attributes"]),
    })),
  );
}

function costOf(
  row: EventRow,
  quantities: readonly Quantity[],
  basis: readonly string[],
  unpriced: readonly string[],
): readonly CostEstimate[] {
  const cost: CostEstimate[] = [];
  const rate = (direction: "added" | "removed", low: string | null, high: string | null): void => {
    if (low === null || high === null) return;
    cost.push({ kind: "rate", direction, lowPerHour: parseUsdText(low), highPerHour: parseUsdText(high), basis });
  };
  rate("added", row.added_low, row.added_high);
  rate("removed", row.removed_low, row.removed_high);
  if (row.once_low !== null && row.once_high !== null) {
    cost.push({ kind: "once", low: parseUsdText(row.once_low), high: parseUsdText(row.once_high), basis });
  }
  // What was freed may have been priced since, from the record of its making.
  if (!row.unpriced) return cost;
  const freed = quantities.length > 0 && quantities.every(({ change }) => change === "removed");
  for (const reason of unpriced.length > 0 ? unpriced : ["no price is known"])
    cost.push({ kind: "unpriced", direction: freed ? "removed" : "added", reason });
  return cost;
}
