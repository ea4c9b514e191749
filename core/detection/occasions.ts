import type { SeverityThresholds } from "../domain/signal.ts";
import { BUCKET, type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import type { DetectionConfig } from "./config.ts";
import type { EntitySeries } from "./series.ts";

/** Crossings at most this far apart are one occasion, but none is longer than `LONGEST`: what goes on all day is a habit. */
const APART = HOUR;
const LONGEST = 6 * HOUR;

/**
 * The ten-minute windows before `until` in which an entity's count reached its lowest threshold, those left out that
 * are a habit: about as much was counted on enough earlier occasions.
 */
export function crossingsOf(
  series: EntitySeries,
  thresholds: SeverityThresholds,
  until: EpochMs,
  { occasions, ratio }: DetectionConfig["habit"],
): readonly TimeWindow[] {
  const crossings: TimeWindow[] = [];
  const earlier: { start: EpochMs; last: EpochMs; peak: number }[] = [];
  for (const [at, bucket] of series.buckets.entries()) {
    if (bucket >= until) break;
    const follows = at > 0 && series.buckets[at - 1] === bucket - BUCKET;
    const value = (series.values[at] as number) + (follows ? (series.values[at - 1] as number) : 0);
    if (value < thresholds.low) continue;
    const current = earlier.at(-1);
    const goesOn = current && bucket - current.last <= APART && bucket - current.start < LONGEST;
    const before = goesOn ? earlier.slice(0, -1) : earlier;
    const habit = before.filter(({ peak }) => peak * ratio >= value).length >= occasions;
    if (!habit) crossings.push({ start: follows ? bucket - BUCKET : bucket, end: bucket + BUCKET });
    if (goesOn) {
      current.last = bucket;
      current.peak = Math.max(current.peak, value);
    } else earlier.push({ start: bucket, last: bucket, peak: value });
  }
  return crossings;
}
