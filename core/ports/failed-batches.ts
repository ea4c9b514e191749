import type { EpochMs } from "../domain/time.ts";

/** What a function was given and could not work off, whole, so that it can be given it again. */
export interface FailedBatch {
  /** Name of the function. */
  readonly source: string;
  /** Of the invocation that failed: an attempt again has the same. */
  readonly requestId: string;
  readonly failedAt: EpochMs;
  /** The error, for people. */
  readonly reason: string;
  /** The event, as the function got it. */
  readonly payload: unknown;
}

/** A batch in its place. */
export interface KeptBatch {
  /** Where it is; what {@link FailedBatches.read} and {@link FailedBatches.remove} take. */
  readonly id: string;
  /** Name of the function; of a stream's batch the id of its event source mapping, which is all that its place says. */
  readonly source: string;
  readonly failedAt: EpochMs;
}

export interface FailedBatches {
  /** Resolves with the id. Keeping the same failure (function, request and time) twice keeps one. */
  keep(batch: FailedBatch): Promise<string>;
  /** By function, each one's earliest first. */
  list(selection?: FailedSelection): AsyncIterable<KeptBatch>;
  /** Rejects with TrailwatchError `AWS_NOT_FOUND` or `INPUT_UNREADABLE`. */
  read(id: string): Promise<FailedBatch>;
  /** It has been worked off; one that is not there is no error. */
  remove(id: string): Promise<void>;
}

export interface FailedSelection {
  /** As {@link KeptBatch.source} says it. */
  readonly source?: string;
  /** Inclusive. */
  readonly from?: EpochMs;
  /** Exclusive. */
  readonly to?: EpochMs;
}
