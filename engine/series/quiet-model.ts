import { type EpochMs, HOUR } from "#core/domain/time.ts";
import { Deviations, type SavedDeviations, SLOW } from "./deviations.ts";

/** Steps from point to point that are taken together. */
const STEPS = 12;
/** Of what they mostly are: a standstill is not infinitely far from that. */
const STANDSTILL = 0.5;
/** Lengths in points of the windows whose means are judged. */
const WINDOWS = [1, 3, 12] as const;
/** Of a logarithm: what nobody would call quieter. */
const TOLERANCE = 0.05;
/** A step that is learnt is at most so many times the usual one. */
const LEARNT = 5;
/** Fewer steps say nothing about what they mostly are. */
const LEAST_STEPS = 30;

export interface SavedQuiet {
  readonly last: number | null;
  /** The last steps, oldest first. */
  readonly recent: readonly number[];
  /** Discounted sum of steps, and weight. */
  readonly steps: readonly [number, number];
  /** The same of the logarithms that are judged. */
  readonly level: readonly [number, number];
  readonly deviations: SavedDeviations;
}

/**
 * Whether a series moves less than it mostly does, as a meter that is stuck or a machine that stands still: its values
 * are those of any day, and far from no forecast. What is judged is the logarithm of how much the last points moved,
 * held against how much that mostly varies, so that what rests every night may.
 */
export class QuietModel {
  #last: number | null;
  #recent: number[];
  #steps: [number, number];
  #level: [number, number];
  readonly #deviations: Deviations;

  constructor(saved?: SavedQuiet) {
    this.#last = saved?.last ?? null;
    this.#recent = [...(saved?.recent ?? [])];
    this.#steps = [...(saved?.steps ?? ([0, 0] as const))];
    this.#level = [...(saved?.level ?? ([0, 0] as const))];
    this.#deviations = new Deviations(WINDOWS, saved?.deviations, "below");
  }

  /** Judges a finite value, then learns it; times do not decrease. The score is that of `Deviations.judge`. */
  observe(time: EpochMs, value: number): number {
    const last = this.#last;
    this.#last = value;
    if (last === null) return 0;
    const step = Math.abs(value - last);
    if (this.#recent.length === STEPS) this.#recent.shift();
    this.#recent.push(step);
    const [sum, weight] = this.#steps;
    const usual = weight > 0 ? sum / weight : 0;
    const isKnown = weight > LEAST_STEPS && usual > 0 && this.#recent.length === STEPS;
    const score = isKnown ? this.#judge(Math.floor(time / HOUR), usual) : 0;
    const learnt = usual > 0 ? Math.min(step, LEARNT * usual) : step;
    this.#steps = [sum * SLOW + learnt, weight * SLOW + 1];
    return score;
  }

  /** No step leads over a gap. */
  breakOff(): void {
    this.#last = null;
    this.#recent = [];
    this.#deviations.breakOff();
  }

  save(): SavedQuiet {
    return {
      last: this.#last,
      recent: [...this.#recent],
      steps: [...this.#steps],
      level: [...this.#level],
      deviations: this.#deviations.save(),
    };
  }

  #judge(hour: number, usual: number): number {
    const mean = this.#recent.reduce((sum, step) => sum + step, 0) / STEPS;
    const moved = Math.log(mean / usual + STANDSTILL);
    const [sum, weight] = this.#level;
    const residual = weight > 0 ? moved - sum / weight : 0;
    this.#level = [sum * SLOW + moved, weight * SLOW + 1];
    return this.#deviations.judge(hour, residual, TOLERANCE);
  }
}
