import { existsSync, rmSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { TrailwatchError } from "#core/domain/errors.ts";
import { ASKING, limitForAsking } from "./resources.ts";
import { SCHEMA_VERSION, schemaSql } from "./schema.ts";
import { messageOf, storeError } from "./store-error.ts";

/**
 * Opens a store that is there. Rejects with TrailwatchError `NOT_FOUND` when it is not, `STORE_BUSY` when another
 * process has it open, `STORE_VERSION` when it was made by another version, `STORE_UNUSABLE` when it is none of ours.
 */
export async function openStore(path: string, access: "read" | "write"): Promise<DuckDBInstance> {
  if (!existsSync(path)) {
    const next = "Make one with `trailwatch analyze <path>`, or name another folder with --out.";
    throw new TrailwatchError("NOT_FOUND", `there is no store at ${path}`, next);
  }
  return prepared(await openFile(path, access), async (connection) => {
    await checkVersion(connection, path);
    await limitForAsking(connection);
  });
}

/**
 * The same for writing, and makes the store where there is none. `toolVersion` is kept in a new one. Also rejects with
 * `STORE_DISK_FULL`, and leaves nothing of a store that could not be made: the next run makes one, where there is room.
 */
export async function openOrCreateStore(path: string, toolVersion: string): Promise<DuckDBInstance> {
  if (existsSync(path)) return openStore(path, "write");
  try {
    return await prepared(await openFile(path, "write"), async (connection) => {
      await connection.run("begin");
      await connection.run(schemaSql(toolVersion));
      await connection.run("commit");
    });
  } catch (error) {
    const used = storeError(error) ?? error;
    if (used instanceof TrailwatchError && used.code === "STORE_DISK_FULL") removeStore(path);
    throw used;
  }
}

/** What DuckDB keeps of a store that nobody has open. */
export function removeStore(path: string): void {
  for (const suffix of ["", ".wal"]) rmSync(path + suffix, { force: true });
}

async function prepared(
  instance: DuckDBInstance,
  prepare: (connection: DuckDBConnection) => Promise<void>,
): Promise<DuckDBInstance> {
  try {
    const connection = await instance.connect();
    try {
      await prepare(connection);
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    instance.closeSync();
    throw error;
  }
  return instance;
}

async function openFile(path: string, access: "read" | "write"): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, {
      access_mode: access === "read" ? "READ_ONLY" : "READ_WRITE",
      memory_limit: `${ASKING.memoryMiB}MiB`,
      temp_directory: `${path}.tmp`,
      // Order is by key where it matters; keeping insertion order costs memory in every query.
      preserve_insertion_order: "false",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
  } catch (cause) {
    const used = storeError(cause);
    if (used) throw used;
    const message = messageOf(cause);
    if (/lock/i.test(message)) {
      const next = "Wait for the other run to end, or choose another store.";
      throw new TrailwatchError("STORE_BUSY", `${path} is open in another process`, next, { cause });
    }
    const next = "Choose another store, or delete this one and read the logs again.";
    throw new TrailwatchError("STORE_UNUSABLE", `${path} cannot be opened as a store: ${firstLine(message)}`, next, {
      cause,
    });
  }
}

async function checkVersion(connection: DuckDBConnection, path: string): Promise<void> {
  let found: string | undefined;
  try {
    const reader = await connection.runAndReadAll("select value from meta where name = 'schema_version'");
    found = reader.getRows()[0]?.[0] as string | undefined;
  } catch (cause) {
    const next = "Choose another path for the store.";
    throw new TrailwatchError("STORE_UNUSABLE", `${path} is a DuckDB file, but not a store of trailwatch`, next, {
      cause,
    });
  }
  if (found === String(SCHEMA_VERSION)) return;
  throw new TrailwatchError(
    "STORE_VERSION",
    `${path} has schema version ${found ?? "none"}, this version of trailwatch writes ${SCHEMA_VERSION}`,
    "Use the version that made it, or delete it and read the logs again.",
  );
}

const firstLine = (message: string): string => message.split("\n", 1)[0] as string;
