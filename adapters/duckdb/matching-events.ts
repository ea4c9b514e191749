import type { EventQuery } from "#core/ports/event-store.ts";
import { filterSql } from "#core/signals/sql.ts";
import { sqlIn, sqlText, sqlWindow } from "#core/signals/sql-literal.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** As in the public view. */
export const EVENT_ID = "coalesce(e.id_text, e.id::varchar)";

/**
 * `from ... where ...` over the table `events e` for the events that match, joining only the dictionaries that the
 * question names.
 */
export function matchingEvents(query: EventQuery): string {
  const { filter } = query;
  const joins: string[] = [];
  const conditions: string[] = [];
  if (query.window) conditions.push(sqlWindow("e.time", query.window));
  if (query.counted) conditions.push("e.counted");
  if (query.accounts) {
    joins.push("join accounts c using (account_id)");
    conditions.push(sqlIn("c.account", query.accounts));
  }
  if (query.regions) {
    joins.push("join regions r using (region_id)");
    conditions.push(sqlIn("case when a.global then 'global' else r.region end", query.regions));
  }
  if (query.regions || filter?.actions || filter?.services) joins.push("join actions a using (action_id)");
  if (filter) conditions.push(filterConditions(filter));
  if (query.principals || query.accessKeys || query.sessions) joins.push("join principals p using (principal_id)");
  if (query.principals) conditions.push(sqlIn("p.id", query.principals));
  if (query.accessKeys) conditions.push(sqlIn("p.access_key_id", query.accessKeys));
  if (query.sessions) conditions.push(sqlIn("p.session", query.sessions));
  if (query.networks || query.tools) joins.push("join origins o using (origin_id)");
  if (query.networks) conditions.push(sqlIn("o.network", query.networks));
  if (query.tools) conditions.push(sqlIn("o.tool", query.tools));
  if (query.resources) conditions.push(resourceCondition(query.resources));
  if (query.ids) conditions.push(idCondition(query.ids));
  return `from events e ${joins.join(" ")} where ${conditions.length === 0 ? "true" : conditions.join(" and ")}`;
}

function filterConditions({ quantities, quantityChange, ...rest }: NonNullable<EventQuery["filter"]>): string {
  const conditions = [filterSql(rest)];
  if (quantities || quantityChange) {
    const inline: string[] = ["e.quantity_kind is not null"];
    const listed: string[] = [];
    if (quantities) {
      inline.push(sqlIn("e.quantity_kind", quantities));
      listed.push(sqlIn("q.kind", quantities));
    }
    if (quantityChange) {
      inline.push(`e.quantity_change = ${sqlText(quantityChange)}`);
      listed.push(`q.change = ${sqlText(quantityChange)}`);
    }
    conditions.push(
      `(${inline.join(" and ")} or e.key in (select q.key from quantities q where ${listed.join(" and ")}))`,
    );
  }
  return conditions.join(" and ");
}

function resourceCondition(resources: readonly string[]): string {
  if (resources.length === 0) return "false";
  const list = `[${resources.map(sqlText).join(", ")}]`;
  return `(${sqlIn("e.resource", resources)} or coalesce(list_has_any(e.more_resources, ${list}), false))`;
}

/** Ids that are UUIDs are compared as such, sixteen bytes at a time; their spelling is compared only for what is left. */
function idCondition(ids: readonly string[]): string {
  const uuids = ids.filter((id) => UUID.test(id));
  const others = ids.filter((id) => !UUID.test(id));
  const conditions: string[] = [];
  if (uuids.length > 0) {
    const list = uuids.map((id) => `${sqlText(id.toLowerCase())}::uuid`);
    conditions.push(`(e.id in (${list.join(", ")}) and ${sqlIn(EVENT_ID, uuids)})`);
  }
  if (others.length > 0) conditions.push(sqlIn("e.id_text", others));
  return conditions.length === 0 ? "false" : `(${conditions.join(" or ")})`;
}
