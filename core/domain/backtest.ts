import type { Severity } from "./finding.ts";
import type { PagingDecision } from "./incident.ts";
import type { EpochMs, TimeWindow } from "./time.ts";

/** What a deployment would have said of a history as it was delivered, under each of several configurations. */
export interface Backtest {
  /** Of the deliveries that were replayed. */
  readonly span: TimeWindow;
  readonly events: number;
  /** How often it looked. */
  readonly every: EpochMs;
  readonly runs: readonly BacktestRun[];
  /** Between the first and each other run: what one would have paged and the other not. */
  readonly differences: readonly BacktestDifference[];
}

export interface BacktestRun {
  /** Of the configuration: the name of its file. */
  readonly name: string;
  /** `2 pages a week`; `null` for none. */
  readonly budget: string | null;
  /** In the order in which they would have come. */
  readonly pages: readonly BacktestPage[];
  /** Worth a page by severity, and yet none came: expected, muted, labelled, or beyond the budget. By time. */
  readonly held: readonly BacktestIncident[];
  /** Other incidents, below medium. */
  readonly quiet: number;
  /** Seven days each from the beginning of the span, the last one may be shorter. */
  readonly weeks: readonly BacktestWeek[];
  /** Most pages first, those with none left out. */
  readonly accounts: readonly { readonly id: string; readonly alias: string; readonly pages: number }[];
  /** Of what is known to have happened; `null` where nobody said. */
  readonly known: readonly KnownOutcome[] | null;
}

export interface BacktestIncident {
  readonly id: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly window: TimeWindow;
  readonly accounts: readonly string[];
  /** Earliest first, at most 200. */
  readonly eventIds: readonly string[];
  readonly paging: PagingDecision;
}

export interface BacktestPage extends BacktestIncident {
  readonly at: EpochMs;
  /** From its first event to the page. */
  readonly after: EpochMs;
  /** Further messages of it: graver, in more accounts, over. */
  readonly updates: number;
}

export interface BacktestWeek {
  readonly start: EpochMs;
  readonly pages: number;
  readonly held: number;
}

/** Something that is known to have happened. */
export interface KnownIncident {
  readonly name: string;
  /** Benign: nobody should have been woken for it. */
  readonly kind: "incident" | "benign";
  readonly window: TimeWindow;
  readonly accounts: readonly string[];
  /** Of CloudTrail; empty where it is not known which. */
  readonly eventIds: readonly string[];
}

export interface KnownOutcome {
  readonly known: KnownIncident;
  readonly outcome: "paged" | "held" | "missed";
  /** The incident that it became; `null` where there is none. */
  readonly incident: string | null;
  /** From its beginning to the page; `null` where none came. */
  readonly after: EpochMs | null;
  /** Why no page came, in the words of the decision. */
  readonly reason: string | null;
}

export interface BacktestDifference {
  /** Names of the run that would have paged and of the one that would not. */
  readonly paged: string;
  readonly other: string;
  readonly page: BacktestPage;
  /** In the other run: why it did not page. */
  readonly reason: string;
}
