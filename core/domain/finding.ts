import type { UsdRange } from "./money.ts";
import type { SecondOpinion } from "./second-opinion.ts";
import type { EpochMs, TimeWindow } from "./time.ts";
import type { Outcome } from "./usage-event.ts";

export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);
export const maxSeverity = (a: Severity, b: Severity): Severity => (severityRank(a) >= severityRank(b) ? a : b);

/** What a signal is counted per. `region` is already {@link signalRegion}. */
export interface SignalEntity {
  readonly account: string;
  readonly region: string;
  /** Only for signals counted per principal: {@link Principal.id}. */
  readonly principal: string | null;
  /** Only for signals counted per resource (invocations per function). */
  readonly resource: string | null;
}

/** Who, with what, from where: a value and how many of the finding's events carry it. */
export interface Facet {
  readonly value: string;
  readonly count: number;
}

/** The characteristics of the events behind a finding, which grouping, expectedness and causes work on. Sorted by count. */
export interface FindingFacets {
  readonly events: number;
  readonly principals: readonly Facet[];
  readonly sessions: readonly Facet[];
  readonly accessKeys: readonly Facet[];
  readonly tools: readonly Facet[];
  readonly userAgents: readonly Facet[];
  readonly networks: readonly Facet[];
  readonly sourceIps: readonly Facet[];
  readonly invokedBy: readonly Facet[];
  readonly actors: readonly Facet[];
  /** `service:Action` */
  readonly actions: readonly Facet[];
  readonly outcomes: readonly (Facet & { readonly value: Outcome })[];
  readonly errorCodes: readonly Facet[];
  readonly regions: readonly Facet[];
  readonly resources: readonly Facet[];
  /** `kind item` with the summed amount: `instances g5.12xlarge`. */
  readonly items: readonly Facet[];
  readonly counterparties: readonly Facet[];
  readonly marks: readonly Facet[];
}

export const FACET_NAMES = [
  "principals",
  "sessions",
  "accessKeys",
  "tools",
  "userAgents",
  "networks",
  "sourceIps",
  "invokedBy",
  "actors",
  "actions",
  "outcomes",
  "errorCodes",
  "regions",
  "resources",
  "items",
  "counterparties",
  "marks",
] as const satisfies readonly (keyof FindingFacets)[];
export type FacetName = (typeof FACET_NAMES)[number];

interface FindingBase {
  /** Stable across runs on the same events. */
  readonly id: string;
  readonly account: string;
  /** `global`, a region, or `"*"` where the finding spans regions. */
  readonly region: string;
  readonly window: TimeWindow;
  readonly severity: Severity;
  /** Why this severity: one short clause a reason. */
  readonly severityReasons: readonly string[];
  /** Earliest first, at most 25. */
  readonly eventIds: readonly string[];
  readonly facets: FindingFacets;
}

/**
 * What an entity counted in spans of one length (aligned to it) before a window, those with nothing left out: what people
 * mean by "the usual". In the signal's unit.
 */
export interface UsualAmount {
  /** Length of each, in milliseconds. */
  readonly span: EpochMs;
  /** Of the spans in which anything was counted. */
  readonly mean: number;
  readonly most: number;
  /** How many spans that were: fewer than five are not called usual. */
  readonly occasions: number;
}

/** Accounts that another one is compared with while it has no usual of its own. */
export interface ComparedWith {
  readonly by: "type" | "unit" | "organization";
  /** The type, or the path of the unit; empty for the whole organization. */
  readonly name: string;
  readonly accounts: number;
}

/** What the model of the counts says of the window that departs most. */
export interface CountOpinion {
  /** -log10 of the probability of so much, or of so little. */
  readonly tail: number;
  /** How often a week an entity with this one's past departs so far without any cause; its grade says the same. */
  readonly falsePerWeek: number;
}

/** One signal's departure in one entity and window. */
export interface Anomaly extends FindingBase {
  readonly kind: "anomaly";
  readonly signal: string;
  readonly entity: SignalEntity;
  /** Total over the window, in the signal's unit. */
  readonly actual: number;
  /** What the model expected over the same window; `null` where nothing of the kind was ever seen ("never before"). */
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Whose {@link expected} it is, where that is not the account's own: it began too recently. */
  readonly expectedBy?: ComparedWith;
  /** The busiest ten minutes inside the window, in the signal's unit: what thresholds grade. */
  readonly peak: { readonly window: TimeWindow; readonly value: number };
  /** The shortest run of buckets inside the window that holds 95 % of the total: where a window is long, what it is about. */
  readonly core: { readonly window: TimeWindow; readonly value: number };
  /** Shortest span first: ten minutes up to the first one as long as the window; empty where too little was counted before. */
  readonly usual: readonly UsualAmount[];
  /** 0..1 */
  readonly grade: number;
  /** 0..1: how much history stands behind the expectation. */
  readonly confidence: number;
  /** Days of history of this entity's account before the window. */
  readonly historyDays: number;
  readonly direction: "rise" | "drop";
  /** Absent where only a threshold was reached, or a forest alone found it. */
  readonly countModel?: CountOpinion;
  /** Of a forest that watches the same counts; absent where none is configured, or none watches this count. */
  readonly secondOpinion?: SecondOpinion;
}

const NOVELTY_DIMENSIONS = [
  "region",
  "service",
  "risky-action",
  "instance-family",
  "principal",
  "network",
  "tool",
  "cross-account",
] as const;
export type NoveltyDimension = (typeof NOVELTY_DIMENSIONS)[number];

/** A first in an account: never seen there before. */
export interface Novelty extends FindingBase {
  readonly kind: "novelty";
  readonly dimension: NoveltyDimension;
  readonly value: string;
  readonly firstEventId: string;
  readonly firstTime: EpochMs;
  /** Days the account had been observed before. */
  readonly accountAgeDays: number;
  /** How many accounts of the same type or OU had used it before, of how many. */
  readonly peers: { readonly using: number; readonly of: number };
}

/** An event against a written policy. */
export interface PolicyViolation extends FindingBase {
  readonly kind: "policy";
  readonly policy: string;
  readonly title: string;
}

/** What CloudTrail Insights itself found. */
export interface InsightFinding extends FindingBase {
  readonly kind: "insight";
  readonly insightType: string;
  readonly service: string;
  readonly action: string;
  readonly baselinePerMinute: number | null;
  readonly insightPerMinute: number | null;
}

export type Finding = Anomaly | Novelty | PolicyViolation | InsightFinding;

/** USD range with what it rests on. */
export type CostImpact =
  | {
      readonly status: "priced";
      /** If what was added stays: per day and per 30.4-day month. */
      readonly perDay: UsdRange;
      readonly perMonth: UsdRange;
      /** Spent once, not recurring (requests, tokens); `null` where nothing of the kind. */
      readonly once: UsdRange | null;
      readonly basis: readonly string[];
      readonly assumptions: readonly string[];
      /** What the range leaves out because no price or no quantity is known. */
      readonly leftOut: readonly string[];
    }
  | { readonly status: "unpriced"; readonly reason: string }
  /** Nothing in it costs money by itself. */
  | { readonly status: "none" };
