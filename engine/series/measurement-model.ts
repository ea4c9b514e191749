import { type EpochMs, HOUR } from "#core/domain/time.ts";

/** Lengths in points of the windows whose means are judged. */
const WINDOWS = [1, 3, 12] as const;
const LONGEST = 12;
const SLOTS = 24;

/** Per point: what a thousand points back still counts half. */
const SLOW = 0.5 ** (1 / 1000);
/** Errors of the two forecasts are compared over the last days. */
const COMPARED = 0.5 ** (1 / 288);
/** Per visit of an hour of the day. */
const SEASON = 0.5 ** (1 / 7);
/** Fewer windows say nothing about what is usual. */
const LEAST_WINDOWS = 30;
/** The largest deviation of an hour, usual at its time of day, counts as so many usual ones of a point; it is known after a visit for the most part. */
const SEASONAL_SCATTER = 0.45;
const SCATTER_PRIOR = 0.3;
/** A deviation that is learnt is at most so many times the usual one. */
const LEARNT = 5;
/** Of the level: what nobody would call a deviation, though the series never moved. */
const TOLERANCE = 0.005;
/** Degrees of freedom: deviations of measurements have heavy tails. */
const FREEDOM = 4;
const MOST_DEVIATIONS = 1e6;

const slotOf = (hour: number): number => ((hour % SLOTS) + SLOTS) % SLOTS;

export interface MeasurementJudgement {
  /** About -log10 of how seldom a deviation so large is, in the heavy-tailed distribution of them; 0 while young. */
  readonly score: number;
  readonly expected: number;
  /** Mean absolute deviation of single points, as learnt; `null` before anything was. */
  readonly deviation: number | null;
}

/** Plain numbers, exact through JSON. */
export interface SavedMeasurement {
  readonly level: readonly [number, number];
  readonly errors: readonly [number, number, number];
  /** By window: discounted sum of deviations and weight. */
  readonly deviations: readonly (readonly [number, number])[];
  /** By hour of the day, as above. */
  readonly season: readonly (readonly [number, number])[];
  readonly scatter: readonly number[];
  readonly hour: readonly [number | null, number, number, number];
  readonly residuals: readonly number[];
}

/**
 * What is usual of a measurement: two forecasts, the level of the last days and the mean of the same hour on earlier
 * days, weighted by how well each did lately; and the deviations from them, of single points and of an hour's worth, all
 * day and about this time of day: a job that runs every night makes a peak then, and not at noon. Of any real-valued series, sampled regularly or not. A point is judged before it is learnt.
 */
export class MeasurementModel {
  #level = 0;
  #levelWeight = 0;
  #seasonError = 0;
  #levelError = 0;
  #errorWeight = 0;
  readonly #deviations = new Float64Array(WINDOWS.length);
  readonly #windows = new Float64Array(WINDOWS.length);
  readonly #season = new Float64Array(SLOTS);
  readonly #visits = new Float64Array(SLOTS);
  /** Largest deviations of the hours, discounted as the visits are. */
  readonly #scatter = new Float64Array(SLOTS);
  /** The hour under way, since the epoch; what it adds to the season when it is over. */
  #hour: number | null = null;
  #hourSum = 0;
  #hourPoints = 0;
  #hourLargest = 0;
  /** Residuals of the last points, oldest first. */
  #residuals: number[] = [];

  constructor(saved?: SavedMeasurement) {
    if (!saved) return;
    [this.#level, this.#levelWeight] = saved.level;
    [this.#seasonError, this.#levelError, this.#errorWeight] = saved.errors;
    for (const [at, [sum, weight]] of saved.deviations.entries()) {
      this.#deviations[at] = sum;
      this.#windows[at] = weight;
    }
    for (const [slot, [sum, weight]] of saved.season.entries()) {
      this.#season[slot] = sum;
      this.#visits[slot] = weight;
    }
    this.#scatter.set(saved.scatter);
    [this.#hour, this.#hourSum, this.#hourPoints, this.#hourLargest] = saved.hour;
    this.#residuals = [...saved.residuals];
  }

  /** Judges a finite value, then learns it; times do not decrease. */
  observe(time: EpochMs, value: number): MeasurementJudgement {
    const hour = Math.floor(time / HOUR);
    if (hour !== this.#hour) this.#beginHour(hour);
    const slot = slotOf(hour);
    const level = this.#levelWeight > 0 ? this.#level / this.#levelWeight : value;
    const visits = this.#visits[slot] as number;
    const season = ((this.#season[slot] as number) + level) / (visits + 1);
    const expected = this.#forecast(level, season, visits);
    const deviation = this.#windows[0] ? (this.#deviations[0] as number) / this.#windows[0] : null;
    const residual = value - expected;
    const score = this.#judge(residual, Math.abs(level) * TOLERANCE, this.#scatterAround(hour));
    this.#hourLargest = Math.max(this.#hourLargest, Math.abs(residual));
    if (visits > 0) {
      this.#seasonError = this.#seasonError * COMPARED + Math.abs(value - season);
      this.#levelError = this.#levelError * COMPARED + Math.abs(value - level);
      this.#errorWeight = this.#errorWeight * COMPARED + 1;
    }
    this.#level = this.#level * SLOW + value;
    this.#levelWeight = this.#levelWeight * SLOW + 1;
    this.#hourSum += value;
    this.#hourPoints++;
    return { score, expected, deviation };
  }

  /** What lies before a gap is in no window after it. */
  breakOff(): void {
    this.#residuals = [];
  }

  save(): SavedMeasurement {
    const pairs = (sums: Float64Array, weights: Float64Array): [number, number][] =>
      Array.from(sums, (sum, at) => [sum, weights[at] as number]);
    return {
      level: [this.#level, this.#levelWeight],
      errors: [this.#seasonError, this.#levelError, this.#errorWeight],
      deviations: pairs(this.#deviations, this.#windows),
      season: pairs(this.#season, this.#visits),
      scatter: [...this.#scatter],
      hour: [this.#hour, this.#hourSum, this.#hourPoints, this.#hourLargest],
      residuals: [...this.#residuals],
    };
  }

  #beginHour(hour: number): void {
    if (this.#hour !== null && this.#hourPoints > 0) {
      const slot = slotOf(this.#hour);
      this.#scatter[slot] = (this.#scatter[slot] as number) * SEASON + this.#hourLargest;
      this.#season[slot] = (this.#season[slot] as number) * SEASON + this.#hourSum / this.#hourPoints;
      this.#visits[slot] = (this.#visits[slot] as number) * SEASON + 1;
    }
    this.#hour = hour;
    this.#hourSum = 0;
    this.#hourPoints = 0;
    this.#hourLargest = 0;
  }

  /** What deviations of single points are usual at this time of day, an hour earlier or later. */
  #scatterAround(hour: number): number {
    let most = 0;
    for (let near = hour - 1; near <= hour + 1; near++) {
      const slot = slotOf(near);
      most = Math.max(most, (this.#scatter[slot] as number) / ((this.#visits[slot] as number) + SCATTER_PRIOR));
    }
    return SEASONAL_SCATTER * most;
  }

  /** Weights fall with the fourth power of the error, so that the better of the two nearly decides. */
  #forecast(level: number, season: number, visits: number): number {
    if (visits === 0 || this.#errorWeight === 0) return level;
    const total = this.#seasonError + this.#levelError;
    if (total === 0) return season;
    const a = (this.#levelError / total) ** 4;
    const b = (this.#seasonError / total) ** 4;
    return (a * season + b * level) / (a + b);
  }

  #judge(residual: number, tolerance: number, scatter: number): number {
    const residuals = this.#residuals;
    if (residuals.length === LONGEST) residuals.shift();
    residuals.push(residual);
    let score = 0;
    for (const [at, length] of WINDOWS.entries()) {
      if (residuals.length < length) continue;
      let sum = 0;
      for (let i = residuals.length - length; i < residuals.length; i++) sum += residuals[i] as number;
      const deviation = Math.abs(sum) / length;
      const windows = this.#windows[at] as number;
      const usual = (windows > 0 ? (this.#deviations[at] as number) / windows : 0) + tolerance;
      if (windows > LEAST_WINDOWS && deviation > 0) {
        // Of scatter that a window averages out.
        const ratio = Math.min(MOST_DEVIATIONS, deviation / Math.max(usual, scatter / Math.sqrt(length)));
        score = Math.max(score, FREEDOM * Math.log10(1 + ratio / FREEDOM));
      }
      const learnt = windows < LEAST_WINDOWS ? deviation : Math.min(deviation, LEARNT * usual);
      this.#deviations[at] = (this.#deviations[at] as number) * SLOW + learnt;
      this.#windows[at] = windows * SLOW + 1;
    }
    return score;
  }
}
