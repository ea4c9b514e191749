import type { SpendRow } from "#core/report/rows.ts";
import { type Chart, SERIES_COLOURS } from "./chart.ts";
import { intervalBounds } from "./intervals.ts";
import { calculate, chosen, EVENTS_IN_TIME, flatten, keep } from "./query.ts";

/** Billionths of a dollar, low and high together. */
const DOUBLED_NANOS_A_DOLLAR = 2e9;

export const spendMeter: Chart<SpendRow> = {
  id: "spend-meter",
  title: "Spend meter",
  description: "Estimated USD/hour that launches and creations added, and that terminations and deletions took away.",
  data: "spend",
  fields: ["time", "change", "usdPerHour"],
  specification: {
    width: 620,
    height: 160,
    transform: intervalBounds,
    mark: { type: "rect" },
    encoding: {
      x: {
        field: "start",
        type: "temporal",
        scale: { type: "utc" },
        title: null,
        axis: { format: "%b %-d", labelOverlap: true },
      },
      x2: { field: "end" },
      y: { field: "usdPerHour", type: "quantitative", title: "USD/hour", scale: { zero: true } },
      y2: { datum: 0 },
      color: {
        field: "change",
        type: "nominal",
        title: null,
        scale: { domain: ["added", "removed"], range: [SERIES_COLOURS.added, SERIES_COLOURS.removed] },
        legend: { orient: "top", direction: "horizontal" },
      },
      tooltip: [
        { field: "start", type: "temporal", title: "from", format: "%Y-%m-%d %H:%M" },
        { field: "change", type: "nominal" },
        { field: "usdPerHour", type: "quantitative", title: "USD/hour", format: ",.2f" },
      ],
    },
  },
  query: {
    sources: ["events"],
    body: {
      size: 0,
      query: chosen(EVENTS_IN_TIME, { term: { counted: true } }),
      aggs: {
        intervals: {
          auto_date_histogram: { field: "@timestamp", buckets: 120, minimum_interval: "hour" },
          aggs: {
            added: { sum: { field: "added_doubled_nanos" } },
            removed: { sum: { field: "removed_doubled_nanos" } },
          },
        },
      },
    },
    transform: [
      calculate("intervals", "datum.intervals.buckets"),
      flatten("intervals", "one"),
      calculate("time", "datum.one.key"),
      calculate(
        "changes",
        "[{change: 'added', doubled: datum.one.added.value}, {change: 'removed', doubled: -datum.one.removed.value}]",
      ),
      flatten("changes", "own"),
      calculate("change", "datum.own.change"),
      calculate("usdPerHour", `datum.own.doubled / ${DOUBLED_NANOS_A_DOLLAR}`),
      keep("datum.usdPerHour !== 0"),
    ],
  },
};
