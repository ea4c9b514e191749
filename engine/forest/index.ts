import type { EpochMs } from "#core/domain/time.ts";
import { ForestDetector } from "./detector.ts";
import type { ForestJudgement } from "./judgement.ts";
import { type ForestOptions, settingsOf } from "./options.ts";
import { observeSeries } from "./series.ts";
import { restoreDetector, saveDetector } from "./state.ts";

export type { ForestJudgement } from "./judgement.ts";
export type { ForestOptions } from "./options.ts";

/** A random cut forest over one series: what OpenSearch's anomaly detection would say of it, value by value. */
export interface EntityForest {
  /**
   * Judges a value, then learns it. `null` (as any number that is not finite) is an unknown value. The answer is `null`
   * for what is passed over: an unknown value without imputation, and a timestamp that is not after the last one.
   */
  observe(timestamp: EpochMs, value: number | null): ForestJudgement | null;
  /** The same for many values, in order; tree by tree, for processors whose cache does not hold a forest (2 MB). */
  observeSeries(timestamps: ArrayLike<EpochMs>, values: ArrayLike<number | null>): readonly (ForestJudgement | null)[];
  /** Everything it remembers: restored from it, it continues to the same bits. About 150 kB once its trees are full. */
  save(): Uint8Array;
}

/**
 * Throws TrailwatchError `CONFIGURATION_INVALID` for options out of range, `STORE_VERSION` for a state that cannot be
 * used with them.
 */
export function openForest(options: ForestOptions = {}, saved?: Uint8Array): EntityForest {
  const settings = settingsOf(options);
  const detector = saved ? restoreDetector(settings, saved) : new ForestDetector(settings);
  return {
    observe: (timestamp, value) => detector.observe(timestamp, value),
    observeSeries: (timestamps, values) => observeSeries(detector, timestamps, values),
    save: () => saveDetector(detector),
  };
}
