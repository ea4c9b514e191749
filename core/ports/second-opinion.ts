import type { AccountGroup, Unheard } from "../domain/second-opinion.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";

/** A region of an account, or accounts together. */
export type WatchedEntity = { readonly of: "region"; readonly account: string; readonly region: string } | AccountGroup;

/** One judgement of a detector, as it was written: noise, duplicates and warm-up included. */
export interface DetectorResult {
  readonly signal: string;
  readonly entity: WatchedEntity;
  /** As the detector has it: windows follow its start, not the clock. */
  readonly window: TimeWindow;
  /** 0 to 1; 0 is nothing unusual. */
  readonly grade: number;
  /** 0 to 1; 0 while the model warms up. */
  readonly confidence: number;
  /** In the signal's unit; `null` where the result does not say. */
  readonly actual: number | null;
  readonly expected: number | null;
}

/** One detector that is configured, whether it is there or not. */
export interface DetectorState {
  readonly signal: string;
  readonly by: WatchedEntity["of"];
  /** `null` while it runs and its newest result is no older than it should be. */
  readonly unheard: Exclude<Unheard, { readonly why: "not-yet" | "not-covered" | "beyond-bound" }> | null;
  /** End of the newest window that it judged; `null` where there is none. */
  readonly until: EpochMs | null;
}

export interface AskedWindow {
  readonly signal: string;
  readonly account: string;
  readonly region: string;
  readonly window: TimeWindow;
}

/** Detectors beside the count model, which watch the dense roll-ups by themselves and write down what they find. */
export interface SecondOpinions {
  /** How often it is worth asking again, where that is less often than windows end. */
  readonly every?: EpochMs;
  /** Every configured detector, as it is at `now`. Where there is no such engine at all, each is `absent`. */
  detectors(now: EpochMs): Promise<readonly DetectorState[]>;
  /**
   * Results with a grade above 0 whose windows overlap the given one, of every entity, in any order.
   * @param about what is asked about, the most important first: who judges nothing by itself judges these, and may leave
   *   out the last of them
   */
  results(window: TimeWindow, about: readonly AskedWindow[]): AsyncIterable<DetectorResult>;
  /**
   * For each question, in its order, whether the entity was judged in at least half of the window, with whatever result;
   * where it was not and this engine knows why, the reason.
   */
  judged(asked: readonly AskedWindow[]): Promise<readonly (boolean | Unheard)[]>;
}
