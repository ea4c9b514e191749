import type { DuckDBConnection } from "@duckdb/node-api";
import type { EventQuery } from "#core/ports/event-store.ts";
import { filterSql } from "#core/signals/sql.ts";
import { sqlIn, sqlText, sqlWindow } from "#core/signals/sql-literal.ts";
import { readAll } from "./read.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** As in the public view. */
export const EVENT_ID = "coalesce(e.id_text, e.id::varchar)";

/**
 * `from ... where ...` over the table `events e` for the events that match, joining only the dictionaries that the
 * question names.
 */
export function matchingEvents(query: LocatedQuery): string {
  const { filter } = query;
  const joins: string[] = [];
  const conditions: string[] = [];
  conditions.push(narrowing(query));
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
  return `from events e ${joins.join(" ")} where ${conditions.join(" and ")}`;
}

/** The part of the question that lets a scan of `events e` alone leave most rows unread. */
export function narrowing({ window, keys }: LocatedQuery): string {
  const conditions: string[] = [];
  if (window) conditions.push(sqlWindow("e.time", window));
  if (keys) conditions.push(keys.length === 0 ? "false" : `e.key in (${keys.join(", ")})`);
  return conditions.length === 0 ? "true" : conditions.join(" and ");
}

/** A question whose ids have been looked up: `keys` stands for them, and the window holds their times. */
export interface LocatedQuery extends Omit<EventQuery, "ids"> {
  /** As texts: 64-bit integers. */
  readonly keys?: readonly string[];
}

/**
 * Looks up the ids of a question, if it has any. Nothing in the store is sorted by id, so that they cost a scan of one
 * column; done first, the times that it finds spare the scan of all others.
 */
export async function locate(connection: DuckDBConnection, { ids, ...query }: EventQuery): Promise<LocatedQuery> {
  if (!ids) return query;
  if (ids.length === 0) return { ...query, keys: [] };
  const rows = await readAll<{ key: string; time_ms: number }>(
    connection,
    `select key::varchar as key, epoch_ms(time)::double as time_ms from events e where ${idCondition(ids)}`,
  );
  if (rows.length === 0) return { ...query, keys: [] };
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const { time_ms } of rows) {
    earliest = Math.min(earliest, time_ms);
    latest = Math.max(latest, time_ms);
  }
  const window = {
    start: Math.max(query.window?.start ?? earliest, earliest),
    end: Math.min(query.window?.end ?? latest + 1, latest + 1),
  };
  return { ...query, window, keys: rows.map(({ key }) => key) };
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
  return `(${sqlIn("e.resource", resources)} or (e.more_resources is not null and list_has_any(e.more_resources, ${list})))`;
}

/** Ids in the usual form of a UUID are kept and compared as such, all others as text: see the schema. */
function idCondition(ids: readonly string[]): string {
  const uuids = ids.filter((id) => UUID.test(id));
  const others = ids.filter((id) => !UUID.test(id));
  const conditions: string[] = [];
  if (uuids.length > 0) conditions.push(`(e.id_text is null and ${sqlIn("e.id", uuids)})`);
  if (others.length > 0) conditions.push(sqlIn("e.id_text", others));
  return conditions.length === 0 ? "false" : `(${conditions.join(" or ")})`;
}
