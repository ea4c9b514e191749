import type { EpochMs } from "../domain/time.ts";
import type { FailedExamination } from "./examine-subjects.ts";

/** What a run did, or a step of it, for logs and metrics. */
export interface WatchReport {
  readonly at: EpochMs;
  readonly steps: number;
  /** How far what came was caught up on; `null` where it was, to the end. */
  readonly caughtUpTo: EpochMs | null;
  /** Buckets that events came into since the last run. */
  readonly arrived: number;
  readonly rollUp: { readonly written: number; readonly removed: number };
  /** How far the account is closed that is least behind; `null` before the first. */
  readonly closedUntil: EpochMs | null;
  readonly examined: number;
  /** Left to the next run. */
  readonly deferred: number;
  readonly failed: readonly FailedExamination[];
  /** Sets of findings that are others now. */
  readonly changed: number;
  readonly pending: number;
}

/** Of two steps, one after the other. */
export const together = (earlier: WatchReport, later: WatchReport): WatchReport => ({
  ...later,
  steps: earlier.steps + later.steps,
  arrived: earlier.arrived + later.arrived,
  rollUp: {
    written: earlier.rollUp.written + later.rollUp.written,
    removed: earlier.rollUp.removed + later.rollUp.removed,
  },
  examined: earlier.examined + later.examined,
  failed: [...earlier.failed, ...later.failed],
  changed: earlier.changed + later.changed,
});
