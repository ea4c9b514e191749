import type { HeatMapRow } from "#core/report/rows.ts";
import type { Chart } from "./chart.ts";
import { incidentCells } from "./incident-cells.ts";
import { calculate, keep } from "./query.ts";
import { severityOrCalmColour } from "./severity.ts";

const DAY_MS = 86_400_000;

export const heatMap: Chart<HeatMapRow> = {
  id: "organization-heat-map",
  title: "Where and when",
  description: "One row an account, one column a day; the colour is the most severe incident of that day.",
  data: "heat",
  fields: ["account", "day", "severity", "incidents"],
  specification: {
    width: 620,
    height: { step: 20 },
    mark: { type: "rect", cornerRadius: 2, stroke: "transparent" },
    encoding: {
      x: {
        field: "day",
        type: "temporal",
        timeUnit: "utcyearmonthdate",
        scale: { type: "utc" },
        title: null,
        axis: { format: "%b %-d", labelAngle: 0, labelOverlap: true, ticks: false, grid: false },
      },
      y: { field: "account", type: "nominal", title: null, sort: null, axis: { labelLimit: 140, ticks: false } },
      color: severityOrCalmColour,
      tooltip: [
        { field: "account", type: "nominal" },
        { field: "day", type: "temporal", timeUnit: "utcyearmonthdate" },
        { field: "severity", type: "nominal" },
        { field: "incidents", type: "quantitative" },
      ],
    },
  },
  query: incidentCells({
    incidentField: "account_days",
    logged: { date_histogram: { field: "@timestamp", fixed_interval: "1d", min_doc_count: 1 } },
    as: "day",
    columns: [
      calculate("day", "toDate(datum.day)"),
      // An incident may have begun, or go on, outside the chosen time.
      keep(`datum.day + ${DAY_MS} > datum.from && datum.day <= datum.to`),
    ],
  }),
};
