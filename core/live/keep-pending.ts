import { WATCH } from "./checkpoint.ts";
import type { WatchContext } from "./watch-context.ts";

/**
 * Writes down, in the middle of a run, who is still to be examined for something that a repeated run would not see any
 * more. All else stays as the last run left it.
 */
export async function keepPending({ ports, before, pending, fence }: WatchContext): Promise<void> {
  if (!pending.mustBeKept) return;
  await ports.checkpoints.write(WATCH, { ...before, pending: pending.list() }, fence);
  pending.kept();
}
