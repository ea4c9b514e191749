import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { storableText } from "#core/domain/storable-text.ts";
import { readAll } from "./read.ts";
import { COMPARING, limitForAsking, limitResources } from "./resources.ts";
import { priceFreed } from "./settle-freed.ts";
import { countSharedOnce } from "./settle-shared.ts";

/** A record of a file as it is compared: by the hash of its canonical form. */
export interface ComparedRecord {
  readonly hash: string;
  /** Of the canonical form, as it is stored with events of files that cannot be opened again. */
  readonly fingerprint: bigint;
  readonly text: string;
}

/** Reads records of a file again; `null` when it is not to be had any more. */
export type Reread = (path: string, records: readonly number[]) => Promise<ReadonlyMap<number, ComparedRecord> | null>;

/** Events looked at together: ids are compared in slices of the store, so that memory does not grow with it. */
const SLICE_EVENTS = 131_072;
/** Records read again at a time. */
const PAIRS_COMPARED = 50_000;
const SAMPLE_CHARACTERS = 64 * 1024;

/**
 * Makes the store answer as if every action had been logged once: an id that came twice is kept once (its first file
 * and record), the same id with other content is kept in `conflicts` and quarantine, a copy of an action in another
 * account is not counted, and what is freed again is priced from its making. May run again after more was written, or
 * after it was interrupted: its transactions are several, each of which can be repeated, because what one has changed
 * stays in memory until its end.
 */
export async function settle(
  instance: DuckDBInstance,
  reread: Reread,
  sliceEvents: number = SLICE_EVENTS,
): Promise<void> {
  const connection = await instance.connect();
  try {
    await limitResources(connection, COMPARING);
    await connection.run("begin");
    await findRepeated(connection, sliceEvents);
    await compareRepeated(connection, reread);
    await removeRepeated(connection);
    await removeRepeatedInsights(connection);
    await connection.run("commit");
    await countSharedOnce(connection, sliceEvents);
    await priceFreed(connection);
    await connection.run("checkpoint");
    await limitForAsking(connection);
  } finally {
    connection.closeSync();
  }
}

/** Events whose id came before: `repeated(key, kept_key, same)`, where `same` is null until it is known. */
async function findRepeated(connection: DuckDBConnection, sliceEvents: number): Promise<void> {
  await connection.run(
    "create or replace temp table repeated (key bigint, kept_key bigint, fingerprint ubigint, kept_fingerprint ubigint, same boolean)",
  );
  const [row] = await readAll<{ events: number }>(connection, "select count(*)::double as events from events");
  const slices = Math.max(1, Math.ceil((row?.events ?? 0) / sliceEvents));
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
  /** Of canonical records; null where the stored one is of bytes. */
  readonly canonical: bigint | null;
  readonly kept_canonical: bigint | null;
}

/**
 * Bytes that are the same need no second look; what differs may still be the same content, written differently. Where
 * a file is not to be had any more, fingerprints of canonical records decide; where there are none either, the id
 * does: what cannot be compared is no evidence of other content.
 */
async function compareRepeated(connection: DuckDBConnection, reread: Reread): Promise<void> {
  await connection.run(`
    update repeated set same = (fingerprint = kept_fingerprint)
    from files f, files k
    where f.file_id = repeated.key >> 32 and k.file_id = repeated.kept_key >> 32
      and (fingerprint = kept_fingerprint or (f.canonical and k.canonical)) and f.canonical = k.canonical`);
  await connection.run("create or replace temp table compared (key bigint, same boolean)");
  for (;;) {
    const pairs = await readAll<Pair>(
      connection,
      `select r.key, r.kept_key, case when f.canonical then r.fingerprint end as canonical,
         case when k.canonical then r.kept_fingerprint end as kept_canonical
       from repeated r join files f on f.file_id = r.key >> 32 join files k on k.file_id = r.kept_key >> 32
       where same is null order by r.key limit ${PAIRS_COMPARED}`,
    );
    if (pairs.length === 0) break;
    const records = await readAgain(connection, pairs, reread);
    await connection.run("delete from compared");
    const rows = await connection.createAppender("compared", null, "temp");
    for (const { key, kept_key, canonical, kept_canonical } of pairs) {
      const [one, kept] = [records.get(key), records.get(kept_key)];
      const print = one?.fingerprint ?? canonical;
      const keptPrint = kept?.fingerprint ?? kept_canonical;
      rows.appendBigInt(key);
      rows.appendBoolean(
        one && kept ? one.hash === kept.hash : print === null || keptPrint === null || print === keptPrint,
      );
      rows.endRow();
    }
    rows.closeSync();
    await connection.run("update repeated set same = c.same from compared c where c.key = repeated.key");
  }
  await connection.run("drop table compared");
  await keepConflicts(connection, reread);
}

/** Every file that has a part in the pairs is read once. */
async function readAgain(connection: DuckDBConnection, pairs: readonly Pair[], reread: Reread) {
  const records = new Map<bigint, Pick<ComparedRecord, "hash" | "fingerprint">>();
  const keys = pairs.flatMap(({ key, kept_key }) => [key, kept_key]);
  for (const [file, numbers] of byFile(keys)) {
    const path = await pathOf(connection, file);
    const found = path === null ? null : await reread(path, numbers);
    for (const [number, { hash, fingerprint }] of found ?? []) {
      records.set((BigInt(file) << 32n) | BigInt(number), { hash, fingerprint });
    }
  }
  return records;
}

/** Numbers of the records in every file, in order. */
function byFile(keys: Iterable<bigint>): readonly (readonly [number, readonly number[]])[] {
  const found = new Map<number, number[]>();
  for (const key of new Set(keys)) {
    const file = Number(key >> 32n);
    const record = Number(key & 0xffffffffn);
    const records = found.get(file);
    if (records) records.push(record);
    else found.set(file, [record]);
  }
  return [...found].sort(([a], [b]) => a - b);
}

async function pathOf(connection: DuckDBConnection, file: number): Promise<string | null> {
  const [row] = await readAll<{ path: string }>(connection, `select path from files where file_id = ${file}`);
  return row?.path ?? null;
}

interface Conflict extends Pair {
  readonly id: string;
  readonly kept: string;
}

/** One appender a table for all of them: statements that insert would each take blocks of memory for every column. */
async function keepConflicts(connection: DuckDBConnection, reread: Reread): Promise<void> {
  const files = await readAll<{ file: bigint }>(
    connection,
    "select distinct key >> 32 as file from repeated where not same order by 1",
  );
  if (files.length === 0) return;
  const kept = await connection.createAppender("conflicts");
  const quarantine = await connection.createAppender("quarantine");
  for (const { file } of files) {
    const conflicts = await readAll<Conflict>(
      connection,
      `select r.key, r.kept_key, coalesce(e.id_text, e.id::varchar) as id, k.path as kept
       from repeated r join events e using (key) join files k on k.file_id = r.kept_key >> 32
       where not r.same and r.key >> 32 = ${file} order by r.key`,
    );
    const path = (await pathOf(connection, Number(file))) ?? "";
    const records = conflicts.map(({ key }) => Number(key & 0xffffffffn));
    const again = await reread(path, records);
    for (const [index, { key, kept_key, id, kept: keptPath }] of conflicts.entries()) {
      const record = records[index] as number;
      const text = storableText((again?.get(record)?.text ?? "").slice(0, SAMPLE_CHARACTERS));
      kept.appendVarchar(id);
      kept.appendBigInt(kept_key);
      kept.appendBigInt(key);
      for (const value of [keptPath, path, text]) kept.appendVarchar(value);
      kept.endRow();
      quarantine.appendInteger(Number(file));
      const detail = `event ${id} stands with other content in ${keptPath}, record ${kept_key & 0xffffffffn}`;
      for (const value of [path, `record ${record}`, "id-conflict", detail, text]) quarantine.appendVarchar(value);
      quarantine.endRow();
    }
  }
  kept.closeSync();
  quarantine.closeSync();
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
