import { TrailwatchError } from "#core/domain/errors.ts";

/** What replaces a value that is missing, in a gap of the timestamps too. */
export type Imputation = "previous" | "zero" | { readonly fixed: number };

/** Deviations of the actual from the expected value up to these are not anomalies; a ratio is one of the actual value. */
export interface IgnoredDeviations {
  readonly above?: number;
  readonly below?: number;
  readonly aboveRatio?: number;
  readonly belowRatio?: number;
}

export interface ForestOptions {
  /**
   * As OpenSearch's historical analysis (the default) or its real-time detectors: they differ in how fast the
   * normalisation forgets, 1 / samples or 1 / (10 * samples).
   */
  readonly mode?: "historical" | "realtime";
  /** An integer. OpenSearch draws one; here the same seed gives the same answers. Default 0. */
  readonly seed?: number;
  /** Default 50. */
  readonly trees?: number;
  /** Points kept in each tree; default 256. */
  readonly samples?: number;
  /** Consecutive values that make a point; default 8. */
  readonly shingle?: number;
  /** Rate at which sampled points lose weight, per update; default 1 / (10 * samples). */
  readonly timeDecay?: number;
  /** Rate at which the normalisation forgets, per value; default by `mode`. */
  readonly transformDecay?: number;
  /** Values before the first score; default 32, or `shingle` if that is more. */
  readonly outputAfter?: number;
  /** Default: OpenSearch's rule for detectors without rules, 20 % of the actual value both ways. */
  readonly ignore?: IgnoredDeviations;
  /**
   * What stands for missing values. Without it, as in OpenSearch, an unknown value is passed over, and a gap that the
   * timestamps show is filled with the previous value.
   */
  readonly imputation?: Imputation;
}

/** Options with their defaults. */
export interface ForestSettings {
  readonly seed: number;
  readonly trees: number;
  readonly samples: number;
  readonly shingle: number;
  readonly timeDecay: number;
  readonly transformDecay: number;
  /** Values before normalisation starts. */
  readonly startNormalization: number;
  /** Updates of the forest before the first score. */
  readonly outputAfter: number;
  readonly initialAcceptFraction: number;
  readonly ignore: Required<IgnoredDeviations>;
  readonly imputation: Imputation | null;
}

export const MOST_SHINGLE = 128;
export const MOST_SAMPLES = 0x8000;
const MOST_TREES = 1000;
/** OpenSearch's smallest number of samples before results, and the points that a tree takes unconditionally. */
const LEAST_SAMPLES = 32;
const START_NORMALIZATION = 10;

/** Throws TrailwatchError `CONFIGURATION_INVALID`. */
export function settingsOf(options: ForestOptions): ForestSettings {
  const samples = whole("samples", options.samples ?? 256, 1, MOST_SAMPLES);
  const shingle = whole("shingle", options.shingle ?? 8, 1, MOST_SHINGLE);
  const realtime = options.mode === "realtime";
  const timeDecay = within("timeDecay", options.timeDecay ?? 1 / (10 * samples), 0, 1);
  const outputAfter = whole("outputAfter", options.outputAfter ?? Math.max(shingle, LEAST_SAMPLES), 1, 1e6);
  const startNormalization = Math.min(START_NORMALIZATION, outputAfter);
  const ignore = options.ignore ?? { aboveRatio: 0.2, belowRatio: 0.2 };
  const imputation = options.imputation ?? null;
  if (imputation !== null && typeof imputation === "object") within("imputation.fixed", imputation.fixed, -1e30, 1e30);
  return {
    seed: whole("seed", options.seed ?? 0, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    trees: whole("trees", options.trees ?? 50, 1, MOST_TREES),
    samples,
    shingle,
    timeDecay,
    transformDecay: within("transformDecay", options.transformDecay ?? (realtime ? timeDecay : 1 / samples), 0, 1),
    startNormalization,
    // A point of the forest needs a whole shingle, so that its updates count from the first whole one.
    outputAfter: shingle > 1 ? Math.max(1, Math.max(startNormalization, outputAfter) - shingle + 1) : outputAfter,
    initialAcceptFraction: LEAST_SAMPLES / samples,
    ignore: {
      above: within("ignore.above", ignore.above ?? 0, 0, Number.MAX_VALUE),
      below: within("ignore.below", ignore.below ?? 0, 0, Number.MAX_VALUE),
      aboveRatio: within("ignore.aboveRatio", ignore.aboveRatio ?? 0, 0, Number.MAX_VALUE),
      belowRatio: within("ignore.belowRatio", ignore.belowRatio ?? 0, 0, Number.MAX_VALUE),
    },
    imputation,
  };
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value)) return within(name, value, least, most);
  throw invalid(name, value, "an integer");
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw invalid(name, value, `from ${least} to ${most}`);
}

const invalid = (name: string, value: number, wanted: string): TrailwatchError =>
  new TrailwatchError(
    "CONFIGURATION_INVALID",
    `the forest's ${name} is ${value}, but must be ${wanted}`,
    "Correct the option.",
  );
