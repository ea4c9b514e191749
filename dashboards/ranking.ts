import { SEVERITIES } from "#core/domain/finding.ts";
import type { RankingRow } from "#core/report/rows.ts";
import { type Chart, SEVERITY_COLOURS } from "./chart.ts";

export const ranking: Chart<RankingRow> = {
  id: "most-anomalous-accounts",
  title: "Most anomalous accounts",
  description: "Incidents per account by severity, the most affected first.",
  data: "ranking",
  fields: ["account", "severity", "incidents"],
  specification: (rows) => ({
    data: { name: "ranking" },
    width: 620,
    height: { step: 20 },
    transform: [{ calculate: `indexof(${JSON.stringify(SEVERITIES)}, datum.severity)`, as: "rank" }],
    mark: { type: "bar" },
    encoding: {
      x: {
        field: "incidents",
        type: "quantitative",
        aggregate: "sum",
        title: "incidents",
        axis: { tickMinStep: 1, format: "d" },
      },
      y: {
        field: "account",
        type: "nominal",
        title: null,
        sort: [...new Set(rows.map((row) => row.account))],
        axis: { labelLimit: 140, ticks: false },
      },
      order: { field: "rank", sort: "descending" },
      color: {
        field: "severity",
        type: "ordinal",
        title: null,
        scale: { domain: [...SEVERITIES], range: SEVERITIES.map((severity) => SEVERITY_COLOURS[severity]) },
        legend: { orient: "top", direction: "horizontal" },
      },
    },
  }),
};
