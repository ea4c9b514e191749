import type { Severity } from "../domain/finding.ts";

/** One row type a chart: what the report computes from the store and what a dashboard's query must answer. */

export interface HeatMapRow {
  readonly account: string;
  /** Start of the day, ISO. */
  readonly day: string;
  /** Most severe incident of the day in the account; `none` on a calm day. */
  readonly severity: Severity | "none";
  readonly incidents: number;
}

export interface RankingRow {
  readonly account: string;
  readonly severity: string;
  readonly incidents: number;
}

export interface TypeComparisonRow {
  readonly type: string;
  readonly measure:
    | "incidents per account and week"
    | "events per account and day"
    | "USD/hour added per account and day";
  readonly value: number;
}

export interface CorrelationRow {
  readonly a: string;
  readonly b: string;
  /** Spearman's rank correlation of hourly events after the time of day is taken out, -1..1. */
  readonly correlation: number;
}

export interface SpendRow {
  /** Start of the interval, ISO. */
  readonly time: string;
  readonly change: "added" | "removed";
  /** Midpoint of the estimates, USD/hour; removed is negative. */
  readonly usdPerHour: number;
}

export interface IncidentTimelineRow {
  /** Start of the interval, ISO. */
  readonly time: string;
  readonly actual: number;
  readonly lower: number;
  readonly upper: number;
  readonly inWindow: boolean;
}
