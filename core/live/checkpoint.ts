import type { SavedDelivery } from "../detection/delivery-watch.ts";
import type { EpochMs } from "../domain/time.ts";
import type { Checkpoints } from "../ports/checkpoints.ts";
import type { RollUpState } from "../use-cases/roll-up.ts";

/** A subject that is to be examined, in this run or a later one. */
export interface Pending {
  readonly subject: string;
  /** In words, for logs. */
  readonly why: string;
  /** Of what happened; the judge begins there where it goes on from what it found before. */
  readonly from: EpochMs;
  /** Not before this time, or not before the account's models have come so far; `null`: in the next run. */
  readonly notBefore: { readonly time: EpochMs } | { readonly through: EpochMs } | null;
  /** Counts of open buckets that it was examined with: while they are the same there is nothing new to see. */
  readonly seen: string | null;
}

export interface AccountCheckpoint {
  readonly delivery: SavedDelivery;
  /** Buckets with events that are not in {@link delivery} yet, because they had not closed. */
  readonly open: readonly EpochMs[];
  /** How far the models have observed: up to the last closed bucket with an event, because the silence after it is not judged yet. */
  readonly through: EpochMs;
  readonly shards: number;
  /** When it was last searched for leaks. */
  readonly leaksAt: EpochMs;
}

/** Where the next run of the watch goes on. */
export interface WatchCheckpoint {
  readonly version: 1;
  /** Of the last run. */
  readonly at: EpochMs;
  /** When arrivals of all times were last asked for; in between only those of the last hours are. */
  readonly sweptAt: EpochMs;
  readonly rollUp: RollUpState | null;
  readonly accounts: Readonly<Record<string, AccountCheckpoint>>;
  /** First event of every account, as far as it was ever known. */
  readonly logged: Readonly<Record<string, EpochMs>>;
  readonly pending: readonly Pending[];
}

export const WATCH = "watch";

const NOTHING: WatchCheckpoint = {
  version: 1,
  at: 0,
  sweptAt: 0,
  rollUp: null,
  accounts: {},
  logged: {},
  pending: [],
};

/** What another version wrote is left aside: the next run begins anew, from the events and roll-ups that are kept. */
export async function readWatch(checkpoints: Checkpoints): Promise<WatchCheckpoint> {
  const kept = (await checkpoints.read(WATCH)) as WatchCheckpoint | null;
  return kept?.version === 1 ? kept : NOTHING;
}
