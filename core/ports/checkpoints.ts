import type { Fence } from "./leases.ts";

/** Where runs go on from: one JSON value a name, some hundred kilobytes at most. */
export interface Checkpoints {
  /** What was written last, seen by every read after it; `null` where nothing was. */
  read(name: string): Promise<unknown>;
  /**
   * Replaces the value. Rejects with TrailwatchError `LEASE_LOST` where it was written under a later token of the same
   * lease; a value of another lease's is replaced.
   */
  write(name: string, value: unknown, fence: Fence): Promise<void>;
}
