/** Per point: what a thousand points back still counts half. */
export const SLOW = 0.5 ** (1 / 1000);
/** Of the level: what nobody would call a deviation, though the series never moved. */
const TOLERANCE = 0.005;
/** Fewer windows say nothing about what is usual. */
const LEAST_WINDOWS = 30;
/** A deviation that is learnt is at most so many times the usual one. */
const LEARNT = 5;
/** Degrees of freedom: deviations of measurements have heavy tails. */
const FREEDOM = 4;
const MOST_DEVIATIONS = 1e6;

const SLOTS = 24;
/** Per visit of an hour of the day. */
const SEASON = 0.5 ** (1 / 7);
/** The largest deviation of an hour, usual at its time of day, counts as so many usual ones of a point; it is known after a visit for the most part. */
const SEASONAL_SCATTER = 0.45;
const SCATTER_PRIOR = 0.3;

const slotOf = (hour: number): number => ((hour % SLOTS) + SLOTS) % SLOTS;

/** Plain numbers, exact through JSON. */
export interface SavedDeviations {
  /** By window: discounted sum of deviations and weight. */
  readonly windows: readonly (readonly [number, number])[];
  /** By hour of the day: discounted sum of its largest deviations, and visits. */
  readonly scatter: readonly (readonly [number, number])[];
  readonly hour: readonly [number | null, number];
  readonly residuals: readonly number[];
}

/**
 * How unusual deviations from a forecast are, of single points and of several together: held against what is usual all
 * day and about this time of day, since a job that runs every night makes a peak then, and not at noon.
 */
export class Deviations {
  /** Lengths in points of the windows whose means are judged. */
  readonly #lengths: readonly number[];
  readonly #sums: Float64Array;
  readonly #weights: Float64Array;
  readonly #scatter = new Float64Array(SLOTS);
  readonly #visits = new Float64Array(SLOTS);
  /** The hour under way, since the epoch. */
  #hour: number | null = null;
  #largest = 0;
  /** Of the last points, oldest first. */
  #residuals: number[] = [];

  constructor(lengths: readonly number[], saved?: SavedDeviations) {
    this.#lengths = lengths;
    this.#sums = new Float64Array(lengths.length);
    this.#weights = new Float64Array(lengths.length);
    if (!saved) return;
    for (const [at, [sum, weight]] of saved.windows.entries()) {
      this.#sums[at] = sum;
      this.#weights[at] = weight;
    }
    for (const [slot, [sum, visits]] of saved.scatter.entries()) {
      this.#scatter[slot] = sum;
      this.#visits[slot] = visits;
    }
    [this.#hour, this.#largest] = saved.hour;
    this.#residuals = [...saved.residuals];
  }

  /** Mean absolute deviation of single points; `null` before anything was learnt. */
  get usual(): number | null {
    return this.#weights[0] ? (this.#sums[0] as number) / this.#weights[0] : null;
  }

  /**
   * Judges what a value lies off its forecast, then learns it. About -log10 of how seldom so much is, in a heavy-tailed
   * distribution; 0 while young. `hour` is since the epoch, and does not decrease; `level` says what is little.
   */
  judge(hour: number, residual: number, level: number): number {
    if (hour !== this.#hour) this.#beginHour(hour);
    const score = this.#score(residual, Math.abs(level) * TOLERANCE, this.#scatterAround(hour));
    this.#largest = Math.max(this.#largest, Math.abs(residual));
    return score;
  }

  /** What lies before a gap is in no window after it. */
  breakOff(): void {
    this.#residuals = [];
  }

  save(): SavedDeviations {
    const pairs = (sums: Float64Array, weights: Float64Array): [number, number][] =>
      Array.from(sums, (sum, at) => [sum, weights[at] as number]);
    return {
      windows: pairs(this.#sums, this.#weights),
      scatter: pairs(this.#scatter, this.#visits),
      hour: [this.#hour, this.#largest],
      residuals: [...this.#residuals],
    };
  }

  #beginHour(hour: number): void {
    if (this.#hour !== null) {
      const slot = slotOf(this.#hour);
      this.#scatter[slot] = (this.#scatter[slot] as number) * SEASON + this.#largest;
      this.#visits[slot] = (this.#visits[slot] as number) * SEASON + 1;
    }
    this.#hour = hour;
    this.#largest = 0;
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

  #score(residual: number, tolerance: number, scatter: number): number {
    const residuals = this.#residuals;
    if (residuals.length === (this.#lengths.at(-1) as number)) residuals.shift();
    residuals.push(residual);
    let score = 0;
    for (const [at, length] of this.#lengths.entries()) {
      if (residuals.length < length) continue;
      let sum = 0;
      for (let i = residuals.length - length; i < residuals.length; i++) sum += residuals[i] as number;
      const deviation = Math.abs(sum) / length;
      const windows = this.#weights[at] as number;
      const usual = (windows > 0 ? (this.#sums[at] as number) / windows : 0) + tolerance;
      if (windows > LEAST_WINDOWS && deviation > 0) {
        // Of scatter that a window averages out.
        const ratio = Math.min(MOST_DEVIATIONS, deviation / Math.max(usual, scatter / Math.sqrt(length)));
        score = Math.max(score, FREEDOM * Math.log10(1 + ratio / FREEDOM));
      }
      const learnt = windows < LEAST_WINDOWS ? deviation : Math.min(deviation, LEARNT * usual);
      this.#sums[at] = (this.#sums[at] as number) * SLOW + learnt;
      this.#weights[at] = windows * SLOW + 1;
    }
    return score;
  }
}
