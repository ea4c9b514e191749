import { Deviation } from "./deviation.ts";

const { floor, fround, max, min, sqrt } = Math;

/** OpenSearch's secondary discount (its "anomaly rate", 1 - 0.995). */
const SECONDARY_DISCOUNT = 1 - 0.995;
const Z_FACTOR = 3;
const LEAST_Z_FACTOR = 2;
const SCORE_DIFFERENCING = 0.5;
/** Scores before deviations are used; twice as many before they are used alone. */
const LEAST_SCORES = 10;
/** Above this mean score factors are not reduced. */
const USUAL_MEAN = 0.9;
const ABSOLUTE_THRESHOLD = 0.8;
const INITIAL_THRESHOLD = 1.5;
const HIGHEST_SCORE = 2;

export interface ThresholdState {
  count: number;
  readonly primary: Deviation;
  readonly secondary: Deviation;
  readonly low: Deviation;
}

/**
 * From scores to a threshold and a grade: mean and deviations of the scores, of how corrected scores differ from the
 * last one, and of how far scores are below the mean.
 */
export class Thresholder {
  readonly state: ThresholdState;
  readonly #differenced: boolean;
  /** Of the last call of `grade`. */
  threshold = 0;

  constructor(timeDecay: number, shingle: number) {
    this.#differenced = shingle > 1;
    this.state = {
      count: 0,
      primary: new Deviation(timeDecay),
      secondary: new Deviation(SECONDARY_DISCOUNT),
      low: new Deviation(timeDecay / 2),
    };
  }

  /** The grade of a score, 0 to 1 in steps of 1/16; sets `threshold`. */
  grade(score: number): number {
    const { count, primary } = this.state;
    const ready = count >= LEAST_SCORES;
    const trust =
      count < LEAST_SCORES ? 0 : count > 2 * LEAST_SCORES ? 1 : ((count - LEAST_SCORES) * 1.0) / LEAST_SCORES;
    const mean = primary.mean;
    const factor = max(mean < USUAL_MEAN ? (mean * Z_FACTOR) / USUAL_MEAN : Z_FACTOR, LEAST_Z_FACTOR);
    const scaled = (factor - 1) * this.#longTermDeviation() + primary.deviation;
    const absolute = trust >= 1 && mean < USUAL_MEAN ? (mean * ABSOLUTE_THRESHOLD) / USUAL_MEAN : ABSOLUTE_THRESHOLD;
    const threshold = ready
      ? max(absolute, trust * (mean + scaled) + (1 - trust) * INITIAL_THRESHOLD)
      : max(INITIAL_THRESHOLD, absolute);
    this.threshold = threshold;
    if (score < threshold || threshold <= 0) return 0;
    const surprise = ready
      ? surpriseOf(score, threshold, factor, scaled / factor)
      : fround(min(1, max(0, (score - ABSOLUTE_THRESHOLD) / ABSOLUTE_THRESHOLD)));
    const grade = min(floor(surprise * 20) / 16, 1);
    if (grade === 0) this.threshold = score;
    return grade;
  }

  /** Learns a score after it was judged; `corrected` is what it would be without earlier anomalies in the shingle. */
  update(score: number, corrected: number, lastScore: number): void {
    const { state } = this;
    const bounded = min(score, HIGHEST_SCORE);
    const gap = state.primary.mean - bounded;
    if (gap > 0) state.low.update(gap);
    state.primary.update(bounded);
    state.secondary.update(corrected - lastScore);
    state.count++;
  }

  /** Large scores must not raise the threshold: the deviation is bounded by that of the scores below the mean. */
  #longTermDeviation(): number {
    const primary = this.state.primary.deviation;
    const low = sqrt(2) * this.state.low.deviation;
    if (!this.#differenced) return min(low, primary);
    const secondary = this.state.secondary.deviation;
    return SCORE_DIFFERENCING * min(primary, max(secondary, low)) + (1 - SCORE_DIFFERENCING) * secondary;
  }
}

function surpriseOf(score: number, base: number, factor: number, deviation: number): number {
  const multiple = deviation > 0 ? min(factor, (score - base) / deviation) : 2 * factor;
  return max(0, fround(multiple / factor));
}
