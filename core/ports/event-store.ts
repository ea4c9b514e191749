import type { FindingFacets, NoveltyDimension, SignalEntity } from "../domain/finding.ts";
import type { UsdRange } from "../domain/money.ts";
import type { EventFilter, Signal } from "../domain/signal.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";

/**
 * Where UsageEvents are kept and asked for. Writing is the business of each way to run (columnar batches embedded,
 * bulk requests on AWS); what every store must answer is here, after everything written has been settled
 * (duplicates removed, shared copies and freed resources resolved).
 */
export interface EventStore {
  /** Earliest and latest event time plus one bucket; `null` for an empty store. */
  span(): Promise<TimeWindow | null>;
  /** One entry per account, sorted by account. */
  coverage(): Promise<readonly AccountCoverage[]>;
  /**
   * Non-zero buckets only, sorted by signal id, account, region, principal, resource, bucket. With a window, which begins
   * and ends with a bucket, only of the events in it.
   */
  rollup(signals: readonly Signal[], bucket: EpochMs, window?: TimeWindow): AsyncIterable<RollupRow>;
  /** Events of any kind per account and bucket (delivery health), non-zero only, sorted by account, bucket. */
  deliveries(bucket: EpochMs): AsyncIterable<DeliveryRow>;
  /** First use of every value of every dimension in every account, sorted by time, then account, dimension, value. */
  firstSeen(): AsyncIterable<FirstSeenRow>;
  /** Time order, then id. Throws `NOT_FOUND` never: no match is an empty list. */
  events(query: EventQuery, limit: number): Promise<readonly PricedUsageEvent[]>;
  /** How many events match, and when: for questions that need not know what they have in common. */
  occurrences(query: EventQuery): Promise<Occurrences>;
  /** What the events that match have in common; at most 20 values a facet. */
  facets(query: EventQuery): Promise<EventFacets>;
  /** How many use each of these over the whole store: one entry a value that anybody used, in any order. */
  sharers(kind: SharedKeyKind, values: readonly string[]): Promise<readonly KeySharers[]>;
  /** What successful calls added, removed and spent by list price; one entry per account, sorted by account. */
  spend(): Promise<readonly AccountSpend[]>;
}

/** What findings may share that does not name who it was. */
export type SharedKeyKind = "network" | "session" | "resource";

export interface KeySharers {
  readonly value: string;
  /** Different {@link Principal.id}s. */
  readonly principals: number;
  readonly accessKeys: number;
}

export interface EventQuery {
  readonly window?: TimeWindow;
  readonly accounts?: readonly string[];
  /** Signal regions (`global` for global services). */
  readonly regions?: readonly string[];
  readonly filter?: EventFilter;
  readonly principals?: readonly string[];
  readonly accessKeys?: readonly string[];
  readonly sessions?: readonly string[];
  readonly networks?: readonly string[];
  readonly tools?: readonly string[];
  readonly resources?: readonly string[];
  readonly ids?: readonly string[];
  /**
   * Leaves out the copy of an action logged in two accounts that signals do not count. Without it an event matches in
   * each account that logged it.
   */
  readonly counted?: true;
}

export interface Occurrences {
  readonly events: number;
  /** Earliest first, at most 200. */
  readonly eventIds: readonly string[];
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
}

export interface EventFacets extends Omit<Occurrences, "events"> {
  readonly facets: FindingFacets;
}

export interface RollupRow {
  readonly signal: string;
  readonly entity: SignalEntity;
  readonly bucket: EpochMs;
  readonly value: number;
}

export interface DeliveryRow {
  readonly account: string;
  readonly bucket: EpochMs;
  readonly events: number;
}

export interface FirstSeenRow {
  readonly account: string;
  readonly dimension: NoveltyDimension;
  readonly value: string;
  readonly firstTime: EpochMs;
  readonly firstEventId: string;
  /** Signal region of the first event. */
  readonly region: string;
  readonly principal: string;
  /** Events that carried the value, over the whole store. */
  readonly events: number;
  readonly lastTime: EpochMs;
}

/** Sums over the whole store, each event once. */
export interface AccountSpend {
  readonly account: string;
  readonly addedPerHour: UsdRange;
  readonly removedPerHour: UsdRange;
  readonly once: UsdRange;
  /** Events that should have a price and have none; never counted as zero. */
  readonly unpricedEvents: number;
}

/** What an account's logs show, and so what they cannot. */
export interface AccountCoverage {
  readonly account: string;
  readonly first: EpochMs;
  readonly last: EpochMs;
  readonly events: number;
  readonly dataEvents: boolean;
  /** Services with data events seen (`s3`, `lambda`). */
  readonly dataEventServices: readonly string[];
  readonly regions: readonly string[];
}

/** An account that logs, and the time of its first event. */
export type LoggedAccount = Pick<AccountCoverage, "account" | "first">;
