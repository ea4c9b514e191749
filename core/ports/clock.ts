import type { EpochMs } from "../domain/time.ts";

/** The core has no time of its own: a run asks once what time it is, so that all it says is as of one moment. */
export interface Clock {
  now(): EpochMs;
}
