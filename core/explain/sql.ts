import type { Finding } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import type { TimeWindow } from "../domain/time.ts";
import { literal } from "../messages/sql-literal.ts";
import { filterSql } from "../signals/sql.ts";
import { sqlWindow } from "../signals/sql-literal.ts";

export const equals = (column: string, value: string): string => `${column} = ${literal(value)}`;

export function among(column: string, values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return equals(column, only);
  return `${column} in (${values.map(literal).join(", ")})`;
}

export const within = (window: TimeWindow): string => sqlWindow("time", window);

export const allOf = (conditions: readonly string[]): string => conditions.join(" and ");

/** Rows of `usage_events` that a finding counts. */
export function findingCondition(finding: Finding, signal: Signal | undefined): string {
  if (finding.kind !== "anomaly" || !signal) return among("event_id", finding.eventIds);
  const { entity } = finding;
  return allOf([
    "counted",
    equals("account", entity.account),
    equals("signal_region", entity.region),
    within(finding.window),
    ...(entity.principal === null ? [] : [equals("principal", entity.principal)]),
    ...(entity.resource === null ? [] : [equals("resource", entity.resource)]),
    filterSql(signal.filter),
    ...valueCondition(signal),
  ]);
}

function valueCondition(signal: Signal): readonly string[] {
  const { value } = signal;
  if (value.of === "usd-per-hour") return [`${value.change}_usd_hour_high is not null`];
  if (value.of === "unpriced-events") return ["unpriced"];
  if (value.of === "quantity") {
    const quantity = allOf([equals("kind", value.kind), equals("change", value.change)]);
    return [`event_id in (select event_id from event_quantities where ${quantity})`];
  }
  return [];
}

/** The number that an anomaly states, counted again. */
export function findingQuery(finding: Finding, signal: Signal | undefined): string {
  const condition = findingCondition(finding, signal);
  if (finding.kind !== "anomaly" || !signal) {
    return `select event_id, time, principal, service, action, outcome, resource from usage_events where ${condition} order by time, event_id`;
  }
  const { value } = signal;
  if (value.of === "quantity") {
    const events = `select event_id from usage_events where ${condition}`;
    const quantity = allOf([equals("kind", value.kind), equals("change", value.change)]);
    return `select sum(amount) from event_quantities where ${quantity} and event_id in (${events})`;
  }
  if (value.of === "usd-per-hour") {
    return `select sum(${value.change}_usd_hour_low + ${value.change}_usd_hour_high) / 2 from usage_events where ${condition}`;
  }
  return `select count(*) from usage_events where ${condition}`;
}

export const countQuery = (conditions: readonly string[]): string =>
  `select count(*) from usage_events where ${allOf(conditions)}`;

/** How often each value of a column occurs, most frequent first. */
export const shareQuery = (column: string, condition: string): string =>
  `select ${column}, count(*) as calls from usage_events where ${condition} group by all order by calls desc, 1`;
