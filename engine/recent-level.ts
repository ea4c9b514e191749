import type { CountModelParameters } from "./parameters.ts";

/**
 * How busy the entity has been lately, relative to its season: a level shift is learnt here within a day, long before
 * the season has seen enough visits. Hours count by how much they tell: little where counts scatter.
 */
export class RecentLevel {
  readonly #retention: number;
  readonly #prior: number;
  #actual: number;
  #expected: number;

  constructor(parameters: CountModelParameters, saved?: readonly [number, number]) {
    this.#retention = 0.5 ** (1 / parameters.levelHalfLife);
    this.#prior = parameters.levelPrior;
    [this.#actual, this.#expected] = saved ?? [0, 0];
  }

  get factor(): number {
    return (this.#prior + this.#actual) / (this.#prior + this.#expected);
  }

  /** One hour: what it had and what its season expected, without the level. */
  learn(actual: number, expected: number, dispersion: number): void {
    const weight = 1 / (1 + dispersion * expected);
    this.#actual = this.#actual * this.#retention + weight * actual;
    this.#expected = this.#expected * this.#retention + weight * expected;
  }

  learnEmpty(hours: number, expected: number, dispersion: number): void {
    const left = this.#retention ** hours;
    this.#actual *= left;
    this.#expected =
      this.#expected * left + ((expected / (1 + dispersion * expected)) * (1 - left)) / (1 - this.#retention);
  }

  save(): [number, number] {
    return [this.#actual, this.#expected];
  }
}
