import type { SpendRow } from "#core/report/rows.ts";
import { type Chart, SERIES_COLOURS } from "./chart.ts";

export const spendMeter: Chart<SpendRow> = {
  id: "spend-meter",
  title: "Spend meter",
  description: "Estimated USD/hour that launches and creations added, and that terminations and deletions took away.",
  data: "spend",
  fields: ["time", "change", "usdPerHour"],
  specification: (rows) => ({
    data: { name: "spend" },
    width: 620,
    height: 160,
    mark: { type: "bar", size: Math.max(2, Math.floor(520 / Math.max(1, new Set(rows.map((row) => row.time)).size))) },
    encoding: {
      x: {
        field: "time",
        type: "temporal",
        scale: { type: "utc" },
        title: null,
        axis: { format: "%b %-d", labelOverlap: true },
      },
      y: { field: "usdPerHour", type: "quantitative", title: "USD/hour" },
      color: {
        field: "change",
        type: "nominal",
        title: null,
        scale: { domain: ["added", "removed"], range: [SERIES_COLOURS.added, SERIES_COLOURS.removed] },
        legend: { orient: "top", direction: "horizontal" },
      },
    },
  }),
};
