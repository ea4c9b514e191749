import type { CountModelParameters } from "./parameters.ts";

/** Bins of the expected level, a factor of two each, from 2^-8 upwards. */
const BINS = 24;
const LOWEST = -8;

/** Discounted sums over the windows of one length that fell into a bin: how many, and of mean, mean², residual². */
const FIELDS = 4;

/**
 * How much counts scatter beyond chance, by window length and by expected level: variance = mean + dispersion * mean².
 * Binned by level because bursts at night and noise at noon are different processes of the same entity.
 */
export class Dispersion {
  readonly #parameters: CountModelParameters;
  readonly #sums: Float64Array[];

  constructor(parameters: CountModelParameters, windows: number, saved?: readonly (readonly number[])[]) {
    this.#parameters = parameters;
    this.#sums = Array.from({ length: windows }, (_, window) => {
      const sums = new Float64Array(BINS * FIELDS);
      const packed = saved?.[window] ?? [];
      for (let i = 0; i < packed.length; i += FIELDS + 1) {
        for (let field = 0; field < FIELDS; field++) {
          sums[(packed[i] as number) * FIELDS + field] = packed[i + 1 + field] as number;
        }
      }
      return sums;
    });
  }

  /** `weight` is what the window counts for, where windows overlap. */
  learn(window: number, mean: number, actual: number, weight: number): void {
    const { residualSigmas, residualMargin } = this.#parameters;
    const sigma = Math.sqrt(mean + this.of(window, mean) * mean * mean);
    const residual = Math.min(actual, mean + residualSigmas * sigma + residualMargin) - mean;
    this.#add(window, mean, weight, residual * residual);
  }

  /** So many windows in which nothing happened though `mean` was expected. */
  learnZeros(window: number, mean: number, windows: number): void {
    this.#add(window, mean, windows, mean * mean);
  }

  #add(window: number, mean: number, weight: number, residualSquare: number): void {
    const sums = this.#sums[window] as Float64Array;
    const at = binOf(mean) * FIELDS;
    sums[at] = (sums[at] as number) + weight;
    sums[at + 1] = (sums[at + 1] as number) + weight * mean;
    sums[at + 2] = (sums[at + 2] as number) + weight * mean * mean;
    sums[at + 3] = (sums[at + 3] as number) + weight * residualSquare;
  }

  forget(days: number): void {
    const retention = this.#parameters.dispersionRetention ** days;
    for (const sums of this.#sums) for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) * retention;
  }

  /** The dispersion of windows of this length where `mean` is expected: the bin's own, shrunk to its neighbours' and the prior. */
  of(window: number, mean: number): number {
    const { dispersionPrior, dispersionPriorWeight, leastDispersion } = this.#parameters;
    const sums = this.#sums[window] as Float64Array;
    const bin = binOf(mean);
    let squares = 0;
    let excess = 0;
    let evidence = 0;
    for (let near = Math.max(0, bin - 2); near <= Math.min(BINS - 1, bin + 2); near++) {
      const at = near * FIELDS;
      const count = sums[at] as number;
      if (count === 0) continue;
      const closeness = near === bin ? 1 : near === bin - 1 || near === bin + 1 ? 0.3 : 0.1;
      const total = sums[at + 1] as number;
      // A thousand windows in which half an event was due in all say as little as half an event does.
      const weight = (closeness * Math.min(count, total)) / count;
      const square = (sums[at + 2] as number) / count;
      const own = ((sums[at + 3] as number) - total) / count / square;
      squares += weight * count;
      excess += weight * count * own;
      evidence += weight * count;
    }
    if (squares === 0) return dispersionPrior;
    const own = excess / squares;
    const shrunk = (evidence * own + dispersionPriorWeight * dispersionPrior) / (evidence + dispersionPriorWeight);
    return Math.max(leastDispersion, shrunk);
  }

  /** Used bins only: bin, then its sums. */
  save(): number[][] {
    return this.#sums.map((sums) => {
      const packed: number[] = [];
      for (let bin = 0; bin < BINS; bin++) {
        if (sums[bin * FIELDS] === 0) continue;
        packed.push(bin, ...sums.subarray(bin * FIELDS, (bin + 1) * FIELDS));
      }
      return packed;
    });
  }
}

const binOf = (mean: number): number => {
  if (mean <= 2 ** LOWEST) return 0;
  return Math.min(BINS - 1, Math.floor(Math.log2(mean)) - LOWEST);
};
