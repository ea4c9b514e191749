import { BUCKET, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { Departure } from "../ports/detector-engine.ts";
import type { DetectionConfig } from "./config.ts";

/** Departures of one entity that are one thing. */
export interface Episode {
  readonly window: TimeWindow;
  readonly direction: "rise" | "drop";
  /** The one with the highest score; `null` where only a threshold was reached. */
  readonly best: Departure | null;
}

/** Whether it is so rare for its entity that there may be a cause. */
export const isConspicuous = ({ falsePerWeek }: Departure, { falseAlarms }: DetectionConfig): boolean =>
  falsePerWeek <= falseAlarms;

/** A window so long that it is about a slow leak, in which no single bucket matters. */
const isSlow = ({ start, end }: TimeWindow): boolean => end - start > 6 * HOUR;

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
  const triggers: Episode[] = [
    ...departures.map((best) => ({ window: best.window, direction: best.direction, best })),
    ...crossings.map((window) => ({ window, direction: "rise" as const, best: null })),
  ].sort((a, b) => a.window.end - b.window.end || a.window.start - b.window.start);
  const open = new Map<Episode["direction"], Episode[]>();
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

function joined(triggers: readonly Episode[]): Episode {
  let best: Departure | null = null;
  for (const trigger of triggers) {
    if (trigger.best && trigger.best.score > (best?.score ?? 0)) best = trigger.best;
  }
  const slow = best !== null && isSlow(best.window);
  let start = best?.window.start ?? Number.POSITIVE_INFINITY;
  for (const { window, best: departure } of triggers) {
    const whole = departure === null || (slow && isSlow(window));
    start = Math.min(start, whole ? window.start : window.end - BUCKET);
  }
  const last = triggers.at(-1) as Episode;
  return { window: { start, end: last.window.end }, direction: last.direction, best };
}
