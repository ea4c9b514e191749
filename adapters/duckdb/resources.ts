import type { DuckDBConnection } from "@duckdb/node-api";
import { readAll } from "./read.ts";

/**
 * What DuckDB may use. Bounds are fixed, because it otherwise keeps whatever it has read or written, and memory would
 * grow with the store; beyond them, work goes through files beside the store.
 */
interface Resources {
  readonly memoryMiB: number;
  /** `null`: one a processor. */
  readonly threads: number | null;
}

/**
 * One row group of every column in the making, and little else. Writing is one stream of chunks: more threads would
 * wait for each other, and cost twice the time of one.
 */
export const WRITING: Resources = { memoryMiB: 128, threads: 1 };

/** Ids in slices, see settle.ts; nothing else runs then. */
export const COMPARING: Resources = { memoryMiB: 64, threads: null };

/** Enough for the queries of an analysis, of a few million events. */
export const ASKING: Resources = { memoryMiB: 256, threads: null };
/** Questions of an explanation look at all events of a signal at once: 6.9 million did not fit into the above. */
const ASKING_MIB_A_MILLION = 64;

/** For the whole instance, not the connection alone. */
export async function limitResources(connection: DuckDBConnection, { memoryMiB, threads }: Resources): Promise<void> {
  await connection.run(`set global memory_limit = '${memoryMiB}MiB'`);
  await connection.run(threads === null ? "reset global threads" : `set global threads = ${threads}`);
}

/** {@link ASKING}, and more for a store of more events. */
export async function limitForAsking(connection: DuckDBConnection): Promise<void> {
  const [row] = await readAll<{ millions: number }>(connection, "select count(*) / 1e6 as millions from events");
  const memoryMiB = Math.max(ASKING.memoryMiB, Math.ceil(ASKING_MIB_A_MILLION * (row?.millions ?? 0)));
  await limitResources(connection, { ...ASKING, memoryMiB });
}

/**
 * What a transaction holds of rows that are not on disk yet: one row group of every column. To let go of that too would
 * write it to a file beside the store, only to read it again.
 */
const UNWRITTEN_MIB = 40;

/**
 * Gives back the memory of blocks that lie on disk too: DuckDB keeps them until it reaches its bound, and a run over
 * many events would take all of it. A bound below what is in use is refused, after everything that can go has gone;
 * a transaction on this connection would end by the refusal.
 */
export async function releaseBlocks(connection: DuckDBConnection, { memoryMiB }: Resources): Promise<void> {
  await connection.run(`set global memory_limit = '${UNWRITTEN_MIB}MiB'`).catch((error: unknown) => {
    if (!/memory limit/i.test(String(error))) throw error;
  });
  await connection.run(`set global memory_limit = '${memoryMiB}MiB'`);
}
