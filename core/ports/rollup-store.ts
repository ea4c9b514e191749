import type { AccountType } from "../domain/account.ts";
import type { SignalEntity } from "../domain/finding.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";
import type { RollupRow } from "./event-store.ts";

/** A count with what detectors group by. Zeros are written too: for detectors a bucket without a row is unknown. */
export interface DenseRollup extends RollupRow {
  readonly accountType: AccountType;
  readonly ouPath: string | null;
}

/** Counts of closed buckets, kept for detectors and charts. What was written or removed is so in every answer after it. */
export interface RollupStore {
  /** One row a signal, entity and bucket: writing a row again replaces it, so that a run may be repeated or amended. */
  write(rows: Iterable<DenseRollup> | AsyncIterable<DenseRollup>): Promise<void>;
  /** Takes rows back, of buckets that prove to be unknown; a row that is not there is no error. */
  remove(rows: Iterable<RollupRow> | AsyncIterable<RollupRow>): Promise<void>;
  /** Sorted by signal, account, region, principal, resource, bucket; zeros too. */
  read(window: TimeWindow, signals: readonly string[]): AsyncIterable<RollupRow>;
  /**
   * The same without zeros, of which there are many more than of counts. With a selection only those whose entity has each
   * of its members.
   */
  counts(window: TimeWindow, signals: readonly string[], of?: Partial<SignalEntity>): AsyncIterable<RollupRow>;
  /** Entities with a count above zero in the window, in the order of {@link read}. */
  active(window: TimeWindow, signals: readonly string[]): AsyncIterable<ActiveEntity>;
}

export interface ActiveEntity {
  readonly signal: string;
  readonly entity: SignalEntity;
  /** The last bucket in the window with a count above zero. */
  readonly lastBucket: EpochMs;
}
