import { TrailwatchError } from "#core/domain/errors.ts";
import { BitReader, BitWriter } from "./bits.ts";
import type { CorrectorState, LastPoint } from "./corrector.ts";
import { ForestDetector } from "./detector.ts";
import type { Deviation } from "./deviation.ts";
import { readForest, writeForest } from "./forest-state.ts";
import type { ForestSettings } from "./options.ts";
import type { PreprocessorState } from "./preprocessor.ts";
import type { PastPoint } from "./review.ts";
import type { ThresholdState } from "./thresholder.ts";

const VERSION = 1;
/** "TF", and a byte for the version. */
const MAGIC = 0x5446;

/** All that a detector remembers. What follows from the rest (boxes, leaves) is left out. */
export function saveDetector(detector: ForestDetector): Uint8Array {
  const out = new BitWriter();
  out.bits(MAGIC, 16);
  out.bits(VERSION, 8);
  for (const value of shapeOf(detector.settings)) out.float64(value);
  out.float64(detector.lastTime);
  writePreprocessor(out, detector.preprocessor.state);
  writeThresholds(out, detector.corrector.thresholder.state);
  writeCorrector(out, detector.corrector.state);
  writeForest(out, detector.forest);
  return out.finish();
}

/**
 * Throws TrailwatchError `STORE_VERSION` for bytes that are no state of this version, or one of a forest of another
 * shape: these decide what the state means. Other options may differ from those that it was saved with.
 */
export function restoreDetector(settings: ForestSettings, bytes: Uint8Array): ForestDetector {
  let found: string;
  try {
    const input = new BitReader(bytes);
    const magic = input.bits(16);
    const version = input.bits(8);
    if (magic === MAGIC && version === VERSION) {
      const shape = shapeOf(settings).map(() => input.float64());
      if (String(shape) === String(shapeOf(settings))) return readDetector(settings, input);
      found = `of a forest of ${described(shape)}`;
    } else found = magic === MAGIC ? `of version ${version}` : "of something else";
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    found = error.message;
  }
  throw new TrailwatchError(
    "STORE_VERSION",
    `a forest's state of ${bytes.length} bytes does not fit (version ${VERSION}, ${described(shapeOf(settings))}): it is ${found}`,
    "Run the analysis again from the events: states are rebuilt from them.",
  );
}

const shapeOf = (settings: ForestSettings): readonly number[] => [
  settings.trees,
  settings.samples,
  settings.shingle,
  settings.timeDecay,
  settings.transformDecay,
];

const described = (shape: readonly number[]): string =>
  `${shape[0]} trees, ${shape[1]} samples, shingle ${shape[2]}, decays ${shape[3]} and ${shape[4]}`;

function readDetector(settings: ForestSettings, input: BitReader): ForestDetector {
  const detector = new ForestDetector(settings);
  detector.lastTime = input.float64();
  readPreprocessor(input, detector.preprocessor.state);
  readThresholds(input, detector.corrector.thresholder.state);
  readCorrector(input, detector.corrector.state, settings.shingle);
  readForest(input, detector.forest);
  return detector;
}

function writePreprocessor(out: BitWriter, state: PreprocessorState): void {
  for (const value of [state.seen, state.internalTime, state.imputed]) out.float64(value);
  for (const value of state.times) out.float64(value);
  for (const value of state.inputs) out.float64(value);
  for (const deviation of deviationsOf(state)) writeDeviation(out, deviation);
  out.bits(state.pending.length, 32);
  for (const { time, value } of state.pending) {
    out.float64(time);
    out.float64(value ?? Number.NaN);
  }
}

function readPreprocessor(input: BitReader, state: PreprocessorState): void {
  state.seen = input.float64();
  state.internalTime = input.float64();
  state.imputed = input.float64();
  for (let i = 0; i < state.times.length; i++) state.times[i] = input.float64();
  for (let i = 0; i < state.inputs.length; i++) state.inputs[i] = input.float64();
  for (const deviation of deviationsOf(state)) readDeviation(input, deviation);
  for (let left = input.bits(32); left > 0; left--) {
    const time = input.float64();
    const value = input.float64();
    state.pending.push({ time, value: Number.isNaN(value) ? null : value });
  }
}

const deviationsOf = (state: PreprocessorState): readonly Deviation[] => [
  state.values,
  state.differences,
  state.valueSpread,
  state.differenceSpread,
  state.gaps,
  state.quality,
];

function writeThresholds(out: BitWriter, { count, primary, secondary, low }: ThresholdState): void {
  out.float64(count);
  for (const deviation of [primary, secondary, low]) writeDeviation(out, deviation);
}

function readThresholds(input: BitReader, state: ThresholdState): void {
  state.count = input.float64();
  for (const deviation of [state.primary, state.secondary, state.low]) readDeviation(input, deviation);
}

function writeCorrector(out: BitWriter, { lastScore, run, last, anomaly, actual, expected }: CorrectorState): void {
  out.float64(lastScore);
  out.float64(run);
  for (const deviation of [actual, expected]) writeDeviation(out, deviation);
  out.bits(last ? 1 : 0, 1);
  if (last) writeNumbers(out, [last.score, last.threshold, last.internalTime], last.expected);
  out.bits(anomaly ? 1 : 0, 1);
  if (anomaly) writeNumbers(out, [anomaly.score, anomaly.internalTime, anomaly.shiftMoved], anomaly.expected);
}

function readCorrector(input: BitReader, state: CorrectorState, shingle: number): void {
  state.lastScore = input.float64();
  state.run = input.float64();
  for (const deviation of [state.actual, state.expected]) readDeviation(input, deviation);
  state.last = input.bits(1) === 1 ? readLast(input, shingle) : null;
  state.anomaly = input.bits(1) === 1 ? readAnomaly(input, shingle) : null;
}

function readLast(input: BitReader, shingle: number): LastPoint {
  const score = input.float64();
  const threshold = input.float64();
  const internalTime = input.float64();
  return { score, threshold, internalTime, expected: readPoint(input, shingle) };
}

function readAnomaly(input: BitReader, shingle: number): PastPoint {
  const score = input.float64();
  const internalTime = input.float64();
  const shiftMoved = input.float64();
  return { score, internalTime, shiftMoved, expected: readPoint(input, shingle) };
}

function writeNumbers(out: BitWriter, numbers: readonly number[], point: Float32Array | null): void {
  for (const value of numbers) out.float64(value);
  out.bits(point ? 1 : 0, 1);
  for (const value of point ?? []) out.float32(value);
}

const readPoint = (input: BitReader, shingle: number): Float32Array | null =>
  input.bits(1) === 1 ? Float32Array.from({ length: shingle }, () => input.float32()) : null;

function writeDeviation(out: BitWriter, { weight, sum, sumSquared }: Deviation): void {
  for (const value of [weight, sum, sumSquared]) out.float64(value);
}

function readDeviation(input: BitReader, deviation: Deviation): void {
  deviation.weight = input.float64();
  deviation.sum = input.float64();
  deviation.sumSquared = input.float64();
}
