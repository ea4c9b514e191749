import { type EpochMs, HOUR } from "../domain/time.ts";
import type { SecondOpinions } from "../ports/second-opinion.ts";
import type { WatchCheckpoint } from "./checkpoint.ts";

/** Roll-ups that end before have nothing that is new to a detector. */
const FRESH = HOUR;

/**
 * How many of the forest's detectors have written nothing for longer than they should, were stopped or fail, while there are
 * roll-ups for them; `null` where there are none, or old ones are still being caught up on: then nobody could say anything.
 */
export async function silentDetectors(
  opinions: Pick<SecondOpinions, "detectors">,
  { rollUp, catchUp }: Pick<WatchCheckpoint, "rollUp" | "catchUp">,
  now: EpochMs,
): Promise<number | null> {
  const closings = Object.values(rollUp?.accounts ?? {});
  if (catchUp !== null || !closings.some(({ closed }) => now - closed <= FRESH)) return null;
  const states = await opinions.detectors(now);
  return states.filter(({ unheard }) => unheard !== null && SILENT.has(unheard.why)).length;
}

/** Not those that are not there, which a cluster without the plugin has none of, nor those that learn. */
const SILENT = new Set(["silent", "stopped", "error"]);
