const HOURS = 24;

/** By hour of the day: discounted sum of means, and visits. Plain numbers, exact through JSON. */
export type SavedHourlyMeans = readonly (readonly [number, number])[];

/** What was measured on average in each hour of the day, on earlier days; hours are counted since the epoch. */
export class HourlyMeans {
  readonly #retention: number;
  readonly #sums = new Float64Array(HOURS);
  readonly #visits = new Float64Array(HOURS);

  /** `retention` is per visit of an hour. */
  constructor(retention: number, saved?: SavedHourlyMeans) {
    this.#retention = retention;
    for (const [slot, [sum, visits]] of (saved ?? []).entries()) {
      this.#sums[slot] = sum;
      this.#visits[slot] = visits;
    }
  }

  isKnown(hour: number): boolean {
    return (this.#visits[slotOf(hour)] as number) > 0;
  }

  /** Shrunk to what is expected without it, which is worth one visit. */
  of(hour: number, otherwise: number): number {
    const slot = slotOf(hour);
    return ((this.#sums[slot] as number) + otherwise) / ((this.#visits[slot] as number) + 1);
  }

  learn(hour: number, mean: number): void {
    const slot = slotOf(hour);
    this.#sums[slot] = (this.#sums[slot] as number) * this.#retention + mean;
    this.#visits[slot] = (this.#visits[slot] as number) * this.#retention + 1;
  }

  save(): SavedHourlyMeans {
    return Array.from(this.#sums, (sum, slot) => [sum, this.#visits[slot] as number]);
  }
}

const slotOf = (hour: number): number => ((hour % HOURS) + HOURS) % HOURS;
