import type { EpochMs, TimeWindow } from "../domain/time.ts";

/** How far back a budget is calibrated, in periods of its own. */
export const HISTORY_PERIODS = 8;

/** With less there is nothing to calibrate by. */
const LEAST_PERIODS = 4;

/** Part of the periods in which what is worth a page should stay within the budget. */
const KEPT = 0.95;

/**
 * The loss above which pages keep to the budget: what opened in the periods before at a larger loss came at a mean that a
 * Poisson process exceeds the budget with in one of twenty periods. The fullest period is left out: a burst of true
 * incidents must not make the next weeks deaf.
 *
 * @param before what was worth a page by itself, whatever became of it
 * @param known what the past is known of, up to now
 * @returns USD; 0 where everything keeps to it, or fewer than four periods are known
 */
export function lossFloor(
  before: readonly { readonly openedAt: EpochMs; readonly usd: number }[],
  pages: number,
  period: EpochMs,
  known: TimeWindow,
): number {
  const periods = Math.min(HISTORY_PERIODS, Math.floor((known.end - known.start) / period));
  if (periods < LEAST_PERIODS) return 0;
  const losses: number[][] = Array.from({ length: periods }, () => []);
  for (const { openedAt, usd } of before) losses[Math.floor((known.end - openedAt) / period)]?.push(usd);
  const fullest = losses.reduce((most, one) => (one.length > most.length ? one : most));
  const counted = losses.filter((one) => one !== fullest);
  const allowed = Math.floor(meanThatKeeps(pages) * counted.length);
  const dearest = counted.flat().sort((a, b) => b - a);
  // Those that cost as much as the first that is too many are let through: the cap is there for them, and none goes unheard.
  return dearest[allowed] ?? 0;
}

/** The largest mean of a Poisson variable that is at most `pages` with a probability of {@link KEPT}: 0.82 for 2. */
export function meanThatKeeps(pages: number): number {
  let [low, high] = [0, pages + 1];
  for (let step = 0; step < 50; step++) {
    const mean = (low + high) / 2;
    if (atMost(pages, mean) >= KEPT) low = mean;
    else high = mean;
  }
  return low;
}

/** P(X <= count) of a Poisson variable, in logarithms so that large means do not vanish. */
function atMost(count: number, mean: number): number {
  let [logTerm, sum] = [-mean, 0];
  for (let k = 0; k <= count; logTerm += Math.log(mean / ++k)) sum += Math.exp(logTerm);
  return sum;
}
