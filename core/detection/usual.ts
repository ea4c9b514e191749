import type { UsualAmount } from "../domain/finding.ts";
import { DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import { type EntitySeries, positionOf } from "./series.ts";

/** Lengths that people compare in. */
const SPANS: readonly EpochMs[] = [10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY];

/** Fewer spans in which anything was counted make no habit. */
const LEAST_OCCASIONS = 5;

/**
 * What was counted before a window whenever anything was, in spans of each length up to the first as long as the window:
 * "47, where 3 are usual" means three when there are any, not the tenth of one that an average over silent nights gives.
 */
export function usualAmounts(series: EntitySeries, window: TimeWindow, since: EpochMs): readonly UsualAmount[] {
  const length = window.end - window.start;
  const enough = SPANS.findIndex((span) => span >= length);
  return SPANS.slice(0, enough < 0 ? SPANS.length : enough + 1).flatMap((span) => {
    const usual = usualOf(series, window.start, since, span);
    return usual.occasions >= LEAST_OCCASIONS ? [usual] : [];
  });
}

function usualOf(series: EntitySeries, before: EpochMs, since: EpochMs, span: EpochMs): UsualAmount {
  const end = positionOf(series, before);
  let [total, most, occasions, current, value] = [0, 0, 0, Number.NEGATIVE_INFINITY, 0];
  for (let at = 0; at < end; at++) {
    const within = Math.floor(((series.buckets[at] as number) - since) / span);
    if (within !== current) [current, value, occasions] = [within, 0, occasions + 1];
    value += series.values[at] as number;
    total += series.values[at] as number;
    most = Math.max(most, value);
  }
  return { span, mean: occasions === 0 ? 0 : total / occasions, most, occasions };
}
