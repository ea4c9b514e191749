import type { EpochMs, TimeWindow } from "../domain/time.ts";

/** Models of how much is usual. One model an entity and signal; strictly causal: a judgement depends on no later bucket. */
export interface DetectorEngine {
  /** Throws TrailwatchError `STORE_VERSION` when `saved` is of a version that cannot be read. */
  open(options: ModelOptions, saved?: SavedModel): EntityModel;
}

export interface ModelOptions {
  readonly bucket: EpochMs;
  readonly direction: "rise" | "both";
  /** Departures smaller than this over their window are not reported. */
  readonly floor: number;
  /** What counts as one: 1 (the default) for counts; for amounts (GiB, USD/hour) about the smallest that matters. */
  readonly unit?: number;
  /** What its peers did before it began. Kept in the saved model: read only where a model begins. */
  readonly peers?: PeerRates;
}

/** What is expected of an entity that has no history of its own. */
export interface PeerRates {
  /** Of each hour of the day (UTC): what one of them had in it, in the signal's unit. */
  readonly hourly: readonly number[];
  /** How much they differ from one another: variance / mean². */
  readonly scatter: number;
}

/** JSON-safe, versioned, a few kB. */
export interface SavedModel {
  readonly version: number;
  readonly state: unknown;
}

export interface EntityModel {
  /**
   * Judges one closed bucket, then learns it. Buckets come in time order without holes; `null` is a bucket that is
   * unknown (delivery was not healthy), which is neither judged nor learnt.
   */
  observe(bucket: EpochMs, value: number | null): Departure | null;
  /** The same as `count` calls of observe with 0, in closed form where nothing can depart. */
  observeZeros(from: EpochMs, count: number): readonly Departure[];
  /**
   * What it expects in a window of `count` buckets (default 1) from `bucket` on, by what it has learnt up to now: for
   * bands in charts, and for what was usual before an episode. `bucket` is the next one to observe or a later one.
   */
  expect(
    bucket: EpochMs,
    count?: number,
  ): { readonly expected: number; readonly lower: number; readonly upper: number };
  save(): SavedModel;
}

export interface Departure {
  /** The window (one or several buckets, the last one just observed) in which the count departs most. */
  readonly window: TimeWindow;
  readonly direction: "rise" | "drop";
  readonly actual: number;
  /** `null` where the entity never had a non-zero bucket before the window, and no peers. */
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** How seldom this entity departs so far, by its own past: comparable across entities and signals. */
  readonly score: number;
  /** 0..1, of the score: the higher, the likelier there is a cause. */
  readonly grade: number;
  /** 0..1 */
  readonly confidence: number;
  /** What the score stands for: how often a week such an entity departs so far without any cause. */
  readonly falsePerWeek: number;
  /** What the model of the counts alone says: -log10 of the probability of so much, or of so little. */
  readonly tail: number;
}
