import type { EpochMs } from "#core/domain/time.ts";
import { ChangeModel, type SavedChange } from "./change-model.ts";

/** Points of which the middle one is taken: two in a row that stand out do not show. */
const POINTS = 5;

export interface SavedMiddle {
  /** Oldest first. */
  readonly recent: readonly number[];
  readonly change: SavedChange;
}

/**
 * What the middle of the last five points changes by. Where single peaks come and go all day, they widen what is usual
 * until a move of everything between them hides in it; in the middle of five points there are no such peaks.
 */
export class MiddleModel {
  #recent: number[];
  readonly #change: ChangeModel;

  constructor(saved?: SavedMiddle) {
    this.#recent = [...(saved?.recent ?? [])];
    this.#change = new ChangeModel(saved?.change);
  }

  /** Judges a finite value, then learns it; times do not decrease. The score is that of `Deviations.judge`. */
  observe(time: EpochMs, value: number): number {
    if (this.#recent.length === POINTS) this.#recent.shift();
    this.#recent.push(value);
    return this.#change.observe(time, middleOf(this.#recent));
  }

  /** What lies before a gap is in no middle after it. */
  breakOff(): void {
    this.#recent = [];
    this.#change.breakOff();
  }

  save(): SavedMiddle {
    return { recent: [...this.#recent], change: this.#change.save() };
  }
}

/** Of an even number the mean of the two in the middle. */
function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] as number)) / 2;
}
