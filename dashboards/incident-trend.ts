import { SEVERITIES } from "#core/domain/finding.ts";
import type { Chart } from "./chart.ts";
import { calculate, chosen, flatten, keep, timeBound } from "./query.ts";
import { severityColour } from "./severity.ts";

export interface TrendRow {
  /** Start of the day, ISO or milliseconds. */
  readonly day: string | number;
  readonly severity: string;
  /** Incidents that began on the day. */
  readonly incidents: number;
}

/** Days that the line takes together. */
const WEEK = 7;

export const incidentTrend: Chart<TrendRow> = {
  id: "incident-trend",
  title: "Is it getting more?",
  description:
    "Incidents of the whole organization by the day they began, by severity; the line is the mean of the last seven days.",
  data: "trend",
  fields: ["day", "severity", "incidents"],
  specification: {
    width: 620,
    height: 180,
    transform: [calculate("gravity", `indexof(${JSON.stringify(SEVERITIES)}, datum.severity)`)],
    encoding: {
      x: {
        field: "day",
        type: "temporal",
        timeUnit: "utcyearmonthdate",
        scale: { type: "utc" },
        title: null,
        axis: { format: "%b %-d", labelOverlap: true },
      },
    },
    layer: [
      {
        mark: { type: "bar" },
        encoding: {
          y: { field: "incidents", type: "quantitative", stack: "zero", title: "incidents", axis: { tickMinStep: 1 } },
          order: { field: "gravity", sort: "descending" },
          color: severityColour,
          tooltip: [
            { field: "day", type: "temporal", timeUnit: "utcyearmonthdate" },
            { field: "severity", type: "nominal" },
            { field: "incidents", type: "quantitative" },
          ],
        },
      },
      {
        transform: [
          { aggregate: [{ op: "sum", field: "incidents", as: "all" }], groupby: ["day"] },
          {
            window: [
              { op: "mean", field: "all", as: "mean" },
              { op: "count", as: "daysBehind" },
            ],
            frame: [1 - WEEK, 0],
            sort: [{ field: "day" }],
          },
          keep(`datum.daysBehind === ${WEEK}`),
        ],
        mark: { type: "line", color: "#555e6e", strokeWidth: 2, interpolate: "monotone" },
        encoding: { y: { field: "mean", type: "quantitative" } },
      },
    ],
  },
  query: {
    sources: ["incidents"],
    body: {
      size: 0,
      query: chosen({ range: { window_start: { "%timefilter%": true } } }),
      aggs: {
        days: {
          date_histogram: {
            field: "window_start",
            fixed_interval: "1d",
            min_doc_count: 0,
            // Days without any count too.
            extended_bounds: { min: timeBound("min"), max: timeBound("max") },
          },
          aggs: Object.fromEntries(SEVERITIES.map((severity) => [severity, { filter: { term: { severity } } }])),
        },
      },
    },
    transform: [
      calculate("days", "datum.days.buckets"),
      flatten("days", "one"),
      calculate("day", "datum.one.key"),
      calculate(
        "severities",
        `[${SEVERITIES.map((severity) => `{severity: '${severity}', incidents: datum.one.${severity}.doc_count}`).join(", ")}]`,
      ),
      flatten("severities", "own"),
      calculate("severity", "datum.own.severity"),
      calculate("incidents", "datum.own.incidents"),
    ],
  },
};
