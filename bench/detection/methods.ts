import type { ModelOptions } from "#core/ports/detector-engine.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { CountModel } from "#engine/count-model.ts";
import { type EntityForest, openForest } from "#engine/forest/index.ts";
import { DEFAULT_PARAMETERS } from "#engine/parameters.ts";
import { openSeries, type SeriesOptions } from "#engine/series/detector.ts";

/** A series on its grid: one value every `interval` milliseconds, or about that. */
export interface Sampled {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly interval: number;
}

/** Scores each point by what came before it. */
export interface Method {
  readonly name: string;
  readonly score: (series: Sampled) => Float64Array;
}

const DAY = 86_400_000;

const fused =
  (options: Omit<SeriesOptions, "interval"> = {}): Method["score"] =>
  ({ times, values, interval }) => {
    const detector = openSeries({ ...options, interval });
    return Float64Array.from(times, (time, i) => detector.observe(time, values[i] as number).score);
  };

export const FUSED: Method = { name: "**fused, as `trailwatch detect`**", score: fused() };
export const MEASURED: Method = { name: "measurement model alone", score: fused({ counts: false }) };
const WITH_FOREST: Method = { name: "fused, with a forest on residuals", score: fused({ forest: true }) };

interface Counting {
  observe(bucket: number, value: number | null): { readonly score: number } | null;
}

/** Buckets in order without holes; what is missing is unknown. */
const counting =
  (open: (options: ModelOptions) => Counting): Method["score"] =>
  ({ times, values, interval }) => {
    const model = open({ bucket: interval, direction: "both", floor: 0 });
    let next: number | null = null;
    return Float64Array.from(times, (time, i) => {
      const bucket = Math.floor(time / interval);
      if (next !== null && bucket < next) return 0;
      for (let index = next ?? bucket; index < bucket; index++) model.observe(index * interval, null);
      next = bucket + 1;
      return model.observe(bucket * interval, values[i] as number)?.score ?? 0;
    });
  };

const engine = createCountEngine();
export const CALIBRATED: Method = {
  name: "**calibrated count model, as `trailwatch analyze`**",
  score: counting((options) => engine.open(options)),
};

/** -log10 p of the best window, as it is. */
const COUNT_MODEL: Method = {
  name: "count model alone, not held against its past",
  score: counting((options) => new CountModel(DEFAULT_PARAMETERS, options)),
};

/** By a series' values: its score and its grade come of one pass. */
const forestJudged = new WeakMap<Float64Array, ReturnType<EntityForest["observeSeries"]>>();

/** In OpenSearch's real-time configuration, on the counts as they are. */
const forest =
  (of: "grade" | "score"): Method["score"] =>
  ({ times, values }) => {
    const judged = forestJudged.get(values) ?? openForest({ mode: "realtime" }).observeSeries(times, values);
    forestJudged.set(values, judged);
    return Float64Array.from(judged, (judgement) => judgement?.[of] ?? 0);
  };

/** The highest of the first two weeks is what a careful person would take for a fixed threshold. */
const STATIC: Method = {
  name: "static threshold, of the highest in two weeks",
  score: ({ times, values }) => {
    const end = (times[0] as number) + 14 * DAY;
    let highest = 1;
    return values.map((value, i) => {
      if ((times[i] as number) < end) highest = Math.max(highest, value);
      return value / highest;
    });
  },
};

/** Against the hour around the same time a week before, in standard deviations of a Poisson variable. */
const LAST_WEEK: Method = {
  name: "same hour last week",
  score: ({ values, interval }) => {
    const week = Math.round((7 * DAY) / interval);
    const half = Math.round(DAY / 48 / interval);
    return values.map((value, i) => {
      if (i < week + half) return 0;
      let sum = 0;
      for (let j = i - week - half; j <= i - week + half; j++) sum += values[j] as number;
      const mean = sum / (2 * half + 1);
      return Math.abs(value - mean) / Math.sqrt(mean + 1);
    });
  },
};

/** Against the last week, in standard deviations of it. */
export const Z_SCORE: Method = {
  name: "z-score over the last week",
  score: ({ values, interval }) => {
    const week = Math.round((7 * DAY) / interval);
    let sum = 0;
    let squares = 0;
    return values.map((value, i) => {
      const n = Math.min(i, week);
      const mean = sum / Math.max(1, n);
      const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, n) - mean * mean));
      const past = i >= week ? (values[i - week] as number) : 0;
      sum += value - past;
      squares += value * value - past * past;
      return n < 30 ? 0 : Math.abs(value - mean) / (deviation + 1e-3 * Math.abs(mean) + 1e-9);
    });
  },
};

export const QUICK: readonly Method[] = [FUSED, CALIBRATED, COUNT_MODEL, MEASURED, STATIC, LAST_WEEK, Z_SCORE];
export const FOREST_SCORE: Method = { name: "OpenSearch's forest, raw score", score: forest("score") };
/** Some 20 times slower. */
export const FORESTS: readonly Method[] = [
  WITH_FOREST,
  FOREST_SCORE,
  { name: "OpenSearch's forest, grade", score: forest("grade") },
];
