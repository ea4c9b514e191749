import { TrailwatchError } from "#core/domain/errors.ts";

/** Errors of which a store can be at the end of something; others may hold any text of a log. */
const ENDED = /^(?:Out of Memory Error|IO Error|FATAL Error|TransactionContext Error|Failed to append): /;
/** As the operating system says it. A disk has a bound of its own on a file, or on what one person may keep. */
const DISK_FULL = /^.*(?:No space left on device|File too large|Disk quota exceeded|not enough space on the disk)/im;
/** Files beside the store take what memory does not hold, up to what was free on their disk. */
const NO_ROOM_BESIDE = /^.*failed to offload data block.*\)/im;
/** "(255.9 MiB/256.0 MiB used)", also where the failure is told without its own name. */
const OUT_OF_MEMORY = /^Out of Memory Error: .*|^.*\([\d.]+ \w+\/[\d.]+ \w+ used\)/m;

/**
 * What DuckDB fails with when it has used up what it may: TrailwatchError `STORE_DISK_FULL` or `STORE_OUT_OF_MEMORY`.
 * `null` for everything else.
 */
export function storeError(cause: unknown): TrailwatchError | null {
  if (cause instanceof TrailwatchError) return null;
  const message = messageOf(cause);
  if (!ENDED.test(message)) return null;
  const full = DISK_FULL.exec(message) ?? NO_ROOM_BESIDE.exec(message);
  if (full) {
    return new TrailwatchError(
      "STORE_DISK_FULL",
      `the disk of the store has no more room: ${reasonOf(full[0])}`,
      "Free some, for the files beside the store too, or name a folder on another disk with --out; then run the same command again.",
      { cause },
    );
  }
  const used = OUT_OF_MEMORY.exec(message);
  if (!used) return null;
  return new TrailwatchError(
    "STORE_OUT_OF_MEMORY",
    `the store needs more memory than it is given: ${reasonOf(used[0])}`,
    "See that its disk has room for the files beside it. Else read less into a store of its own: `trailwatch analyze` with --account, or --from and --to, and another folder with --out.",
    { cause },
  );
}

/** Does what is asked of a store, and rejects with {@link storeError} where it is one. */
export async function tellingStoreErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw storeError(cause) ?? cause;
  }
}

/** The driver's errors are made outside the realm that asks, and so are no `Error` of its own. */
export const messageOf = (cause: unknown): string =>
  String((cause as { readonly message?: unknown } | null)?.message ?? cause);

/** What failed in the end, without what failed because of it: "FATAL Error: Failed to create checkpoint because of error: ..." */
const reasonOf = (line: string): string => line.replace(/^.*(?:error|commit|append): "?/i, "");
