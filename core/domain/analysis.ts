import type { AccountCoverage } from "../ports/event-store.ts";
import type { AccountContext } from "./account.ts";
import type { AsDelivered } from "./as-delivered.ts";
import type { Severity } from "./finding.ts";
import type { Incident } from "./incident.ts";
import type { IngestSummary } from "./ingest.ts";
import type { UsdRange } from "./money.ts";
import type { TimeWindow } from "./time.ts";

/** All that one run has to say: what was read, what was found, what it costs, and what could not be known. */
export interface Analysis {
  /** Of Trailwatch. */
  readonly version: string;
  /** From the first to the last event; `null` where nothing was stored. */
  readonly span: TimeWindow | null;
  readonly ingest: IngestSummary;
  /** Sorted by account id. */
  readonly accounts: readonly AnalysedAccount[];
  /** Paged, not paged and muted alike; most severe first, then newest first, then id. */
  readonly incidents: readonly Incident[];
  /** Where delivery was not healthy, so that no zero was assumed. Sorted by start, then account. */
  readonly unknownWindows: readonly UnknownWindow[];
  readonly spend: SpendMeter;
  readonly rollups: Rollups;
  /** What a deployment would have found in the same events; only where it was asked for. */
  readonly asDelivered?: AsDelivered;
}

export interface AnalysedAccount {
  readonly context: AccountContext;
  readonly coverage: AccountCoverage;
  readonly spend: SpendFigures;
}

export interface UnknownWindow {
  readonly account: string;
  readonly window: TimeWindow;
  readonly reason: string;
}

/** What the successful calls of the span added, removed and spent by list price. */
export interface SpendFigures {
  readonly addedPerHour: UsdRange;
  readonly removedPerHour: UsdRange;
  readonly once: UsdRange;
  /** Events that should have a price and have none; never counted as zero. */
  readonly unpricedEvents: number;
}

export interface SpendMeter extends SpendFigures {
  /** ISO date of the price snapshot. */
  readonly pricesAsOf: string;
  readonly sources: readonly string[];
}

/** Counts and money of a group of accounts; an OU counts what lies below it. */
export interface RollupGroup {
  /** OU path, account type, cost center or owner; `"unknown"` where the account has none. */
  readonly key: string;
  readonly accounts: number;
  readonly events: number;
  /** Incidents that touch one of the accounts, muted ones left out. */
  readonly incidents: Readonly<Record<Severity, number>>;
  readonly spend: SpendFigures;
}

export interface Rollups {
  readonly byOu: readonly RollupGroup[];
  readonly byType: readonly RollupGroup[];
  readonly byCostCenter: readonly RollupGroup[];
}
