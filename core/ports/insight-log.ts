import type { InsightRecord } from "../domain/insight.ts";
import type { TimeWindow } from "../domain/time.ts";

/** CloudTrail's own Insights, as they were delivered. */
export interface InsightLog {
  /** Keeps records by account and id; one that is there already stays. */
  keep(records: readonly InsightRecord[]): Promise<void>;
  /** Those of the window, in time order. */
  records(window: TimeWindow): Promise<readonly InsightRecord[]>;
}
