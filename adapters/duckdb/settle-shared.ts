import type { DuckDBConnection } from "@duckdb/node-api";
import { readAll } from "./read.ts";

/**
 * An action logged in several accounts has one `sharedEventID`: the caller's copy counts (the one whose account is the
 * caller's); where the caller is a service or an outsider, the owner's (the one whose account the resource's ARN has,
 * or that another copy lists as the account of its resources: the ARN of a bucket has none), and else the first that
 * was read. A copy that is the only one left counts again.
 */
export async function countSharedOnce(connection: DuckDBConnection, sliceEvents: number): Promise<void> {
  const [row] = await readAll<{ events: number }>(connection, "select count(shared_id)::double as events from events");
  const slices = Math.ceil((row?.events ?? 0) / sliceEvents);
  for (let slice = 0; slice < slices; slice++) {
    await connection.run(`
      create or replace temp table shared as
      with several as (
        select shared_id from events where shared_id is not null and hash(shared_id) % ${slices} = ${slice}
        group by shared_id having min(account_id) <> max(account_id) or not bool_and(counted)
      ),
      copies as (
        select key, shared_id, account_id, principal_id, resource, counterparties, counted
        from events semi join several using (shared_id)
      ),
      listed as (select shared_id, list_distinct(flatten(list(counterparties))) as accounts from copies group by shared_id),
      ranked as (
        select x.*, first_value(x.account_id) over (
          partition by x.shared_id
          order by
            (p.account is not distinct from c.account) desc,
            coalesce(contains(x.resource, c.account) or list_contains(l.accounts, c.account), false) desc,
            x.key
        ) as counting_account
        from copies x
          join principals p using (principal_id) join accounts c using (account_id)
          join listed l on l.shared_id = x.shared_id
      )
      select key, account_id = counting_account as counts from ranked where counted is distinct from (account_id = counting_account)`);
    await connection.run("update events set counted = s.counts from shared s where s.key = events.key");
  }
  await connection.run("drop table if exists shared");
}
