import type { NoveltyDimension } from "#core/domain/finding.ts";
import type { PrincipalType } from "#core/domain/usage-event.ts";
import {
  ASSUMED_SEPARATOR,
  DENIED_SUFFIX,
  NAMELESS_TOOLS,
  NOBODY,
  SERVICE_LINKED_PATH,
  TOOL_SEPARATOR,
} from "#core/signals/first-seen.ts";
import { markMask } from "#core/signals/sql.ts";
import { sqlIn, sqlText } from "#core/signals/sql-literal.ts";
import { EVENT_ID } from "./matching-events.ts";

interface Dimension {
  readonly name: NoveltyDimension;
  readonly value: string;
  readonly where: readonly string[];
  readonly joins?: string;
}

const SUCCEEDED = "e.outcome = 'success'";
const IS_SERVICE = "p.type = 'service'";
const SOMEBODY = `not ${sqlIn("p.type", NOBODY)}`;
const NAMED = `p.type <> ${sqlText("account" satisfies PrincipalType)} and not contains(p.id, ${sqlText(SERVICE_LINKED_PATH)})`;
const REGION = "case when a.global then 'global' else r.region end";
const SIGN_IN_FAILED = markMask(["console-sign-in-failed"]);

/** Number, and name for number, of the launched instance types of an event: inline or listed, see the schema. */
const LAUNCHED = `join (
    select distinct key, split_part(item, '.', 1) as family from (
      select key, quantity_item_id as item_id from events where quantity_kind = 'instances' and quantity_change = 'added'
      union all select key, item_id from quantities where kind = 'instances' and change = 'added'
    ) join items using (item_id)
  ) launched using (key)`;

const ORIGIN = "join origins o using (origin_id)";

/** The same values as {@link firstSeenValues}, which says what they mean. */
const dimensions = (riskyActionIds: readonly number[]): readonly Dimension[] => [
  {
    name: "region",
    value: "r.region",
    where: ["e.counted", SUCCEEDED, "not e.read_only", `not ${IS_SERVICE}`, "not a.global", "r.region <> 'global'"],
  },
  { name: "service", value: "a.service", where: ["e.counted", SUCCEEDED, "not e.read_only", `not ${IS_SERVICE}`] },
  {
    name: "risky-action",
    value: `a.service || ':' || a.action || case when ${SUCCEEDED} then '' else ${sqlText(DENIED_SUFFIX)} end`,
    where: [
      "e.counted",
      "e.outcome in ('success', 'denied')",
      `not ${IS_SERVICE}`,
      riskyActionIds.length === 0 ? "false" : `e.action_id in (${riskyActionIds.join(", ")})`,
    ],
  },
  { name: "instance-family", value: "launched.family", where: ["e.counted", SUCCEEDED], joins: LAUNCHED },
  { name: "principal", value: "p.id", where: [SUCCEEDED, NAMED, "p.type not in ('service', 'unknown')"] },
  {
    name: "network",
    value: "o.network",
    where: [
      "e.counted",
      "e.outcome in ('success', 'denied')",
      SOMEBODY,
      "o.invoked_by is null",
      "o.network is not null",
      "(o.source_ip is not null or o.vpc_endpoint is not null)",
      "o.actor <> 'aws-service'",
      `(e.marks & ${SIGN_IN_FAILED}) = 0`,
    ],
    joins: ORIGIN,
  },
  {
    name: "tool",
    value: `p.name || ${sqlText(TOOL_SEPARATOR)} || o.tool`,
    where: ["e.counted", SUCCEEDED, SOMEBODY, NAMED, "o.invoked_by is null", `not ${sqlIn("o.tool", NAMELESS_TOOLS)}`],
    joins: ORIGIN,
  },
  {
    name: "cross-account",
    value: `p.account || case
      when a.service = 'sts' and starts_with(a.action, 'AssumeRole') and e.resource is not null
        then ${sqlText(ASSUMED_SEPARATOR)} || regexp_extract(e.resource, '[^/]*$', 0, 's')
      else '' end`,
    where: [SUCCEEDED, SOMEBODY, "p.account <> c.account"],
  },
];

/**
 * One scan a dimension, each with the joins that it needs. The minimum of (time, id, ...) carries the first event along
 * and settles a tie by id, whatever the order in which threads meet the events.
 */
const dimensionSql = ({ name, value, where, joins = "" }: Dimension): string => `
select '${name}' as dimension, c.account, ${value} as value,
  min({'time': e.time, 'id': ${EVENT_ID}, 'region': ${REGION}, 'principal': p.id}) as first,
  count(*) as events, max(e.time) as last
from events e
  join accounts c using (account_id)
  join regions r using (region_id)
  join actions a using (action_id)
  join principals p using (principal_id)
  ${joins}
where ${where.join(" and ")}
group by all`;

/**
 * First uses of a connection of their own: a statement a dimension, since one statement for all would hold the counts of
 * all at once, then the rows with the columns of {@link FirstSeenRow}, times in milliseconds, in the order of the port.
 */
export const firstSeenSql = (riskyActionIds: readonly number[]): { prepare: readonly string[]; rows: string } => ({
  prepare: dimensions(riskyActionIds).map(
    (dimension, at) =>
      `${at === 0 ? "create or replace temp table first_uses as" : "insert into first_uses"} ${dimensionSql(dimension)}`,
  ),
  rows: `
select account, dimension, value, epoch_ms(first.time)::double as "firstTime", first.id as "firstEventId",
  first.region as region, first.principal as principal, events::double as events, epoch_ms(last)::double as "lastTime"
from first_uses
order by first.time, account, dimension, value`,
});
