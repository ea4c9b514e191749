import type { Fence } from "./leases.ts";

/** A part of an account's models. */
export interface StateShard {
  readonly account: string;
  /** How many shards the account has, a power of two. With another number other shards are meant. */
  readonly of: number;
  /** `0 <= shard < of` */
  readonly shard: number;
}

export interface PackedStates {
  /** Of the form of {@link text}: what was packed in another is packed anew from the roll-ups. */
  readonly version: number;
  /** Some hundred kilobytes up to a few megabytes, mostly digits: worth compressing. */
  readonly text: string;
}

/** What the models of all entities have learnt, packed by account and shard: each is read and written whole. */
export interface ModelStates {
  /** In the order of the shards, as last saved; `null` where nothing is kept. */
  load(shards: readonly StateShard[]): Promise<readonly (PackedStates | null)[]>;
  /**
   * Replaces a shard, or forgets it (`null`). Rejects with TrailwatchError `LEASE_LOST` where it was saved under a later
   * token of the same lease.
   */
  save(shard: StateShard, states: PackedStates | null, fence: Fence): Promise<void>;
}
