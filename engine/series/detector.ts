import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { ModelOptions } from "#core/ports/detector-engine.ts";
import { confidenceOf } from "../confidence.ts";
import { CountModel } from "../count-model.ts";
import { type EntityForest, openForest } from "../forest/index.ts";
import { DEFAULT_PARAMETERS } from "../parameters.ts";
import { Afterglow } from "./afterglow.ts";
import { bandOfCounts, bandOfMeasurements } from "./band.ts";
import { ChangeModel } from "./change-model.ts";
import { Kind } from "./kind.ts";
import { MeasurementModel } from "./measurement-model.ts";
import { COUNT_PEAKS, type PeakBelief, Peaks } from "./peaks.ts";
import { readSeries, type SavedSeries, savedSeries } from "./saved-series.ts";
import { ANOMALY, gradeOf } from "./verdict.ts";

/** How far each opinion's peaks reach where its model is right; see docs/detection.md for how they were chosen. */
const MEASUREMENT_PEAKS: PeakBelief = { from: 1, excess: 0.5, worth: 5, rate: 2 / 7, blocks: 7, most: 8, alike: true };
const FOREST_PEAKS: PeakBelief = { from: 1.2, excess: 0.2, worth: 4, rate: 2 / 7, blocks: 7, most: 5, alike: false };

/** What the other opinions' rarities are worth beside the count model's; of counts the rarer of the measured ones at least. */
const MEASUREMENT_WORTH = 1.4;
const LEAST_WORTH = 1;
const FOREST_WORTH = 0.15;
/** Where counts have peaks so much further out than the count model allows, it is not asked any more. */
const HOPELESS = 4;

/** After a gap so long, or of so many points, nothing that was learnt of counts is of use. */
const LONGEST_GAP = 35 * DAY;
const MOST_MISSING = 50_000;
/** Beyond any measurement; sums of squares of it are far from overflowing. */
const LARGEST = 1e100;
const YOUNG = 288;
/** Of an interval: a sampler's clock may be off by so much. */
const OFF_GRID = 0.1;
/** Points in a row without which windows of several points are broken off. */
const BREAK = 12;

export interface SeriesOptions {
  /** Milliseconds from point to point. */
  readonly interval: EpochMs;
  /** Whether values are counts of events. Left out, they are as long as they look like it. */
  readonly counts?: boolean;
  /** Whether a random cut forest is asked too: costs 20 times as much. Default: no. */
  readonly forest?: boolean;
}

/** -log10 of how often this series departs so far a block of 288 points, by each opinion; `null` where it has none. */
export interface Opinions {
  readonly count: number | null;
  readonly measurement: number | null;
  /** Of what differs from the last points, as measured. */
  readonly change: number | null;
  readonly forest: number | null;
}

export interface SeriesJudgement {
  /** `null` where nothing can be expected: unknown values, late points, the first one. */
  readonly expected: number | null;
  /** The central 99 %. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** How seldom it is, comparable across series; see `scoreAtRate`. 0 also for what was said shortly before. */
  readonly score: number;
  /** 0..1: how many of the episodes with such a score are worth a look. */
  readonly grade: number;
  /** 0..1: how much history there is; a half after a week. */
  readonly confidence: number;
  readonly anomaly: boolean;
  readonly opinions: Opinions;
}

/** One series: its points are judged one by one, each before it is learnt. */
export interface SeriesDetector {
  /**
   * Judges a point, then learns it. `null` (as any number that is not finite) is a value that is unknown. A point that is
   * not after the last one is neither judged nor learnt.
   */
  observe(time: EpochMs, value: number | null): SeriesJudgement;
  /** All it remembers, exactly: 16 to 22 kB as JSON, 10 of a measurement, and 165 kB for the forest. */
  save(): SavedSeries;
}

/** Throws TrailwatchError `STORE_VERSION` for a state that cannot be used with these options. */
export function openSeries(options: SeriesOptions, saved?: SavedSeries): SeriesDetector {
  return new FusedDetector(options, saved);
}

const isBucket = (interval: EpochMs): boolean => interval >= MINUTE && HOUR % interval === 0;
const root = (count: number): number => Math.sqrt(Math.max(0, count) + 3 / 8);

class FusedDetector implements SeriesDetector {
  readonly #options: SeriesOptions;
  readonly #countOptions: ModelOptions;
  #count: CountModel | null;
  readonly #countPeaks: Peaks;
  readonly #measurement: MeasurementModel;
  readonly #measurementPeaks: Peaks;
  readonly #change: ChangeModel;
  readonly #changePeaks: Peaks;
  readonly #forest: EntityForest | null;
  readonly #forestPeaks: Peaks;
  readonly #kind: Kind;
  readonly #afterglow: Afterglow;
  /** Of the grid that points lie on: where it begins within an interval, and the last point's place. */
  #phase: number | null;
  #last: number | null;
  #time: EpochMs;
  #known: number;

  constructor(options: SeriesOptions, saved?: SavedSeries) {
    const state = saved && readSeries(saved, options);
    this.#options = options;
    this.#countOptions = { bucket: options.interval, direction: "both", floor: 0 };
    const counts = options.counts !== false && isBucket(options.interval) && (!state || state.count !== null);
    this.#count = counts ? new CountModel(DEFAULT_PARAMETERS, this.#countOptions, state?.count ?? undefined) : null;
    this.#countPeaks = new Peaks(COUNT_PEAKS, state?.countPeaks);
    this.#measurement = new MeasurementModel(state?.measurement);
    this.#measurementPeaks = new Peaks(MEASUREMENT_PEAKS, state?.measurementPeaks);
    this.#change = new ChangeModel(state?.change);
    this.#changePeaks = new Peaks(MEASUREMENT_PEAKS, state?.changePeaks);
    this.#forest = options.forest ? openForest({ mode: "realtime", ignore: {} }, saved?.forest ?? undefined) : null;
    this.#forestPeaks = new Peaks(FOREST_PEAKS, state?.forestPeaks);
    this.#kind = new Kind(state?.kind);
    this.#afterglow = new Afterglow(state?.said);
    this.#phase = state?.phase ?? null;
    this.#last = state?.last ?? null;
    this.#time = state?.time ?? Number.NEGATIVE_INFINITY;
    this.#known = state?.known ?? 0;
  }

  observe(time: EpochMs, value: number | null): SeriesJudgement {
    const { interval } = this.#options;
    this.#phase ??= time - Math.floor(time / interval) * interval;
    const place = (time - this.#phase) / interval;
    const index = Math.round(place);
    const confidence = confidenceOf((this.#known * interval) / DAY);
    if (!(time > this.#time) || !Number.isFinite(time)) return unjudged(confidence);
    this.#time = time;
    const isNew = this.#last === null || index > this.#last;
    if (this.#last !== null && isNew) this.#pass(this.#last + 1, index);
    if (isNew) this.#last = index;
    if (value === null || !Number.isFinite(value)) {
      if (isNew) this.#count?.observe(index * interval, null);
      return unjudged(confidence);
    }
    // Negative zero would come back from a saved state as zero: JSON does not tell them apart.
    const bounded = Math.min(LARGEST, Math.max(-LARGEST, value)) + 0;
    this.#kind.learn(bounded, Math.abs(place - index) > OFF_GRID);
    if (this.#options.counts === undefined && !this.#kind.counts) this.#count = null;
    return this.#judge(isNew ? index * interval : null, bounded, confidence);
  }

  save(): SavedSeries {
    const state = {
      count: this.#count?.save() ?? null,
      countPeaks: this.#countPeaks.save(),
      measurement: this.#measurement.save(),
      measurementPeaks: this.#measurementPeaks.save(),
      change: this.#change.save(),
      changePeaks: this.#changePeaks.save(),
      forestPeaks: this.#forestPeaks.save(),
      kind: this.#kind.save(),
      said: this.#afterglow.save(),
      phase: this.#phase,
      last: this.#last,
      time: this.#last === null ? null : this.#time,
      known: this.#known,
    };
    return savedSeries(this.#options, state, this.#forest?.save() ?? null);
  }

  /** Points that are missing: `from <= index < to`. */
  #pass(from: number, to: number): void {
    const { interval } = this.#options;
    if (to - from >= BREAK) {
      this.#measurement.breakOff();
      this.#change.breakOff();
    }
    if (!this.#count) return;
    if ((to - from) * interval > LONGEST_GAP || to - from > MOST_MISSING) {
      this.#count = new CountModel(DEFAULT_PARAMETERS, this.#countOptions);
      return;
    }
    for (let index = from; index < to; index++) this.#count.observe(index * interval, null);
  }

  /** Without a bucket of its own, as when points come closer than usual, a value is only measured. */
  #judge(bucket: EpochMs | null, value: number, confidence: number): SeriesJudgement {
    const time = this.#time;
    const measured = this.#measurement.observe(time, value);
    const changed = this.#change.observe(time, value);
    const counted = value >= 0 && bucket !== null ? this.#count : null;
    const tail = bucket === null ? 0 : (counted?.observe(bucket, value)?.score ?? 0);
    if (!counted && bucket !== null) this.#count?.observe(bucket, null);
    const usual = counted?.usual();
    const share = counted ? this.#share : 1;
    const opinions = {
      count: counted ? this.#countPeaks.rarity(tail) : null,
      measurement: this.#isYoung ? 0 : this.#measurementPeaks.rarity(measured.score),
      change: this.#isYoung ? 0 : this.#changePeaks.rarity(changed),
      forest: this.#asked(time, usual ? root(value) - root(usual.mean) : value - measured.expected),
    };
    if (counted) this.#countPeaks.learn(tail);
    this.#measurementPeaks.learn(measured.score);
    this.#changePeaks.learn(changed);
    this.#known++;
    const unusual = Math.max(opinions.measurement, counted ? 0 : opinions.change);
    const mixed = (1 - share) * (opinions.count ?? 0) + share * MEASUREMENT_WORTH * unusual;
    const rarity = Math.max(mixed, LEAST_WORTH * opinions.measurement);
    const score = this.#afterglow.say(rarity + FOREST_WORTH * (opinions.forest ?? 0));
    const leading = usual && share < 0.5 && this.#known * this.#options.interval > DAY ? usual : null;
    return {
      ...this.#forecast(leading, measured),
      score,
      grade: gradeOf(score),
      confidence,
      anomaly: score >= ANOMALY,
      opinions,
    };
  }

  /** Before a first day, or as many points as a day has mostly, there is no course of the day to depart from. */
  get #isYoung(): boolean {
    return this.#known < YOUNG && this.#known * this.#options.interval < DAY;
  }

  /** What the measurement model has to say of counts: the more, the less the count model fits them. */
  get #share(): number {
    const misfit = (this.#countPeaks.stretch - 1) / (HOPELESS - 1);
    const seems = this.#options.counts ? 0 : Math.max(this.#kind.stiffness, this.#kind.unsteadiness);
    return Math.min(1, Math.max(0, misfit, seems));
  }

  /** Nothing is expected of a first value. */
  #forecast(
    usual: { readonly mean: number; readonly dispersion: number } | null,
    { expected, deviation }: { readonly expected: number; readonly deviation: number | null },
  ): Pick<SeriesJudgement, "expected" | "lower" | "upper"> {
    if (deviation === null) return { expected: null, lower: null, upper: null };
    if (usual) return { expected: usual.mean, ...bandOfCounts(usual.mean, usual.dispersion) };
    const { lower, upper } = bandOfMeasurements(expected, deviation);
    if (!this.#count) return { expected, lower, upper };
    return { expected: Math.max(0, expected), lower: Math.max(0, lower), upper: Math.max(0, upper) };
  }

  #asked(time: EpochMs, residual: number): number | null {
    if (!this.#forest) return null;
    const score = this.#forest.observe(time, residual)?.score ?? 0;
    const rarity = this.#forestPeaks.rarity(score);
    this.#forestPeaks.learn(score);
    return rarity;
  }
}

const unjudged = (confidence: number): SeriesJudgement => ({
  expected: null,
  lower: null,
  upper: null,
  score: 0,
  grade: 0,
  confidence,
  anomaly: false,
  opinions: { count: null, measurement: null, change: null, forest: null },
});
