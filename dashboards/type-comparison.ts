import type { TypeComparisonRow } from "#core/report/rows.ts";
import type { Chart } from "./chart.ts";

export const typeComparison: Chart<TypeComparisonRow> = {
  id: "account-type-comparison",
  title: "Production against the rest",
  description: "The same measures per account type, each per account, so that few and many accounts compare.",
  data: "types",
  fields: ["type", "measure", "value"],
  specification: () => ({
    data: { name: "types" },
    columns: 1,
    facet: {
      field: "measure",
      type: "nominal",
      title: null,
      header: { labelAnchor: "start", labelFontWeight: "bold" },
    },
    resolve: { scale: { x: "independent" } },
    spec: {
      width: 560,
      height: { step: 18 },
      mark: { type: "bar", color: "#2f6fb0" },
      encoding: {
        x: { field: "value", type: "quantitative", title: null },
        y: { field: "type", type: "nominal", title: null, sort: null, axis: { ticks: false } },
      },
    },
  }),
};
