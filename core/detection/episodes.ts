import { type EpochMs, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { Departure } from "../ports/detector-engine.ts";
import type { DetectionConfig } from "./config.ts";

/** Departures of one entity that are one thing. */
export interface Episode {
  readonly window: TimeWindow;
  readonly direction: "rise" | "drop";
  /** The one with the highest score; `null` where only a threshold was reached. */
  readonly best: Departure | null;
}

/**
 * Joins departures, and windows in which a threshold was reached, that overlap or lie at most `mergeMinutes` apart.
 * Rises and drops stay apart. In time order.
 */
export function episodesOf(
  departures: readonly Departure[],
  crossings: readonly TimeWindow[],
  config: DetectionConfig,
): readonly Episode[] {
  const triggers: Episode[] = [
    ...departures.map((departure) => ({ window: departure.window, direction: departure.direction, best: departure })),
    ...crossings.map((window) => ({ window, direction: "rise" as const, best: null })),
  ].sort((a, b) => a.window.end - b.window.end || a.window.start - b.window.start);
  const open = new Map<Episode["direction"], Episode>();
  const episodes: Episode[] = [];
  for (const trigger of triggers) {
    const current = open.get(trigger.direction);
    if (current && apart(current.window.end, trigger.window) <= config.mergeMinutes * MINUTE) {
      open.set(trigger.direction, joined(current, trigger));
      continue;
    }
    if (current) episodes.push(current);
    open.set(trigger.direction, trigger);
  }
  return [...episodes, ...open.values()].sort((a, b) => a.window.start - b.window.start);
}

const apart = (end: EpochMs, window: TimeWindow): number => Math.max(0, window.start - end);

const joined = (a: Episode, b: Episode): Episode => ({
  window: { start: Math.min(a.window.start, b.window.start), end: Math.max(a.window.end, b.window.end) },
  direction: a.direction,
  best: !a.best || (b.best && b.best.score > a.best.score) ? b.best : a.best,
});
