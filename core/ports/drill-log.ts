import type { Drill } from "../drill/drill.ts";

/** Where the last drill is noted, apart from all events: one at a time. */
export interface DrillLog {
  /** `null` before the first. */
  last(): Promise<Drill | null>;
}
