import { type EpochMs, SECOND } from "../domain/time.ts";
import type { CatchUp } from "./checkpoint.ts";
import type { Steps } from "./watch-context.ts";

/** A step that takes less is followed by a larger one. */
const QUICK = 10 * SECOND;
/** One that takes longer by a smaller one: a run that ends midway loses no more than a step. */
const SLOW = 45 * SECOND;
const FEWEST = 500;

/** With as many events for the next step as let it take a reasonable time. */
export function paced(catchUp: CatchUp, took: EpochMs, { most }: Steps): CatchUp {
  const { events } = catchUp;
  if (took < QUICK) return { ...catchUp, events: Math.max(events, Math.min(most, events * 2)) };
  return took > SLOW ? { ...catchUp, events: Math.max(FEWEST, Math.floor(events / 2)) } : catchUp;
}
