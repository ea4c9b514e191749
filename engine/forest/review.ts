import type { ForestSettings, IgnoredDeviations } from "./options.ts";

const { abs, exp, fround, max, min } = Math;

/** Why a score above the threshold is no anomaly; `NONE` where nothing was corrected. OpenSearch's names. */
export const CORRECTION_MODES = [
  "NONE",
  "NOISE",
  "ANOMALY_IN_SHINGLE",
  "CONDITIONAL_FORECAST",
  "FORECAST",
  "DATA_DRIFT",
  "ALERT_ONCE",
] as const;
export type CorrectionMode = (typeof CORRECTION_MODES)[number];

/** A share of the last anomaly's score by which an overlapping shingle must differ, and, rescaled, of the threshold. */
const DIFFERENTIAL_FACTOR = 0.3;
const DIFFERENTIAL_THRESHOLD = 1.2;
/** Deviations below this, in the series' unit, are rounding. */
const PRECISION = 1e-3;
/** Share of the trees whose neighbours must support a value. */
const SUPPORT = 0.1;
/** Neighbours are near up to this multiple of their mean distance. */
const NEAR = 1.1;

/** The point of a leaf that the point in question falls to. */
export interface Neighbour {
  /** Where it begins in the values of `PointJudge.points`. */
  readonly at: number;
  readonly distance: number;
  /** Trees that found an equal one. */
  count: number;
}

/** What the forest can say of a point. */
export interface PointJudge {
  readonly points: { readonly values: Float32Array };
  /** What of the score comes from each value being too high (the first half), and too low (the second). */
  attribution(point: Float32Array): Float64Array;
  /** The point with the value at `missing` replaced by the median of what the trees expect there. */
  impute(point: Float32Array, missing: number): Float32Array;
  /** Equal ones merged, the nearest first. */
  neighbours(point: Float32Array): readonly Neighbour[];
}

/** A point as it comes from the normalisation. */
export interface Candidate {
  readonly point: Float32Array;
  readonly score: number;
  /** Values since the series began, imputed ones included. */
  readonly internalTime: number;
  readonly scale: number;
  readonly shift: number;
  /** Smoothed standard deviation of the differences, in the series' unit. */
  readonly differenceDeviation: number;
}

/** The last anomaly: while it is in the shingle, what follows is judged as if it had not been. */
export interface PastPoint {
  readonly score: number;
  readonly internalTime: number;
  readonly expected: Float32Array | null;
  /** How far the normalisation's shift moved when the anomaly was learnt. */
  readonly shiftMoved: number;
}

export interface Review {
  readonly mode: CorrectionMode;
  /** Values since the last anomaly. */
  readonly gap: number;
  /** The score without the last anomaly, or the score itself where that explains it. */
  readonly score: number;
  readonly index: number;
  readonly attribution: Float64Array;
  readonly expected: Float32Array | null;
}

const NOTHING = new Float64Array(0);

/**
 * The tests of a point whose score exceeds the threshold, in order; the first that explains it ends them: the point is
 * all but zero; it differs too little from the last anomaly in its shingle; its neighbours in the trees have such values
 * too; the value is as forecast.
 */
export function review(
  candidate: Candidate,
  threshold: number,
  past: PastPoint,
  settings: ForestSettings,
  forest: PointJudge,
): Review {
  const { point, score, scale } = candidate;
  const dims = point.length;
  const gap = candidate.internalTime - past.internalTime;
  const corrected = withoutPast(candidate, past, gap, settings.transformDecay);
  const explained = (mode: CorrectionMode, expected: Float32Array | null = null): Review => ({
    mode,
    gap,
    score,
    index: 0,
    attribution: NOTHING,
    expected,
  });
  if (isNoise(corrected, candidate)) return explained("NOISE");

  const earliest = dims - min(gap, dims);
  const attribution = forest.attribution(corrected);
  const position = dims === 1 ? 0 : greatest(attribution, earliest);
  const differs = (ideal: Float64Array): boolean =>
    gap >= dims || differsEnough(attribution, ideal, gap, past.score, threshold);
  let correctedScore = score;
  let expected: Float32Array | null = null;
  let ideal: Float64Array | null = null;
  if (corrected.some((value, i) => value !== point[i])) {
    correctedScore = sum(attribution);
    if (correctedScore > threshold) {
      expected = expectedPoint(forest, corrected, position);
      ideal = expected && forest.attribution(expected);
      if (ideal && !differs(ideal)) return explained("ANOMALY_IN_SHINGLE");
      if (ideal) correctedScore = sum(ideal);
    }
  }

  const box = uncertainty(candidate, position, settings.ignore);
  const actual = scale * (point[position] as number);
  const fits = (value: number): boolean => !(actual < scale * value - box.below || actual > scale * value + box.above);
  if (supported(forest, corrected, position, fits, settings.trees)) return explained("CONDITIONAL_FORECAST");

  expected ??= expectedPoint(forest, corrected, position);
  if (expected) {
    if (gap < dims) {
      ideal ??= forest.attribution(expected);
      if (!differs(ideal)) return explained("ANOMALY_IN_SHINGLE", expected);
      correctedScore = sum(ideal);
    } else correctedScore = score;
    if (fits(expected[position] as number)) return explained("FORECAST", expected);
  }
  return { mode: "NONE", gap, score: correctedScore, index: position - (dims - 1), attribution, expected };
}

/** The point with what the last anomaly left in it replaced by what was expected, and its effect on the shift undone. */
function withoutPast({ point, scale }: Candidate, past: PastPoint, gap: number, decay: number): Float32Array {
  const dims = point.length;
  const corrected = point.slice();
  if (past.expected && gap < dims) corrected.set(past.expected.subarray(gap));
  if (gap >= 2 * dims || past.shiftMoved === 0) return corrected;
  const correction = (past.shiftMoved * exp(-gap * decay)) / scale;
  for (let i = dims - min(gap, dims); i < dims; i++) corrected[i] = (corrected[i] as number) + correction;
  return corrected;
}

function isNoise(point: Float32Array, { scale, shift }: Candidate): boolean {
  return point.every((value) => abs(value) * scale <= PRECISION * (1 + abs(shift)));
}

/** The position, from `earliest` on, that contributes most. */
function greatest(attribution: Float64Array, earliest: number): number {
  const dims = attribution.length / 2;
  const part = (i: number): number => (attribution[i] as number) + (attribution[dims + i] as number);
  let position = earliest;
  for (let i = earliest + 1; i < dims; i++) if (part(i) > part(position)) position = i;
  return position;
}

function sum(attribution: Float64Array): number {
  const dims = attribution.length / 2;
  let total = 0;
  for (let i = 0; i < dims; i++) total += (attribution[i] as number) + (attribution[dims + i] as number);
  return total;
}

/** Whether the values since the last anomaly contribute to the score otherwise than expected ones would. */
function differsEnough(
  attribution: Float64Array,
  ideal: Float64Array,
  gap: number,
  pastScore: number,
  threshold: number,
): boolean {
  const dims = attribution.length / 2;
  let remainder = 0;
  for (let i = dims - gap; i < dims; i++) {
    remainder +=
      abs((attribution[dims + i] as number) - (ideal[dims + i] as number)) +
      abs((attribution[i] as number) - (ideal[i] as number));
  }
  return remainder > DIFFERENTIAL_FACTOR * pastScore && (remainder * dims) / gap > DIFFERENTIAL_THRESHOLD * threshold;
}

/** `null` where one value is more than half of the point: then nothing is left to expect it from. */
function expectedPoint(forest: PointJudge, point: Float32Array, position: number): Float32Array | null {
  return point.length < 2 ? null : forest.impute(point, position);
}

/** How far from the actual value another one may be without being different, in the series' unit. */
function uncertainty(
  { point, scale, shift, differenceDeviation }: Candidate,
  position: number,
  ignore: Required<IgnoredDeviations>,
): { readonly below: number; readonly above: number } {
  let variation = 0;
  for (let i = position; i + 1 < point.length; i++) {
    variation += abs(fround((point[i] as number) - (point[i + 1] as number)));
  }
  const steps = point.length - 1 - position;
  const pathGap = steps === 0 ? 0 : variation / steps;
  const shiftAmount = shift === 0 ? 0 : PRECISION * (scale + abs(shift));
  const least = max(scale * pathGap, differenceDeviation) + shiftAmount + PRECISION;
  const actual = abs(scale * (point[position] as number) + shift);
  return {
    below: max(max(ignore.below, ignore.belowRatio * actual), least),
    above: max(max(ignore.above, ignore.aboveRatio * actual), least),
  };
}

/** Whether enough trees' neighbours that are near have a value that fits. */
function supported(
  forest: PointJudge,
  point: Float32Array,
  position: number,
  fits: (value: number) => boolean,
  trees: number,
): boolean {
  const neighbours = forest.neighbours(point);
  const near = NEAR * mean(neighbours.map(({ distance }) => distance));
  let support = 0;
  for (const { distance, at, count } of neighbours) {
    if (distance < near && fits(forest.points.values[at + position] as number)) support += count;
  }
  return support >= SUPPORT * trees;
}

/** With Kahan's compensation, as java.util.stream computes averages. */
function mean(values: readonly number[]): number {
  let total = 0;
  let compensation = 0;
  for (const value of values) {
    const term = value - compensation;
    const next = total + term;
    compensation = next - total - term;
    total = next;
  }
  return (total - compensation) / values.length;
}
