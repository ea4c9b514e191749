import { type EpochMs, SECOND } from "../domain/time.ts";
import type { Fence } from "../ports/leases.ts";
import type { CatchUp, WatchCheckpoint } from "./checkpoint.ts";
import type { Steps, WatchContext } from "./watch-context.ts";

/** A step that takes less is followed by a larger one. */
const QUICK = 10 * SECOND;
/** One that takes longer by a smaller one: a run that ends midway loses no more than a step. */
const SLOW = 45 * SECOND;
const FEWEST = 500;
const GROWS = 2;
/** Where one came to no end: the next that is too large is some way off. */
const GROWS_WARILY = 1.125;

/**
 * Runs that were begun since a step last came to its end. What ended them (their time, their memory, a question that was
 * refused) need not have been told by anybody: each took a lease.
 */
export const failedRuns = ({ token }: WatchCheckpoint, fence: Fence): number => Math.max(0, fence.token - token - 1);

/** Events that a step may have: half as many for every run that failed. */
export function eventsOf({ before, steps, failed }: Pick<WatchContext, "before" | "steps" | "failed">): number {
  const usual = before.at === 0 ? steps.first : steps.most;
  return fewer(before.catchUp?.events ?? usual, 2 ** failed);
}

/** With as many events for the next step as let it take a reasonable time. */
export function paced(catchUp: CatchUp, took: EpochMs, { most }: Steps): CatchUp {
  const { events, wary } = catchUp;
  const more = Math.min(most, Math.ceil(events * (wary ? GROWS_WARILY : GROWS)));
  if (took < QUICK) return { ...catchUp, events: Math.max(events, more) };
  return took > SLOW ? { ...catchUp, events: fewer(events, 2) } : catchUp;
}

const fewer = (events: number, times: number): number => Math.max(Math.min(events, FEWEST), Math.floor(events / times));
