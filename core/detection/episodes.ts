import { BUCKET, type EpochMs, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { Departure } from "../ports/detector-engine.ts";
import type { DetectionConfig } from "./config.ts";

/** Departures of one entity that are one thing. */
export interface Episode {
  readonly window: TimeWindow;
  readonly direction: "rise" | "drop";
  /** The one with the highest score; `null` where only a threshold was reached. */
  readonly best: Departure | null;
}

interface Trigger extends Episode {
  /** Where what departed began: the latest bucket, or the whole window where that is so long that no bucket matters. */
  readonly from: EpochMs;
}

/**
 * Joins departures, and windows in which a threshold was reached, that overlap or lie at most `mergeMinutes` apart.
 * Rises and drops stay apart. An episode reaches from the window that departs most, or the first bucket that departed,
 * to the last bucket that departed: a longer window around a spike would only blur it. In time order.
 */
export function episodesOf(
  departures: readonly Departure[],
  crossings: readonly TimeWindow[],
  config: DetectionConfig,
): readonly Episode[] {
  const triggers: Trigger[] = [
    ...departures.map((best) => ({
      window: best.window,
      direction: best.direction,
      best,
      from: beginningOf(best.window),
    })),
    ...crossings.map((window) => ({ window, direction: "rise" as const, best: null, from: window.start })),
  ].sort((a, b) => a.window.end - b.window.end || a.window.start - b.window.start);
  const open = new Map<Episode["direction"], Trigger[]>();
  const episodes: Episode[] = [];
  for (const trigger of triggers) {
    const current = open.get(trigger.direction);
    const end = current?.at(-1)?.window.end ?? Number.NEGATIVE_INFINITY;
    if (current && trigger.window.start - end <= config.mergeMinutes * MINUTE) current.push(trigger);
    else {
      if (current) episodes.push(joined(current));
      open.set(trigger.direction, [trigger]);
    }
  }
  for (const triggers of open.values()) episodes.push(joined(triggers));
  return episodes.sort((a, b) => a.window.start - b.window.start);
}

/** Longer windows are for slow leaks. */
const SLOW = 6 * HOUR;
const beginningOf = ({ start, end }: TimeWindow): EpochMs => (end - start > SLOW ? start : end - BUCKET);

function joined(triggers: readonly Trigger[]): Episode {
  let best: Departure | null = null;
  let start = Number.POSITIVE_INFINITY;
  for (const trigger of triggers) {
    start = Math.min(start, trigger.from);
    if (trigger.best && trigger.best.score > (best?.score ?? 0)) best = trigger.best;
  }
  const last = triggers.at(-1) as Trigger;
  return {
    window: { start: Math.min(start, best?.window.start ?? start), end: last.window.end },
    direction: last.direction,
    best,
  };
}
