import type { DuckDBConnection, DuckDBDecimalValue, DuckDBListValue } from "@duckdb/node-api";
import {
  EVENT_MARKS,
  type EventCategory,
  type EventMark,
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
import { estimatesOf, type NanoUsdRange } from "#core/pricing/merged-cost.ts";
import type { Dictionaries, OriginEntry, PrincipalEntry } from "./dictionary.ts";
import { listedQuantities } from "./listed-quantities.ts";
import { EVENT_ID } from "./matching-events.ts";
import type { Columns } from "./read.ts";

/** What {@link decodeEvents} reads, from `events e`. */
export const EVENT_COLUMNS = `e.key, ${EVENT_ID} as id, epoch_ms(e.time)::double as time, e.account_id, e.region_id,
  e.action_id, e.read_only, e.category, e.outcome, e.error_id, e.principal_id, e.origin_id, e.resource,
  e.more_resources, e.counterparties, e.marks, coalesce(e.request_text, e.request_uuid::varchar) as request_id,
  e.shared_id, e.quantity_kind, e.quantity_change, e.quantity_amount, e.quantity_item_id, e.added_usd_hour_low,
  e.added_usd_hour_high, e.removed_usd_hour_low, e.removed_usd_hour_high, e.once_usd_low, e.once_usd_high, e.unpriced,
  e.basis_id`;

export interface KeyedEvent {
  readonly key: bigint;
  readonly event: PricedUsageEvent;
}

/**
 * Events from some of the rows of {@link EVENT_COLUMNS}, in the order of `rows`. Estimates come back added up: one a direction, each with
 * the basis of them all.
 */
export async function decodeEvents(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  columns: Columns,
  rows: readonly number[],
): Promise<KeyedEvent[]> {
  if (rows.length === 0) return [];
  const all = <T>(name: string): T[] => columns.some<T>(name, rows);
  const keys = all<bigint>("key");
  const accountIds = all<number>("account_id");
  const regionIds = all<number>("region_id");
  const actionIds = all<number>("action_id");
  const principalIds = all<number>("principal_id");
  const originIds = all<number>("origin_id");
  const errorIds = all<number | null>("error_id");
  const basisIds = all<number | null>("basis_id");
  const itemIds = all<number | null>("quantity_item_id");
  const kinds = all<QuantityKind | null>("quantity_kind");
  const [accounts, regions, actions, principals, origins, errors, bases, items, listed] = await Promise.all([
    dictionaries.accounts.entries(accountIds),
    dictionaries.regions.entries(regionIds),
    dictionaries.actions.entries(actionIds),
    dictionaries.principals.entries(principalIds),
    dictionaries.origins.entries(originIds),
    dictionaries.errorCodes.entries(errorIds),
    dictionaries.costBases.entries(basisIds),
    dictionaries.items.entries(itemIds),
    listedQuantities(connection, dictionaries, keys, actionIds),
  ]);
  const ids = all<string>("id");
  const times = all<number>("time");
  const readOnly = all<boolean>("read_only");
  const categories = all<EventCategory>("category");
  const outcomes = all<Outcome>("outcome");
  const resources = all<string | null>("resource");
  const moreResources = all<DuckDBListValue | null>("more_resources");
  const counterparties = all<DuckDBListValue | null>("counterparties");
  const marks = all<number>("marks");
  const requestIds = all<string | null>("request_id");
  const sharedIds = all<string | null>("shared_id");
  const changes = all<QuantityChange | null>("quantity_change");
  const amounts = all<number | null>("quantity_amount");
  const added = rangesOf(columns, rows, "added_usd_hour");
  const removed = rangesOf(columns, rows, "removed_usd_hour");
  const once = rangesOf(columns, rows, "once_usd");
  const unpriced = all<boolean>("unpriced");

  return keys.map((key, row) => {
    const { service, action } = entry(actions, "action", actionIds[row]);
    const kind = kinds[row] ?? null;
    const change = changes[row] ?? null;
    const itemId = itemIds[row] ?? null;
    const quantities: readonly Quantity[] =
      kind === null || change === null
        ? (listed.get(key) ?? [])
        : [
            {
              kind,
              change,
              amount: amounts[row] ?? 0,
              item: itemId === null ? null : entry(items, "item", itemId).item,
              purchase: null,
              resourceIds: [],
              attributes: {},
            },
            ...(listed.get(key) ?? []),
          ];
    const errorId = errorIds[row] ?? null;
    const basisId = basisIds[row] ?? null;
    const basis = basisId === null ? null : entry(bases, "cost basis", basisId);
    const resource = resources[row] ?? null;
    const event: PricedUsageEvent = {
      id: ids[row] as string,
      time: times[row] as number,
      account: entry(accounts, "account", accountIds[row]).account,
      region: entry(regions, "region", regionIds[row]).region,
      service,
      action,
      readOnly: readOnly[row] as boolean,
      category: categories[row] as EventCategory,
      outcome: outcomes[row] as Outcome,
      errorCode: errorId === null ? null : entry(errors, "error code", errorId).error_code,
      principal: principalOf(entry(principals, "principal", principalIds[row])),
      origin: originOf(entry(origins, "origin", originIds[row])),
      resources: resource === null ? [] : [resource, ...texts(moreResources[row])],
      quantities,
      marks: marksOf(marks[row] as number),
      counterparties: texts(counterparties[row]),
      sharedEventId: sharedIds[row] ?? null,
      requestId: requestIds[row] ?? null,
      cost: estimatesOf(
        {
          added: added(row),
          removed: removed(row),
          once: once(row),
          basis: basis?.basis ?? [],
          // What was freed may have been priced since, from the record of its making.
          unpriced: unpriced[row] ? (basis?.unpriced ?? []) : null,
        },
        quantities,
      ),
    };
    return { key, event };
  });
}

export function known<Entry>(found: Entry | undefined, kind: string, id: number | undefined): Entry {
  if (found === undefined) throw new Error(`the store names ${kind} ${id}, which it does not hold`);
  return found;
}

const entry = <Entry>(entries: ReadonlyMap<number, Entry>, kind: string, id: number | undefined): Entry =>
  known(id === undefined ? undefined : entries.get(id), kind, id);

const texts = (list: DuckDBListValue | null | undefined): readonly string[] =>
  list ? (list.items as readonly string[]) : [];

/** Made once for an entry, so that the events of one caller share it. */
function shared<Entry extends object, Value>(make: (from: Entry) => Value): (from: Entry) => Value {
  const made = new WeakMap<Entry, Value>();
  return (from) => {
    const before = made.get(from);
    if (before !== undefined) return before;
    const value = make(from);
    made.set(from, value);
    return value;
  };
}

const principalOf = shared(
  (from: PrincipalEntry): Principal => ({
    type: from.type as PrincipalType,
    id: from.id,
    name: from.name,
    arn: from.arn,
    session: from.session,
    accessKeyId: from.access_key_id,
    account: from.account,
    mfa: from.mfa,
  }),
);

const originOf = shared(
  (from: OriginEntry): Origin => ({
    invokedBy: from.invoked_by,
    sourceIp: from.source_ip,
    network: from.network,
    userAgent: from.user_agent,
    tool: from.tool as Tool,
    vpcEndpointId: from.vpc_endpoint,
    actor: from.actor as Origin["actor"],
  }),
);

const marksOf = (bits: number): readonly EventMark[] =>
  bits === 0 ? [] : EVENT_MARKS.filter((_, bit) => (bits & (2 ** bit)) !== 0);

/** The columns hold nine decimals, which is what {@link NanoUsd} counts. */
function rangesOf(columns: Columns, rows: readonly number[], name: string): (row: number) => NanoUsdRange | null {
  const lows = columns.some<DuckDBDecimalValue | null>(`${name}_low`, rows);
  const highs = columns.some<DuckDBDecimalValue | null>(`${name}_high`, rows);
  return (row) => {
    const [low, high] = [lows[row], highs[row]];
    return low && high ? [low.value, high.value] : null;
  };
}
