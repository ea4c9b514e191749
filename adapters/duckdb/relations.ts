import type { SignalTables } from "#core/signals/sql.ts";

/**
 * The columns of the public views that signals and first uses read, without the joins that they do not need: DuckDB
 * cannot know that a dictionary's number is unique, and so carries out every join of a view that is asked for one column.
 */
const NAMES = `
  join accounts c using (account_id)
  join regions r using (region_id)
  join actions a using (action_id)
  join principals p using (principal_id)`;

const SIGNAL_REGION = "case when a.global then 'global' else r.region end";

const SIGNAL_EVENTS = `(
  select e.key, e.time, c.account, ${SIGNAL_REGION} as signal_region, a.service, a.action, e.read_only, e.outcome,
    p.id as principal, e.resource, e.marks, e.added_usd_hour_low, e.added_usd_hour_high, e.removed_usd_hour_low,
    e.removed_usd_hour_high, e.unpriced, e.counted
  from events e ${NAMES}
)`;

const SIGNAL_QUANTITIES = `(
  select q.key, q.time, c.account, ${SIGNAL_REGION} as signal_region, a.service, a.action, q.read_only, q.outcome,
    p.id as principal, q.resource, q.marks, q.kind, q.change, q.amount, q.counted
  from (
    select key, time, account_id, region_id, action_id, principal_id, read_only, outcome, resource, marks, counted,
      quantity_kind as kind, quantity_change as change, quantity_amount as amount
    from events where quantity_kind is not null
    union all
    select e.key, e.time, e.account_id, e.region_id, e.action_id, e.principal_id, e.read_only, e.outcome, e.resource,
      e.marks, e.counted, l.kind, l.change, l.amount
    from quantities l join events e using (key)
  ) q ${NAMES}
)`;

export const SIGNAL_TABLES: SignalTables = { events: SIGNAL_EVENTS, quantities: SIGNAL_QUANTITIES, eventKey: "key" };
