import type { EpochMs } from "../domain/time.ts";
import type { FirstSeenRow } from "./event-store.ts";

/** The first use of a value in an account. */
export type FirstUse = Omit<FirstSeenRow, "events" | "lastTime">;

/** First uses of a running deployment, kept longer than the events that they came from. */
export interface FirstUses {
  /**
   * Keeps the earliest use of every value, whatever the order in which they come and however often; of two at the same
   * time that of the event whose id comes first. Resolves with what is kept now for each, in the order of the uses.
   */
  keep(uses: readonly FirstUse[]): Promise<readonly FirstUse[]>;
  /** All of them in any order; with a time those that were first kept, or amended by an earlier use, at or after it. */
  read(writtenSince?: EpochMs): AsyncIterable<FirstUse>;
}
