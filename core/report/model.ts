import type { Analysis } from "../domain/analysis.ts";
import type {
  CorrelationRow,
  HeatMapRow,
  IncidentTimelineRow,
  RankingRow,
  SpendRow,
  TypeComparisonRow,
} from "./rows.ts";

/** An analysis with the rows of its charts: everything that a report shows, and nothing it would have to look up. */
export interface ReportModel {
  readonly analysis: Analysis;
  readonly heat: readonly HeatMapRow[];
  readonly ranking: readonly RankingRow[];
  readonly types: readonly TypeComparisonRow[];
  readonly correlation: readonly CorrelationRow[];
  readonly spend: readonly SpendRow[];
  /** By incident id; incidents whose findings count nothing have none. */
  readonly timelines: Readonly<Record<string, IncidentTimeline>>;
}

export interface IncidentTimeline {
  readonly signal: string;
  /** Where the count was taken, for the caption: `prod-main, eu-west-1`. */
  readonly where: string;
  /** Minutes a row. */
  readonly intervalMinutes: number;
  readonly rows: readonly IncidentTimelineRow[];
}
