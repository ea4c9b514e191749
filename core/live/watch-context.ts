import type { Config } from "../config/index.ts";
import type { AccountPeers } from "../detection/account-peers.ts";
import type { Signal } from "../domain/signal.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";
import type { Policy } from "../policies/index.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { Arrivals } from "../ports/arrivals.ts";
import type { Checkpoints } from "../ports/checkpoints.ts";
import type { Clock } from "../ports/clock.ts";
import type { DetectorEngine } from "../ports/detector-engine.ts";
import type { DrillLog } from "../ports/drill-log.ts";
import type { AccountCoverage, EventStore } from "../ports/event-store.ts";
import type { FindingStore } from "../ports/finding-store.ts";
import type { FirstUses } from "../ports/first-uses.ts";
import type { InsightLog } from "../ports/insight-log.ts";
import type { Fence } from "../ports/leases.ts";
import type { ModelStates } from "../ports/model-states.ts";
import type { RollupStore } from "../ports/rollup-store.ts";
import type { Closings } from "../roll-up/closing.ts";
import type { WatchCheckpoint } from "./checkpoint.ts";
import type { FindingCache } from "./finding-cache.ts";
import type { FollowedAccount } from "./follow-delivery.ts";
import type { HeldExpectations } from "./held-expectations.ts";
import type { HeldFirstUses } from "./held-first-uses.ts";
import type { HeldNovelties } from "./novelties.ts";
import type { OpenCounts } from "./open-counts.ts";
import type { PendingList } from "./pending.ts";
import type { SetWriter } from "./set-writer.ts";

export interface WatchPorts {
  readonly events: EventStore;
  readonly arrivals: Arrivals;
  readonly rollups: RollupStore;
  readonly firstUses: FirstUses;
  readonly insights: InsightLog;
  readonly states: ModelStates;
  readonly findings: FindingStore;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  /** Where somebody may send a drill. */
  readonly drills?: DrillLog;
}

/** What a deployment is told once. */
export interface WatchKnowledge {
  readonly config: Config;
  readonly directory: AccountDirectory;
  readonly engine: DetectorEngine;
  /** Those that models watch. */
  readonly signals: readonly Signal[];
  /** Counted beside them, for charts. */
  readonly meters: readonly Signal[];
  /** Ids of signals whose zeros are written too. */
  readonly dense: readonly string[];
  readonly policies: readonly Policy[];
}

/** How much is gone through at once. The answers are the same, whatever it is. */
export interface Steps {
  /** Events of the first step where there is much to catch up on; the next ones have more or fewer, by what it took. */
  readonly first: number;
  /** Events at most, in a step and in a run where nothing is to be caught up on. */
  readonly most: number;
  /** Of time, in a step where something is. */
  readonly span: EpochMs;
}

/** What the parts of one step share. */
export interface WatchContext {
  readonly ports: WatchPorts;
  readonly knowledge: WatchKnowledge;
  /** {@link WatchKnowledge.signals} by id. */
  readonly signals: ReadonlyMap<string, Signal>;
  readonly steps: Steps;
  /** Runs that were begun since a step last came to its end. */
  readonly failed: number;
  readonly now: EpochMs;
  readonly fence: Fence;
  /** Findings that ended before are nobody's concern any more: what happened before is history, from which is learnt. */
  readonly keptSince: EpochMs;
  readonly before: WatchCheckpoint;
  readonly cache: FindingCache;
  readonly firstUses: HeldFirstUses;
  readonly novelties: HeldNovelties;
  readonly expectations: HeldExpectations;
  readonly writer: SetWriter;
  readonly pending: PendingList;
}

/** What is known once the roll-ups are up to date. */
export interface HeardContext extends WatchContext {
  /**
   * How far time comes with the step: to now, or where there is more to catch up on than one step takes, to an earlier time.
   * What happened later is not known to it.
   */
  readonly reach: EpochMs;
  /** Whether nothing is left for other steps. */
  readonly isLast: boolean;
  readonly open: OpenCounts;
  readonly followed: ReadonlyMap<string, FollowedAccount>;
  readonly closings: Closings;
  readonly coverage: readonly AccountCoverage[];
  /** Who an account's peers are. */
  readonly peers: AccountPeers;
  /** From the first event that was ever seen to now. */
  readonly span: TimeWindow;
}
