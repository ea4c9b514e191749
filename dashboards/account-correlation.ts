import type { CorrelationRow } from "#core/report/rows.ts";
import type { Chart } from "./chart.ts";

export const accountCorrelation: Chart<CorrelationRow> = {
  id: "account-correlation",
  title: "Accounts that move together",
  description: "Rank correlation of hourly changes between accounts, after the usual course of the day is taken out.",
  data: "correlation",
  fields: ["a", "b", "correlation"],
  specification: (rows) => {
    const accounts = [...new Set(rows.map((row) => row.a))];
    return {
      data: { name: "correlation" },
      width: { step: 34 },
      height: { step: 22 },
      mark: { type: "rect", cornerRadius: 2 },
      encoding: {
        x: {
          field: "b",
          type: "nominal",
          title: null,
          sort: accounts,
          axis: { labelAngle: -45, labelLimit: 110, ticks: false },
        },
        y: { field: "a", type: "nominal", title: null, sort: accounts, axis: { labelLimit: 140, ticks: false } },
        color: {
          field: "correlation",
          type: "quantitative",
          title: null,
          scale: { domain: [-1, 0, 1], range: ["#3f9b72", "#dfe3ea", "#c2274b"] },
          legend: { orient: "right", gradientLength: 90 },
        },
      },
    };
  },
};
