import type { EventFilter, Signal } from "../domain/signal.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";
import { EVENT_MARKS, type EventMark } from "../domain/usage-event.ts";
import { sqlIn, sqlNumber, sqlText, sqlWindow } from "./sql-literal.ts";

/** Relations with the columns of the public views `usage_events` and `event_quantities`. */
export interface SignalTables {
  readonly events: string;
  readonly quantities: string;
  /** Column of both that tells events apart. */
  readonly eventKey: string;
}

export const PUBLIC_VIEWS: SignalTables = {
  events: "usage_events",
  quantities: "event_quantities",
  eventKey: "event_id",
};

/** What {@link matchesFilter} means, as a condition on the rows of either view. */
export function filterSql(filter: EventFilter, tables: SignalTables = PUBLIC_VIEWS): string {
  const conditions: string[] = [];
  if (filter.actions) conditions.push(actionsSql(filter.actions));
  if (filter.services) conditions.push(sqlIn("service", filter.services));
  if (filter.outcomes) conditions.push(sqlIn("outcome", filter.outcomes));
  if (filter.readOnly !== undefined) conditions.push(filter.readOnly ? "read_only" : "not read_only");
  if (filter.marks) conditions.push(`(marks & ${markMask(filter.marks)}) <> 0`);
  if (filter.quantities || filter.quantityChange) conditions.push(hasQuantitySql(filter, tables));
  return conditions.length === 0 ? "true" : conditions.join(" and ");
}

/** One comparison a service: `service = 'ec2' and action in (...)`. */
function actionsSql(actions: readonly string[]): string {
  const byService = new Map<string, string[]>();
  for (const qualified of actions) {
    const colon = qualified.indexOf(":");
    const service = qualified.slice(0, Math.max(colon, 0));
    byService.set(service, [...(byService.get(service) ?? []), qualified.slice(colon + 1)]);
  }
  if (byService.size === 0) return "false";
  const choices = [...byService].map(
    ([service, names]) => `service = ${sqlText(service)} and ${sqlIn("action", names)}`,
  );
  return `(${choices.join(" or ")})`;
}

/** Bits in the order of EVENT_MARKS. */
export const markMask = (marks: readonly EventMark[]): number =>
  marks.reduce((mask, mark) => mask + 2 ** EVENT_MARKS.indexOf(mark), 0);

function hasQuantitySql(filter: EventFilter, tables: SignalTables): string {
  const conditions: string[] = [];
  if (filter.quantities) conditions.push(sqlIn("kind", filter.quantities));
  if (filter.quantityChange) conditions.push(`change = ${sqlText(filter.quantityChange)}`);
  const { eventKey, quantities } = tables;
  return `${eventKey} in (select ${eventKey} from ${quantities} where ${conditions.join(" and ")})`;
}

/**
 * All signals' non-zero buckets as rows `(signal, account, region, principal, resource, bucket, value)`, sorted by these
 * columns in this order; `bucket` in milliseconds since 1970. Each group of signals that are counted per the same
 * thing and from the same relation is one scan, however many signals it has. With a window, which begins and ends with
 * a bucket, only events in it are counted.
 */
export function rollupSql(
  signals: readonly Signal[],
  bucket: EpochMs,
  tables: SignalTables = PUBLIC_VIEWS,
  window?: TimeWindow,
): string {
  const scans = new Map<string, Signal[]>();
  for (const signal of signals) {
    const key = `${signal.per} ${signal.value.of === "quantity"}`;
    scans.set(key, [...(scans.get(key) ?? []), signal]);
  }
  if (scans.size === 0) return NO_ROWS;
  const selects = [...scans.values()].map((group) => scanSql(group, bucket, tables, window));
  return `${selects.join("\nunion all\n")}\norder by signal, account, region, principal nulls last, resource nulls last, bucket`;
}

const NO_ROWS = `select '' as signal, '' as account, '' as region, null::varchar as principal, null::varchar as resource,
  0::bigint as bucket, 0::double as value where false`;

function scanSql(
  signals: readonly Signal[],
  bucket: EpochMs,
  tables: SignalTables,
  window: TimeWindow | undefined,
): string {
  const per = (signals[0] as Signal).per;
  const table = (signals[0] as Signal).value.of === "quantity" ? tables.quantities : tables.events;
  const conditions = signals.map((signal) => `(${conditionSql(signal, tables)})`);
  const values = signals.map((signal, at) => `${valueSql(signal, `filter (where ${conditions[at]})`)} as v${at}`);
  const cells = signals.map((signal, at) => `{'signal': ${sqlText(signal.id)}, 'value': v${at}}`);
  const inWindow = window ? `${sqlWindow("time", window)} and ` : "";
  const entity = per === "region" ? "" : `, ${per}`;
  return `select cell.signal as signal, account, region, ${per === "principal" ? "principal" : "null::varchar as principal"},
  ${per === "resource" ? "resource" : "null::varchar as resource"}, bucket, cell.value as value
from (
  select account, region, bucket${entity}, unnest([${cells.join(", ")}]) as cell
  from (
    select account, signal_region as region, ${bucketSql(bucket)} as bucket${entity},
      ${values.join(",\n      ")}
    from ${table}
    where ${inWindow}counted${per === "resource" ? " and resource is not null" : ""} and (${conditions.join(" or ")})
    group by all
  )
)
where cell.value <> 0`;
}

/** The start of the bucket of a row, in milliseconds. Floors times before 1970 too, which a broken clock may have logged. */
export const bucketSql = (bucket: EpochMs): string => {
  const width = sqlNumber(bucket);
  return `epoch_ms(time) - (epoch_ms(time) % ${width} + ${width}) % ${width}`;
};

function conditionSql(signal: Signal, tables: SignalTables): string {
  const filter = filterSql(signal.filter, tables);
  switch (signal.value.of) {
    case "events":
      return filter;
    case "quantity":
      return `kind = ${sqlText(signal.value.kind)} and change = ${sqlText(signal.value.change)} and ${filter}`;
    case "usd-per-hour":
      return `${signal.value.change}_usd_hour_high is not null and ${filter}`;
    case "unpriced-events":
      return `unpriced and ${filter}`;
  }
}

/** Money is added up as decimals and becomes a floating-point number last: billionths of twice the midpoint, halved. */
function valueSql(signal: Signal, filter: string): string {
  switch (signal.value.of) {
    case "events":
    case "unpriced-events":
      return `(count(*) ${filter})::double`;
    case "quantity":
      return `coalesce(sum(amount) ${filter}, 0)::double`;
    case "usd-per-hour": {
      const range = `${signal.value.change}_usd_hour_low + ${signal.value.change}_usd_hour_high`;
      return `(coalesce(sum(${range}) ${filter}, 0) * 1000000000)::hugeint::double / 2000000000`;
    }
  }
}
