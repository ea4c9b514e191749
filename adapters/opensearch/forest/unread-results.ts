import type { EpochMs } from "#core/domain/time.ts";
import { MINUTE } from "#core/domain/time.ts";
import type { DetectorResult } from "#core/ports/second-opinion.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { keptState } from "../kept-state.ts";
import type { OpenSearchForest } from "./forest-results.ts";

/** How far results were read. */
interface Watermark {
  /** The latest time of writing that was seen. */
  readonly written: EpochMs;
  /** Ids of those that were read of the last minutes before it. */
  readonly read: readonly string[];
}

/** Results become visible out of order: several nodes write them, and each is refreshed for itself. */
const OVERLAP = 10 * MINUTE;

/** What was found since it was last read, every entity of every detector. */
export interface Unread {
  readonly results: readonly DetectorResult[];
  /** To be called when they have been worked on: then they are not read again, however often it is called. */
  markRead(): Promise<void>;
}

/**
 * Reads on from where the last reader stopped. A reader that dies before it marks them leaves them unread; nothing is
 * lost by a notification that never came, or that named one entity of many.
 */
export async function readUnread(
  connection: OpenSearchConnection,
  names: IndexNames,
  forest: OpenSearchForest,
): Promise<Unread> {
  const watermark = keptState<Watermark>(connection, names, "forest-watermark", 1);
  const before = await watermark.read();
  const known = new Set(before?.read);
  const results: DetectorResult[] = [];
  let latest = before?.written ?? 0;
  const seen: { readonly id: string; readonly at: EpochMs }[] = [];
  for await (const { id, writtenAt, result } of forest.writtenSince(Math.max(0, latest - OVERLAP))) {
    seen.push({ id, at: writtenAt });
    latest = Math.max(latest, writtenAt);
    if (!known.has(id)) results.push(result);
  }
  const read = seen.filter(({ at }) => at > latest - OVERLAP).map(({ id }) => id);
  return {
    results,
    markRead: () => watermark.keep({ written: latest, read }, latest),
  };
}
