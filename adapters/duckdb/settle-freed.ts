import type { DuckDBConnection } from "@duckdb/node-api";
import { readAll } from "./read.ts";

const BASIS = "the price of the same resources in the stored records of their making";
const SETTLED = `select basis_id from cost_bases where basis = ['${BASIS}']`;
/** How much is done at once, so that memory does not grow with the store. */
export interface FreedSlices {
  /** Events that are changed together: DuckDB keeps what a transaction changes in memory, by whole vectors of every column. */
  readonly events: number;
  /** Changes of resources that are looked at together. */
  readonly changes: number;
}

const SLICES: FreedSlices = { events: 131_072, changes: 262_144 };
/** An instance that was stopped runs again; one whose launch does not say its type has no earlier price to take. */
const STARTED = "change = 'added' and kind = 'instances' and item_id is null";

/**
 * Prices what is freed, and instances that are started again: those records carry ids only, and the price is that of
 * the same ids when they were made. What was freed before (an instance stopped, then terminated) is not freed twice;
 * what was made before the logs begin stays unpriced, and what was priced is again if that is what came later says.
 */
export async function priceFreed(connection: DuckDBConnection, slices: FreedSlices = SLICES): Promise<void> {
  const [row] = await readAll<{ freed: number }>(
    connection,
    `select count(*)::double as freed from quantities where (change = 'removed' or ${STARTED}) and resource_ids is not null`,
  );
  if (!row?.freed) return;
  await listChanges(connection, slices.changes);
  await connection.run(`
    create or replace temp table freed as
    with removals as (
      select key,
        sum(case when last_change = 'removed' then 0 else low end)::decimal(18, 9) as low,
        sum(case when last_change = 'removed' then 0 else high end)::decimal(18, 9) as high,
        bool_and(low is not null or coalesce(last_change = 'removed', false)) as complete
      from resource_changes where not started group by key
    ),
    starts as (
      select key, sum(low)::decimal(18, 9) as low, sum(high)::decimal(18, 9) as high, bool_and(low is not null) as complete
      from resource_changes where started group by key
    )
    select r.*, true as removed from removals r join events e using (key)
    where r.low is not null or (e.removed_usd_hour_low is not null and e.basis_id in (${SETTLED}))
    union all
    select s.*, false as removed from starts s join events e using (key)
    where s.low is not null or (e.added_usd_hour_low is not null and e.basis_id in (${SETTLED}))`);
  await connection.run("drop table resource_changes");
  // The new basis keeps why there was no price by itself, so that it is known where there is none again.
  await connection.run(`
    insert into cost_bases
    select (select coalesce(max(basis_id), -1) from cost_bases) + row_number() over (order by unpriced), ['${BASIS}'], unpriced
    from (
      select distinct coalesce(unpriced, []) as unpriced
      from (select key, basis_id from events) join freed using (key) left join cost_bases using (basis_id)
    ) reasons
    where not exists (from cost_bases b where b.basis = ['${BASIS}'] and b.unpriced = reasons.unpriced)`);
  await connection.run(`
    create or replace temp table bases as
    select b.basis_id, min(own.basis_id) as own, min(settled.basis_id) as settled
    from (from cost_bases union all select null, [], []) b
      left join cost_bases own
        on own.unpriced = b.unpriced and own.basis = case when b.basis = ['${BASIS}'] then [] else b.basis end
      left join cost_bases settled on settled.unpriced = b.unpriced and settled.basis = ['${BASIS}']
    group by b.basis_id`);
  for (const [from, to] of await rangesOf(connection, slices.events)) {
    const inSlice = (key: string): string =>
      [`${key} >= ${from}`, ...(to === null ? [] : [`${key} < ${to}`])].join(" and ");
    await connection.run(`
    update events set
      added_usd_hour_low = case when f.removed then added_usd_hour_low else f.low end,
      added_usd_hour_high = case when f.removed then added_usd_hour_high else f.high end,
      removed_usd_hour_low = case when f.removed then f.low else removed_usd_hour_low end,
      removed_usd_hour_high = case when f.removed then f.high else removed_usd_hour_high end,
      unpriced = not f.complete,
      basis_id = case
        when f.complete and (f.settled = f.basis_id or (added_usd_hour_low is null and once_usd_low is null)) then f.settled
        else coalesce(f.own, f.basis_id) end
    from (
      select f.*, e.basis_id, b.own, b.settled
      from freed f join events e using (key) left join bases b on b.basis_id is not distinct from e.basis_id
      where ${inSlice("f.key")} and ${inSlice("e.key")}
    ) f where f.key = events.key and ${inSlice("events.key")}`);
  }
  await connection.run("drop table bases");
  await connection.run("drop table freed");
}

/**
 * For every resource that is freed or started again, `resource_changes(key, started, last_change, low, high)`: what was
 * done to it before, and its price. The histories of all resources together would not fit into memory: they are looked at in
 * slices of the ids.
 */
async function listChanges(connection: DuckDBConnection, sliceChanges: number): Promise<void> {
  await connection.run(`
    create or replace temp table changes as
    with freed_ids as (
      select distinct kind, unnest(resource_ids) as id
      from quantities where (change = 'removed' or ${STARTED}) and resource_ids is not null
    ),
    priced as (
      select key, kind, change, ${STARTED} as started, unnest(resource_ids) as id,
        usd_hour_low / len(resource_ids) as low, usd_hour_high / len(resource_ids) as high
      from quantities where resource_ids is not null and change <> 'used'
    )
    select p.*, e.time from priced p semi join freed_ids using (kind, id) join events e using (key)
    where e.outcome = 'success'`);
  await connection.run(
    "create or replace temp table resource_changes (key bigint, started boolean, last_change varchar, low double, high double)",
  );
  const [row] = await readAll<{ changes: number }>(connection, "select count(*)::double as changes from changes");
  const slices = Math.ceil((row?.changes ?? 0) / sliceChanges);
  for (let slice = 0; slice < slices; slice++) {
    await connection.run(`
      insert into resource_changes
      select key, started, last_change, low, high
      from (
        select key, change, started, lag(change) over before as last_change,
          last_value(low ignore nulls) over before as low,
          last_value(high ignore nulls) over before as high
        from changes where hash(id) % ${slices} = ${slice}
        window before as (partition by kind, id order by time, key rows between unbounded preceding and 1 preceding)
      )
      where change = 'removed' or started`);
  }
  await connection.run("drop table changes");
}

/** Ranges of keys, the end excluded and `null` for the last. Events lie in the order of their keys. */
async function rangesOf(
  connection: DuckDBConnection,
  sliceEvents: number,
): Promise<readonly (readonly [bigint, bigint | null])[]> {
  const starts = await readAll<{ key: bigint }>(
    connection,
    `select min(key) as key from events group by rowid // ${sliceEvents} order by 1`,
  );
  return starts.map(({ key }, index) => [key, starts[index + 1]?.key ?? null]);
}
