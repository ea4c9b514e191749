import type { Verdict } from "./corrector.ts";
import type { ForestSettings } from "./options.ts";
import type { Arrival, Preprocessor } from "./preprocessor.ts";
import type { CorrectionMode } from "./review.ts";

const { exp, fround, max, min } = Math;

/** What the forest says of one value. */
export interface ForestJudgement {
  /** Expected inverse depth: about 0.5 to 1 for usual points, above for unusual ones; 0 until enough was seen. */
  readonly score: number;
  /** Scores above it are unusual; which of them are anomalies is decided by further tests. */
  readonly threshold: number;
  /** 0 for no anomaly, else up to 1. */
  readonly grade: number;
  /** How much has been seen, and how much of it was real: 0 to 1, and above it after gaps, as the reference has it. */
  readonly confidence: number;
  /** Which test took back an anomaly. */
  readonly mode: CorrectionMode;
  /** Of an anomaly: 0 where it is this value, -1 for the one before it, and so on. */
  readonly relativeIndex: number;
  /** Of an anomaly: what was expected instead, at the relative index. */
  readonly expected: number | null;
  /** Of an anomaly: what each value of the shingle, oldest first, adds to the score by being too high or too low. */
  readonly attribution: { readonly high: readonly number[]; readonly low: readonly number[] } | null;
}

/** What is known of a value before it is learnt. */
export interface Moment {
  readonly arrival: Arrival;
  readonly confidence: number;
  /** Values since the series began, imputed ones included, up to the one before this. */
  readonly internalTime: number;
  readonly scale: number;
  readonly shift: number;
  readonly differenceDeviation: number;
}

export function momentOf(arrival: Arrival, preprocessor: Preprocessor, settings: ForestSettings): Moment {
  const { scale, shift, differenceDeviation, state } = preprocessor;
  const confidence = confidenceOf(preprocessor, settings);
  return { arrival, confidence, internalTime: state.internalTime + arrival.imputed, scale, shift, differenceDeviation };
}

/** The exponentially discounted share of the values that came after those that could not be judged yet. */
export function confidenceOf({ quality, state }: Preprocessor, { timeDecay, outputAfter }: ForestSettings): number {
  const exponent = state.seen * timeDecay;
  if (exponent === 0) return 0;
  if (exponent >= 20) return min(1, quality);
  const total = exp(exponent);
  return max(0, (quality * (total - exp(timeDecay * min(state.seen, outputAfter)))) / (total - 1));
}

export const unjudged = (confidence: number): ForestJudgement => ({
  score: 0,
  threshold: 0,
  grade: 0,
  confidence,
  mode: "NONE",
  relativeIndex: 0,
  expected: null,
  attribution: null,
});

/** `inputAt` answers the value that was given so many values ago, in the series' unit. */
export function judgementOf(
  { arrival, confidence, scale, shift }: Moment,
  point: Float32Array,
  score: number,
  verdict: Verdict,
  inputAt: (relativeIndex: number) => number,
): ForestJudgement {
  const { threshold, grade, mode, relativeIndex, attribution } = verdict;
  const position = point.length - 1 + relativeIndex;
  let expected: number | null = null;
  if (verdict.expected) {
    const scaled = verdict.expected[position] as number;
    if (scaled !== point[position]) expected = fround(scaled * scale + shift);
    else expected = relativeIndex === 0 ? arrival.value : inputAt(relativeIndex);
  }
  return {
    score,
    threshold,
    grade,
    confidence,
    mode,
    relativeIndex,
    expected,
    attribution: attribution && {
      high: [...attribution.subarray(0, point.length)],
      low: [...attribution.subarray(point.length)],
    },
  };
}
