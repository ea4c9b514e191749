import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { readAll } from "./read.ts";
import { priceFreed } from "./settle-freed.ts";
import { countSharedOnce } from "./settle-shared.ts";

/** A record of a file as it is compared: by the hash of its canonical form. */
export interface ComparedRecord {
  readonly hash: string;
  readonly text: string;
}

/** Reads records of a file again; `null` when it is not to be had any more. */
export type Reread = (path: string, records: readonly number[]) => Promise<ReadonlyMap<number, ComparedRecord> | null>;

/** Events looked at together: ids are compared in slices of the store, so that memory does not grow with it. */
const SLICE_EVENTS = 262_144;
const SAMPLE_CHARACTERS = 64 * 1024;

/**
 * Makes the store answer as if every action had been logged once: an id that came twice is kept once (its first file
 * and record), the same id with other content is kept in `conflicts` and quarantine, a copy of an action in another
 * account is not counted, and what is freed again is priced from its making. May run again after more was written.
 */
export async function settle(instance: DuckDBInstance, reread: Reread): Promise<void> {
  const connection = await instance.connect();
  try {
    await connection.run("begin");
    await findRepeated(connection);
    await compareRepeated(connection, reread);
    await removeRepeated(connection);
    await removeRepeatedInsights(connection);
    await countSharedOnce(connection, SLICE_EVENTS);
    await priceFreed(connection);
    await connection.run("commit");
    await connection.run("checkpoint");
  } finally {
    connection.closeSync();
  }
}

/** Events whose id came before: `repeated(key, kept_key, same)`, where `same` is null until it is known. */
async function findRepeated(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    "create or replace temp table repeated (key bigint, kept_key bigint, fingerprint ubigint, kept_fingerprint ubigint, same boolean)",
  );
  const [row] = await readAll<{ events: number }>(connection, "select count(*)::double as events from events");
  const slices = Math.max(1, Math.ceil((row?.events ?? 0) / SLICE_EVENTS));
  for (let slice = 0; slice < slices; slice++) {
    const inSlice = slices === 1 ? "true" : `hash(id) % ${slices} = ${slice}`;
    await connection.run(`
      insert into repeated
      with ids as (select id, min(key) as kept_key from events where ${inSlice} group by id having count(*) > 1),
      copies as (select e.id, e.key, e.fingerprint, e.id_text, i.kept_key from events e join ids i using (id) where ${inSlice})
      select c.key, c.kept_key, c.fingerprint, k.fingerprint, null
      from copies c join copies k on k.key = c.kept_key
      where c.key <> c.kept_key`);
  }
}

interface Pair {
  readonly key: bigint;
  readonly kept_key: bigint;
}

/** Bytes that are the same need no second look; what differs may still be the same content, written differently. */
async function compareRepeated(connection: DuckDBConnection, reread: Reread): Promise<void> {
  await connection.run(`
    update repeated set same = (fingerprint = kept_fingerprint)
    from files f, files k
    where f.file_id = repeated.key >> 32 and k.file_id = repeated.kept_key >> 32
      and (fingerprint = kept_fingerprint or (f.canonical and k.canonical)) and f.canonical = k.canonical`);
  const pairs = await readAll<Pair>(
    connection,
    "select key, kept_key from repeated where same is null order by key limit 200000",
  );
  if (pairs.length === 0) return;
  const wanted = new Map<number, number[]>();
  for (const key of new Set(pairs.flatMap((pair) => [pair.key, pair.kept_key]))) {
    const file = Number(key >> 32n);
    wanted.set(file, [...(wanted.get(file) ?? []), Number(key & 0xffffffffn)]);
  }
  const hashes = new Map<bigint, string>();
  for (const [file, records] of [...wanted].sort(([a], [b]) => a - b)) {
    const [row] = await readAll<{ path: string }>(connection, `select path from files where file_id = ${file}`);
    const found = row === undefined ? null : await reread(row.path, records);
    for (const [record, { hash }] of found ?? []) hashes.set((BigInt(file) << 32n) | BigInt(record), hash);
  }
  const same = pairs.filter(({ key, kept_key }) => hashes.has(key) && hashes.get(key) === hashes.get(kept_key));
  for (let from = 0; from < same.length; from += 1000) {
    const keys = same.slice(from, from + 1000).map(({ key }) => key);
    await connection.run(`update repeated set same = true where key in (${keys.join(", ")})`);
  }
  await connection.run("update repeated set same = false where same is null");
  await keepConflicts(connection, reread);
}

async function keepConflicts(connection: DuckDBConnection, reread: Reread): Promise<void> {
  const conflicts = await readAll<{ key: bigint; kept_key: bigint; id: string; file: string; kept: string }>(
    connection,
    `select r.key, r.kept_key, coalesce(e.id_text, e.id::varchar) as id, f.path as file, k.path as kept
     from repeated r join events e using (key)
       join files f on f.file_id = r.key >> 32 join files k on k.file_id = r.kept_key >> 32
     where not r.same order by r.key`,
  );
  for (const { key, kept_key, id, file, kept } of conflicts) {
    const record = Number(key & 0xffffffffn);
    const again = await reread(file, [record]);
    const text = (again?.get(record)?.text ?? "").slice(0, SAMPLE_CHARACTERS).replaceAll("\0", "\u2400");
    const keptRecord = Number(kept_key & 0xffffffffn);
    await connection.run("insert into conflicts values ($1, $2, $3, $4, $5, $6)", [
      id,
      kept_key,
      key,
      kept,
      file,
      text,
    ]);
    await connection.run("insert into quarantine values ($1, $2, $3, 'id-conflict', $4, $5)", [
      Number(key >> 32n),
      file,
      `record ${record}`,
      `event ${id} stands with other content in ${kept}, record ${keptRecord}`,
      text,
    ]);
  }
}

async function removeRepeated(connection: DuckDBConnection): Promise<void> {
  await connection.run(`
    update files set
      stored = stored - d.copies - d.conflicting,
      duplicates = duplicates + d.copies,
      conflicts = conflicts + d.conflicting,
      quarantined = quarantined + d.conflicting
    from (
      select key >> 32 as file_id, count(*) filter (same) as copies, count(*) filter (not same) as conflicting
      from repeated group by 1
    ) d where d.file_id = files.file_id`);
  for (const table of ["quantities", "events"]) {
    await connection.run(`delete from ${table} where key in (select key from repeated)`);
  }
  await connection.run("drop table repeated");
}

async function removeRepeatedInsights(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    "create or replace temp table repeated as select i.key from insights i join (select id, min(key) as kept from insights group by id having count(*) > 1) k on i.id = k.id and i.key <> k.kept",
  );
  await connection.run(`
    update files set stored = stored - d.copies, duplicates = duplicates + d.copies, insights = insights - d.copies
    from (select key >> 32 as file_id, count(*) as copies from repeated group by 1) d where d.file_id = files.file_id`);
  await connection.run("delete from insights where key in (select key from repeated)");
  await connection.run("drop table repeated");
}
