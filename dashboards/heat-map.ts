import { SEVERITIES } from "#core/domain/finding.ts";
import type { HeatMapRow } from "#core/report/rows.ts";
import { type Chart, SEVERITY_COLOURS } from "./chart.ts";

/** A calm day: seen, and nothing to say. Faint on white and on dark paper. */
const CALM = "#8a94a633";

export const heatMap: Chart<HeatMapRow> = {
  id: "organization-heat-map",
  title: "Where and when",
  description: "One row an account, one column a day; the colour is the most severe incident of that day.",
  data: "heat",
  fields: ["account", "day", "severity", "incidents"],
  specification: (rows) => ({
    data: { name: "heat" },
    width: 620,
    height: { step: 20 },
    mark: { type: "rect", cornerRadius: 2, stroke: "transparent" },
    encoding: {
      x: {
        field: "day",
        type: "ordinal",
        timeUnit: "utcyearmonthdate",
        title: null,
        axis: { format: "%b %-d", labelAngle: 0, labelOverlap: true, ticks: false },
      },
      y: {
        field: "account",
        type: "nominal",
        title: null,
        sort: [...new Set(rows.map((row) => row.account))],
        axis: { labelLimit: 140, ticks: false },
      },
      color: {
        field: "severity",
        type: "ordinal",
        title: null,
        scale: {
          domain: ["none", ...SEVERITIES],
          range: [CALM, ...SEVERITIES.map((severity) => SEVERITY_COLOURS[severity])],
        },
        legend: { orient: "top", direction: "horizontal" },
      },
    },
  }),
};
