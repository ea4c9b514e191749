import type { DuckDBConnection } from "@duckdb/node-api";
import type { KeySharers, SharedKeyKind } from "#core/ports/event-store.ts";
import { sqlIn } from "#core/signals/sql-literal.ts";
import { readAll } from "./read.ts";

/** Rows `(value, principal_id)` of the events that carry one of the values. */
const USES: Readonly<Record<SharedKeyKind, (values: readonly string[]) => string>> = {
  network: (values) => `
    select network as value, principal_id
    from (select distinct origin_id, principal_id from events) join origins using (origin_id)
    where ${sqlIn("network", values)}`,
  session: (values) => `
    select session as value, principal_id from principals
    where ${sqlIn("session", values)} and principal_id in (select principal_id from events)`,
  resource: (values) => `
    select resource as value, principal_id from events where ${sqlIn("resource", values)}
    union all
    select value, principal_id
    from (select unnest(more_resources) as value, principal_id from events where more_resources is not null)
    where ${sqlIn("value", values)}`,
};

/** Counts who used each of the values, all of a kind in one pass over the events. */
export async function readSharers(
  connection: DuckDBConnection,
  kind: SharedKeyKind,
  values: readonly string[],
): Promise<readonly KeySharers[]> {
  if (values.length === 0) return [];
  return readAll<KeySharers>(
    connection,
    `select value, count(distinct id)::double as principals, count(distinct access_key_id)::double as "accessKeys"
     from (select distinct value, principal_id from (${USES[kind](values)})) join principals using (principal_id)
     group by value`,
  );
}
