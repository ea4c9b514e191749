import type { EventFilter } from "#core/domain/signal.ts";
import type { EventQuery } from "#core/ports/event-store.ts";
import { markMask } from "#core/signals/sql.ts";
import { sqlIn, sqlText, sqlWindow } from "#core/signals/sql-literal.ts";
import type { Dictionaries } from "./dictionary.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** As in the public view. */
export const EVENT_ID = "coalesce(e.id_text, e.id::varchar)";

/**
 * The question as a condition on `events e` alone; `null` where the dictionaries show that nothing can match.
 * Without joins a scan looks at the few narrow columns that are asked about, and skips all others where nothing matches.
 */
export async function conditionOf(query: EventQuery, dictionaries: Dictionaries): Promise<string | null> {
  const { window, accounts, filter, resources, ids } = query;
  const conditions = [
    ...(window ? [sqlWindow("e.time", window)] : []),
    ...(query.counted ? ["e.counted"] : []),
    ...(accounts ? [await accountCondition(accounts, dictionaries)] : []),
    await actionCondition(query, dictionaries),
    ...(filter ? filterConditions(filter) : []),
    ...(filter?.quantities || filter?.quantityChange ? await quantityConditions(filter, dictionaries) : []),
    ...callerConditions(query),
    ...(resources ? [resourceCondition(resources)] : []),
    ...(ids ? [idCondition(ids)] : []),
  ].filter((condition) => condition !== "true");
  if (conditions.includes("false")) return null;
  return conditions.length === 0 ? "true" : conditions.join(" and ");
}

/** DuckDB looks at every column that is asked for before it decides an `in` of several numbers; a function it decides first. */
const DECIDED_FIRST = 64;

/** The number is one of these. */
export function oneOf(column: string, ids: readonly (number | bigint)[]): string {
  const [only] = ids;
  if (only === undefined) return "false";
  if (ids.length === 1) return `${column} = ${only}`;
  const list = ids.join(", ");
  const chosen = `${column} in (${list})`;
  return ids.length > DECIDED_FIRST ? chosen : `(${chosen} and list_contains([${list}], ${column}))`;
}

async function accountCondition(accounts: readonly string[], dictionaries: Dictionaries): Promise<string> {
  const asked = new Set(accounts);
  const all = [...(await dictionaries.accounts.all())];
  return oneOf("e.account_id", idsOf(all.filter(([, { account }]) => asked.has(account))));
}

/** Actions, services and signal regions together: a global service's region is `global` whatever was logged. */
async function actionCondition({ filter, regions }: EventQuery, dictionaries: Dictionaries): Promise<string> {
  const { actions, services } = filter ?? {};
  if (!actions && !services && !regions) return "true";
  const all = [...(await dictionaries.actions.all())];
  const chosen = all.filter(
    ([, { service, action }]) =>
      (actions === undefined || actions.includes(`${service}:${action}`)) &&
      (services === undefined || services.includes(service)),
  );
  if (!regions) return oneOf("e.action_id", idsOf(chosen));
  const asked = new Set(regions);
  const regionIds = idsOf([...(await dictionaries.regions.all())].filter(([, { region }]) => asked.has(region)));
  const global = idsOf(chosen.filter(([, entry]) => entry.global));
  const regional = idsOf(chosen.filter(([, entry]) => !entry.global));
  // Named actions are few; of all actions those of global services are.
  const isRegional =
    actions || services ? oneOf("e.action_id", regional) : `not list_contains([${global.join(", ")}], e.action_id)`;
  const anywhere = asked.has("global") ? oneOf("e.action_id", global) : "false";
  const there =
    regional.length === 0 || regionIds.length === 0 ? "false" : `${oneOf("e.region_id", regionIds)} and ${isRegional}`;
  const choices = [anywhere, there].filter((choice) => choice !== "false");
  return choices.length === 0 ? "false" : `(${choices.join(" or ")})`;
}

const idsOf = (entries: readonly (readonly [number, unknown])[]): readonly number[] => entries.map(([id]) => id);

/** For columns of an enumeration: an equality compares numbers, an `in` the texts of every row. */
const isOneOf = (column: string, values: readonly string[]): string =>
  values.length === 0 ? "false" : `(${values.map((value) => `${column} = ${sqlText(value)}`).join(" or ")})`;

function filterConditions(filter: EventFilter): readonly string[] {
  const { outcomes, marks, readOnly } = filter;
  const conditions: string[] = [];
  if (outcomes) conditions.push(isOneOf("e.outcome", outcomes));
  if (readOnly !== undefined) conditions.push(readOnly ? "e.read_only" : "not e.read_only");
  if (marks) conditions.push(`(e.marks & ${markMask(marks)}) <> 0`);
  return conditions;
}

/** A single plain quantity stands with the event, all others in a table of their own: see the schema. */
async function quantityConditions(
  { quantities, quantityChange }: EventFilter,
  dictionaries: Dictionaries,
): Promise<readonly string[]> {
  const uses = (await dictionaries.quantityUses()).filter(
    ({ kind, change }) =>
      (quantities === undefined || quantities.includes(kind)) &&
      (quantityChange === undefined || quantityChange === change),
  );
  const conditionsOn = (kind: string, change: string): string =>
    [
      ...(quantities ? [isOneOf(kind, quantities)] : []),
      ...(quantityChange ? [`${change} = ${sqlText(quantityChange)}`] : []),
    ].join(" and ");
  const choices: string[] = [];
  if (uses.some(({ listed }) => !listed)) {
    choices.push(`(e.quantity_kind is not null and ${conditionsOn("e.quantity_kind", "e.quantity_change")})`);
  }
  if (uses.some(({ listed }) => listed)) {
    choices.push(`e.key in (select q.key from quantities q where ${conditionsOn("q.kind", "q.change")})`);
  }
  if (choices.length === 0) return ["false"];
  return [oneOf("e.action_id", [...new Set(uses.map(({ action_id }) => action_id))]), `(${choices.join(" or ")})`];
}

/** Callers and origins are many; the database looks them up. */
function callerConditions({ principals, accessKeys, sessions, networks, tools }: EventQuery): readonly string[] {
  const caller = lookup("principal", { id: principals, access_key_id: accessKeys, session: sessions });
  const origin = lookup("origin", { network: networks, tool: tools });
  return [...caller, ...origin];
}

function lookup(
  dictionary: "principal" | "origin",
  asked: Readonly<Record<string, readonly string[] | undefined>>,
): readonly string[] {
  const conditions = Object.entries(asked).flatMap(([column, values]) => (values ? [sqlIn(column, values)] : []));
  if (conditions.length === 0) return [];
  if (conditions.includes("false")) return ["false"];
  const id = `${dictionary}_id`;
  return [`e.${id} in (select ${id} from ${dictionary}s where ${conditions.join(" and ")})`];
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
