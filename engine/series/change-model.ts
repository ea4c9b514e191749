import { type EpochMs, HOUR } from "#core/domain/time.ts";
import { Deviations, type SavedDeviations } from "./deviations.ts";

/** Lengths in points of the windows whose means are judged. */
const WINDOWS = [1, 3] as const;
/** Per point: the level is of the last points, what was six back counts half. */
const RECENT = 0.5 ** (1 / 6);

export interface SavedChange {
  readonly level: readonly [number, number];
  readonly deviations: SavedDeviations;
}

/**
 * What a measurement changes by from the level of its last points. A series that climbs, wanders or has moved elsewhere
 * lies far from the mean of its days, and hides in the scatter around it what is plain beside its last points.
 */
export class ChangeModel {
  #level = 0;
  #weight = 0;
  readonly #deviations: Deviations;

  constructor(saved?: SavedChange) {
    if (saved) [this.#level, this.#weight] = saved.level;
    this.#deviations = new Deviations(WINDOWS, saved?.deviations);
  }

  /** Judges a finite value, then learns it; times do not decrease. The score is that of {@link Deviations.judge}. */
  observe(time: EpochMs, value: number): number {
    const level = this.#weight > 0 ? this.#level / this.#weight : value;
    this.#level = this.#level * RECENT + value;
    this.#weight = this.#weight * RECENT + 1;
    return this.#deviations.judge(Math.floor(time / HOUR), value - level, level);
  }

  /** What lies before a gap is in no window after it. */
  breakOff(): void {
    this.#deviations.breakOff();
  }

  save(): SavedChange {
    return { level: [this.#level, this.#weight], deviations: this.#deviations.save() };
  }
}
