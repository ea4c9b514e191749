/** Lengths in buckets that every bucket is judged at. Days are for slow windows. */
export const WINDOWS = [1, 3, 12, 36] as const;
const LONGEST = 36;

/** The parts of a window's sums that are known. */
export interface WindowSum {
  readonly actual: number;
  readonly mean: number;
}

export interface SavedHistory {
  /** `null` is an unknown bucket. */
  readonly values: readonly (number | null)[];
  readonly learnable: readonly (number | null)[];
  readonly means: readonly number[];
}

/**
 * The last hours, bucket by bucket: what was counted, how much of it may be learnt, and what had been expected. Whole
 * hours: the one under way last, and before it as many as the longest window reaches, and one more, which no window
 * reaches any longer and which can be learnt. NaN stands for the unknown.
 */
export class RecentHistory {
  readonly perHour: number;
  /** Hours before the one under way. */
  readonly hoursBack: number;
  /** Position of the first bucket of the hour under way, and the one after its last. */
  readonly now: number;
  readonly end: number;
  readonly values: Float64Array;
  readonly learnable: Float64Array;
  readonly means: Float64Array;

  constructor(perHour: number, saved?: SavedHistory) {
    this.perHour = perHour;
    this.hoursBack = Math.ceil((LONGEST - 1) / perHour) + 1;
    this.now = this.hoursBack * perHour;
    this.end = this.now + perHour;
    this.values = new Float64Array(this.end).fill(Number.NaN);
    this.learnable = new Float64Array(this.end).fill(Number.NaN);
    this.means = new Float64Array(this.end);
    if (!saved) return;
    this.values.set(saved.values.map((value) => value ?? Number.NaN));
    this.learnable.set(saved.learnable.map((value) => value ?? Number.NaN));
    this.means.set(saved.means);
  }

  /** Moves everything one hour back; the new hour is empty until something is counted. */
  beginHour(): void {
    for (const series of [this.values, this.learnable, this.means]) {
      series.copyWithin(0, this.perHour);
      series.fill(0, this.now);
    }
  }

  forget(from: number, to: number): void {
    this.values.fill(Number.NaN, from, to);
    this.learnable.fill(Number.NaN, from, to);
    this.means.fill(0, from, to);
  }

  /** Whether the oldest hour is known in full. */
  get oldestIsKnown(): boolean {
    for (let i = 0; i < this.perHour; i++) if (Number.isNaN(this.learnable[i])) return false;
    return true;
  }

  /** What may be learnt of the hour under way; NaN where a part of it is unknown. */
  get learnableNow(): number {
    let sum = 0;
    for (let i = this.now; i < this.end; i++) sum += this.learnable[i] as number;
    return sum;
  }

  /** Sums of the windows that end with the bucket at `at`, one a length. */
  windows(at: number): readonly WindowSum[] {
    const sums: WindowSum[] = [];
    let actual = 0;
    let mean = 0;
    let length = 0;
    for (const reach of WINDOWS) {
      for (; length < reach; length++) {
        const value = this.values[at - length] as number;
        if (Number.isNaN(value)) continue;
        actual += value;
        mean += this.means[at - length] as number;
      }
      sums.push({ actual, mean });
    }
    return sums;
  }

  /** Sums of the buckets `from <= i < to`; `null` where one of them is unknown. */
  sum(from: number, to: number): WindowSum | null {
    let actual = 0;
    let mean = 0;
    for (let i = from; i < to; i++) {
      actual += this.values[i] as number;
      mean += this.means[i] as number;
    }
    return Number.isNaN(actual) ? null : { actual, mean };
  }

  save(): SavedHistory {
    const known = (series: Float64Array) => Array.from(series, (value) => (Number.isNaN(value) ? null : value));
    return { values: known(this.values), learnable: known(this.learnable), means: [...this.means] };
  }
}

/** Position in {@link WINDOWS} of the length that is nearest to `count` buckets, as a ratio. */
export function nearestWindow(count: number): number {
  let nearest = 0;
  for (let window = 1; window < WINDOWS.length; window++) {
    const apart = (at: number): number => Math.abs(Math.log(count / (WINDOWS[at] as number)));
    if (apart(window) < apart(nearest)) nearest = window;
  }
  return nearest;
}
