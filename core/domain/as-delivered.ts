import type { Severity } from "./finding.ts";
import type { IncidentDraft } from "./incident.ts";
import type { EpochMs } from "./time.ts";

/** What a deployment would have found and said of the same events as they were delivered, beside the analysis of all of them. */
export interface AsDelivered {
  /** How often it looked. */
  readonly every: EpochMs;
  readonly runs: number;
  readonly delays: Delays;
  /** Ids of incidents that both have, the same in accounts, principals, window, severity and paging. */
  readonly same: readonly string[];
  readonly differences: readonly DeliveredDifference[];
  /** In the order in which they were said. */
  readonly messages: readonly DeliveredMessage[];
  /** As they were in the end, by id. */
  readonly incidents: readonly DeliveredIncident[];
}

/** From event to delivery. */
export interface Delays {
  /** Whether by the names of the files, and where they say nothing by the model, or by the model alone. */
  readonly times: "files" | "modelled";
  readonly events: number;
  /** Those that came after the buckets of their time may have closed. */
  readonly late: number;
  readonly lateAfter: EpochMs;
  readonly median: EpochMs;
  readonly p95: EpochMs;
  readonly longest: EpochMs;
}

/** An incident that only one of both has, or that is not the same in both. */
export interface DeliveredDifference {
  /** In the analysis; `null` where it has none. */
  readonly id: string | null;
  /** As delivered; `null` where there was none. */
  readonly deliveredId: string | null;
  readonly severity: Severity;
  readonly summary: string;
  /** One short clause a difference. */
  readonly what: readonly string[];
  /** Why, as far as it is known: never empty. */
  readonly reasons: readonly string[];
}

export interface DeliveredMessage {
  readonly at: EpochMs;
  readonly occasion: "opened" | "updated" | "closed";
  readonly incident: string;
  readonly revision: number;
  readonly severity: Severity;
  readonly summary: string;
  /** Time of the first event of the incident, as it was known then. */
  readonly first: EpochMs;
  /** Time of the newest event by somebody of the incident that was delivered by then; `null` where none was found. */
  readonly newest: EpochMs | null;
}

export interface DeliveredIncident {
  readonly draft: IncidentDraft;
  /** One sentence; empty where nobody looked at it before the end. */
  readonly summary: string;
  /** Ids under which it was known before. */
  readonly formerIds: readonly string[];
  readonly foundAt: EpochMs;
  /** When it turned out that there was nothing to it; `null` of almost all. */
  readonly withdrawnAt: EpochMs | null;
}
