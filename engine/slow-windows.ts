import { HOURS_A_DAY } from "./calendar.ts";
import { upperTailScore } from "./tail.ts";

/** Totals are kept by quarters of a day, of the last five weeks. */
const HOURS_A_QUARTER = 6;
const QUARTERS_A_DAY = HOURS_A_DAY / HOURS_A_QUARTER;
const KEPT = 35 * QUARTERS_A_DAY;
/**
 * Windows of one and of three days, and how many of their fullest quarters are left aside: a leak is everywhere, a burst
 * is in one place, and was reported when it happened.
 */
const SLOW_WINDOWS = [
  { days: 1, aside: 1 },
  { days: 3, aside: 3 },
] as const;
/** Fewer earlier windows say nothing about what is usual. */
const LEAST_REFERENCES = 5;
/** More a window than this is not slow: shorter windows see it. */
const LARGEST_MEAN = 30;

export interface SlowDeparture {
  readonly score: number;
  readonly actual: number;
  readonly mean: number;
  readonly dispersion: number;
  /** Hours of the window that end with the hour under way. */
  readonly hours: number;
}

export interface SavedSlowWindows {
  readonly quarter: number;
  /** `null` is a quarter with something unknown in it. Oldest first. */
  readonly totals: readonly (number | null)[];
}

/**
 * What leaks slowly is small in every short window, and teaches the seasonal rate as it goes. So the totals of whole
 * days are held against the totals of earlier days that do not overlap, ending at the same time of day: a mean, a
 * variance, and the negative-binomial tail beyond.
 */
export class SlowWindows {
  #quarter: number;
  readonly #totals: Float64Array;
  #remembered: { readonly quarter: number; readonly usual: readonly (Usual | null)[] } = {
    quarter: Number.NaN,
    usual: [],
  };

  constructor(saved?: SavedSlowWindows) {
    this.#quarter = saved?.quarter ?? Number.NEGATIVE_INFINITY;
    this.#totals = saved
      ? Float64Array.from(saved.totals, (total) => total ?? Number.NaN)
      : new Float64Array(KEPT).fill(Number.NaN);
  }

  /** Adds to the quarter that `hour` (since the epoch) is in; quarters passed over were empty. NaN makes it unknown. */
  add(hour: number, count: number): void {
    const quarter = Math.floor(hour / HOURS_A_QUARTER);
    const passed = quarter - this.#quarter;
    if (passed > 0) {
      // Before the first quarter, which may have begun unseen, all is unknown.
      const first = this.#quarter === Number.NEGATIVE_INFINITY;
      this.#totals.copyWithin(0, Math.min(passed, KEPT));
      this.#totals.fill(first ? Number.NaN : 0, Math.max(0, KEPT - passed));
      this.#quarter = quarter;
    }
    this.#totals[KEPT - 1] = (this.#totals[KEPT - 1] as number) + count;
  }

  /** The window that, with `count` more in `hour`, lies furthest above earlier ones; `null` where none is twice the usual. */
  judge(hour: number, count: number): SlowDeparture | null {
    const end = KEPT - 1 + Math.max(0, Math.floor(hour / HOURS_A_QUARTER) - this.#quarter);
    let best: SlowDeparture | null = null;
    for (const [at, { days, aside }] of SLOW_WINDOWS.entries()) {
      const usual = this.#usualAt(end)[at];
      if (!usual) continue;
      const length = days * QUARTERS_A_DAY;
      const spread = this.#total(end, length, aside, count);
      if (!(spread > 2 * usual.spread.mean)) continue;
      const score = upperTailScore(spread, usual.spread.mean, usual.spread.dispersion);
      if (best && score <= best.score) continue;
      const hours = (length - 1) * HOURS_A_QUARTER + (hour % HOURS_A_QUARTER) + 1;
      best = { score, actual: this.#total(end, length, 0, count), ...usual.whole, hours };
    }
    return best;
  }

  /** What was usual for windows that end with the quarter at `end`; the same for all of that quarter. */
  #usualAt(end: number): readonly (Usual | null)[] {
    const quarter = this.#quarter + end - (KEPT - 1);
    if (this.#remembered.quarter !== quarter) {
      this.#remembered = { quarter, usual: SLOW_WINDOWS.map(({ days, aside }) => this.#usual(end, days, aside)) };
    }
    return this.#remembered.usual;
  }

  #usual(end: number, days: number, aside: number): Usual | null {
    const length = days * QUARTERS_A_DAY;
    const whole: number[] = [];
    const spread: number[] = [];
    for (let back = length; back <= end - length + 1; back += QUARTERS_A_DAY) {
      const total = this.#total(end - back, length, 0, 0);
      if (Number.isNaN(total)) continue;
      whole.push(total);
      spread.push(this.#total(end - back, length, aside, 0));
    }
    if (whole.length < LEAST_REFERENCES) return null;
    const usual = { whole: momentsOf(whole), spread: momentsOf(spread) };
    return usual.whole.mean > LARGEST_MEAN ? null : usual;
  }

  /**
   * Of the `length` quarters that end with the one at `end`, without the `aside` fullest; `count` is added to the last.
   * Quarters after the last one kept are empty so far. NaN where something is unknown.
   */
  #total(end: number, length: number, aside: number, count: number): number {
    if (end - length + 1 < 0) return Number.NaN;
    const quarters: number[] = [];
    let sum = 0;
    for (let i = end - length + 1; i <= end; i++) {
      const total = (i < KEPT ? (this.#totals[i] as number) : 0) + (i === end ? count : 0);
      sum += total;
      if (aside > 0 && total > 0) quarters.push(total);
    }
    if (aside === 0 || Number.isNaN(sum)) return sum;
    quarters.sort((a, b) => b - a);
    for (let i = 0; i < Math.min(aside, quarters.length); i++) sum -= quarters[i] as number;
    return sum;
  }

  save(): SavedSlowWindows | null {
    if (this.#quarter === Number.NEGATIVE_INFINITY) return null;
    return { quarter: this.#quarter, totals: Array.from(this.#totals, (t) => (Number.isNaN(t) ? null : t)) };
  }
}

interface Usual {
  readonly whole: Moments;
  readonly spread: Moments;
}

interface Moments {
  readonly mean: number;
  readonly dispersion: number;
}

/** Mean and dispersion of a prediction from these totals; half a count is added, so that none was ever is not never. */
function momentsOf(totals: readonly number[]): Moments {
  const n = totals.length;
  const sum = totals.reduce((all, total) => all + total, 0);
  const mean = (sum + 0.5) / n;
  const variance = totals.reduce((all, total) => all + (total - sum / n) ** 2, 0) / (n - 1);
  const scatter = Math.max(0, (variance - mean) / (mean * mean));
  return { mean, dispersion: scatter + (1 / mean + scatter) / n };
}
