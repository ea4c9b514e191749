import type { EpochMs } from "./time.ts";

/** A CloudTrail Insights event: AWS's own word that a call rate or error rate is unusual. One record at each end. */
export interface InsightRecord {
  readonly id: string;
  readonly time: EpochMs;
  readonly account: string;
  readonly region: string;
  /** Of the calls: `ec2`. */
  readonly service: string;
  readonly action: string;
  /** `ApiCallRateInsight` or `ApiErrorRateInsight`. */
  readonly insightType: string;
  readonly state: "start" | "end";
  /** Calls (or errors) per minute before; `null` where the record does not say. */
  readonly baseline: number | null;
  /** Calls (or errors) per minute during the unusual activity; at its start, over the first minutes of it. */
  readonly insight: number | null;
  /** Minutes of unusual activity; stated at its end. */
  readonly durationMinutes: number | null;
  /** The error that an error-rate insight is about. */
  readonly errorCode: string | null;
  /** Shared by the record of the start and that of the end. */
  readonly sharedEventId: string | null;
  /** Who and what the unusual calls came from, most first, at most 25. */
  readonly attributions: readonly InsightAttribution[];
}

export interface InsightAttribution {
  readonly attribute: "principal" | "user-agent" | "error-code";
  /** As logged. */
  readonly value: string;
  /** Calls per minute. */
  readonly average: number;
}
