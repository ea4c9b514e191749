import type { AccountContext } from "./account.ts";
import type { CostImpact, Facet, Finding, Severity } from "./finding.ts";
import type { EpochMs, TimeWindow } from "./time.ts";

/** Anomalies, novelties and violations that belong together. */
export interface Incident {
  /** Derives from the id of its first finding, so that it is the same in every run on the same events. */
  readonly id: string;
  readonly revision: number;
  readonly state: "open" | "closed";
  readonly openedAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly closedAt: EpochMs | null;
  readonly window: TimeWindow;
  readonly severity: Severity;
  readonly severityReasons: readonly string[];
  /** The accounts it happened in, most affected first. */
  readonly accounts: readonly AccountContext[];
  readonly regions: readonly string[];
  readonly principals: readonly Facet[];
  readonly findings: readonly Finding[];
  /** Why these findings are one incident; empty for a single finding. */
  readonly joinedBy: readonly string[];
  readonly expected: ExpectedVerdict;
  /** What ranks it where there is an alert budget. */
  readonly expectedLoss: ExpectedLoss;
  readonly paging: PagingDecision;
  readonly mute: MuteVerdict | null;
  /** What a person said of it, or of one with the same pattern. */
  readonly label: Omit<IncidentLabel, "at" | "pattern"> | null;
  readonly cost: CostImpact;
  readonly explanation: Explanation;
  readonly evidence: readonly Evidence[];
  /** Ids of the events behind it, earliest first, at most 200; {@link eventCount} says how many there are. */
  readonly eventIds: readonly string[];
  readonly eventCount: number;
}

/** An incident as grouping leaves it: not yet priced, explained or backed by evidence. */
export type IncidentDraft = Omit<Incident, "cost" | "explanation" | "evidence">;

export interface ExpectedVerdict {
  readonly expected: boolean;
  /** Rests only on what the caller cannot choose; says what, in plain words. */
  readonly reasons: readonly string[];
}

/** What it would cost on the average if nobody looked at it until the next day. Ranks incidents; no forecast of a bill. */
export interface ExpectedLoss {
  readonly usd: number;
  /** What it is made of, one short clause a part. */
  readonly because: readonly string[];
}

export interface PagingDecision {
  /** Severity medium or higher, not expected, not muted, and within the alert budget where there is one. */
  readonly paged: boolean;
  readonly reason: string;
  /** Where the alert budget alone keeps it from being paged: below the loss it is calibrated to, or used up. */
  readonly heldBackBy: "calibration" | "cap" | null;
}

export interface MuteVerdict {
  readonly kind: "mute" | "snooze" | "acknowledged";
  readonly reason: string;
  readonly until: EpochMs | null;
}

export const LABEL_VERDICTS = ["true", "expected", "noise"] as const;

/** What people say of an incident afterwards. */
export interface IncidentLabel {
  /** The labelled incident's id. */
  readonly incident: string;
  /** `true`: worth the page; `expected`: real, and ours; `noise`: nothing to it. */
  readonly verdict: (typeof LABEL_VERDICTS)[number];
  readonly note: string;
  /** When it was said, ISO 8601. */
  readonly at: string;
  readonly pattern: LabelPattern;
}

/** What a label speaks for beside its own incident. */
export interface LabelPattern {
  /** Signals, novelty dimensions, policies, danger rules, insight types. */
  readonly about: readonly string[];
  readonly accounts: readonly string[];
  readonly principals: readonly string[];
  readonly events: number;
}

/** A fact with where it came from. Causes, actions and text may state only what stands here. */
export interface Evidence {
  /** `E1`, `E2` ... in the incident. */
  readonly id: string;
  readonly statement: string;
  readonly eventIds: readonly string[];
  /** SQL over the store that reproduces the fact; values are bound as literals by our own code. */
  readonly query: string | null;
  /** The names and ids from the logs that the statement or the query contains, as logged: what redaction replaces and what a model may repeat. */
  readonly mentions: readonly string[];
}

export type Confidence = "HIGH" | "MEDIUM" | "LOW";

export interface PotentialCause {
  /** Stable: `scaling-response`, `stolen-credentials`, `unknown` ... */
  readonly id: string;
  readonly title: string;
  readonly confidence: Confidence;
  /** Evidence ids, the strongest first. */
  readonly for: readonly string[];
  readonly against: readonly string[];
}

export interface RecommendedAction {
  readonly title: string;
  readonly detail: string;
  readonly consoleUrl: string | null;
  /** Read-only AWS CLI command, ready to paste. */
  readonly command: string | null;
}

export interface Explanation {
  /** One sentence. */
  readonly summary: string;
  /** Never empty: `unknown` when nothing fits. */
  readonly causes: readonly PotentialCause[];
  /** In the order to do them. */
  readonly actions: readonly RecommendedAction[];
}
