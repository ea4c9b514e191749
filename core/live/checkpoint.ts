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
  /** How far time has come for it. Behind the clock where its history is caught up on. */
  readonly time: EpochMs;
}

/** What is being gone through in steps, because more came than one step takes. */
export interface CatchUp {
  /** Events that were written then or later are gone through. */
  readonly since: EpochMs;
  /** Of them those that happened before were heard. */
  readonly until: EpochMs;
  /** When it began: what is written later is for the runs after it. */
  readonly at: EpochMs;
  /** {@link WatchCheckpoint.sweptAt} at its end. */
  readonly sweptAt: EpochMs;
  /** Of a step: more of them where steps are quick, fewer where they are slow or come to no end. */
  readonly events: number;
  /** Whether one came to no end, so that they become more slowly. */
  readonly wary: boolean;
}

/** Where the next run of the watch goes on. */
export interface WatchCheckpoint {
  readonly version: 3;
  /** Of the lease under which the last step ended: no run that was begun under a later one came to the end of any. */
  readonly token: number;
  /** What was written before was heard. */
  readonly at: EpochMs;
  /** When arrivals of all times were last asked for; in between only those of the last hours are. */
  readonly sweptAt: EpochMs;
  readonly rollUp: RollUpState | null;
  readonly accounts: Readonly<Record<string, AccountCheckpoint>>;
  /** First event of every account, as far as it was ever known. */
  readonly logged: Readonly<Record<string, EpochMs>>;
  readonly pending: readonly Pending[];
  readonly catchUp: CatchUp | null;
}

export const WATCH = "watch";

const NOTHING: WatchCheckpoint = {
  version: 3,
  token: 0,
  at: 0,
  sweptAt: 0,
  rollUp: null,
  accounts: {},
  logged: {},
  pending: [],
  catchUp: null,
};

/** What another version wrote is left aside: the next run begins anew, from the events and roll-ups that are kept. */
export async function readWatch(checkpoints: Checkpoints): Promise<WatchCheckpoint> {
  const kept = (await checkpoints.read(WATCH)) as WatchCheckpoint | null;
  return kept?.version === 3 ? kept : NOTHING;
}
