import type { Chart } from "./chart.ts";
import { intervalBounds } from "./intervals.ts";
import { calculate, chosen, EVENTS_IN_TIME, flatten, keep } from "./query.ts";
import { shade } from "./theme.ts";

export interface SignalTrendRow {
  /** The signal's id. */
  readonly signal: string;
  /** Start of the interval, ISO or milliseconds. */
  readonly time: string | number;
  /** Sum over all accounts and regions, in the signal's unit. */
  readonly value: number;
}

const MOST_SIGNALS = 60;

export const signalTrend: Chart<SignalTrendRow> = {
  id: "signal-trend",
  title: "What rose, and when",
  description:
    "Every signal over all accounts: the stronger a cell, the nearer to the signal's own highest in the chosen time. Empty where it counted nothing.",
  data: "signals",
  fields: ["signal", "time", "value"],
  specification: {
    width: 620,
    height: { step: 16 },
    transform: [
      { joinaggregate: [{ op: "max", field: "value", as: "highest" }], groupby: ["signal"] },
      calculate("share", "datum.value / datum.highest"),
      ...intervalBounds,
    ],
    mark: { type: "rect", color: "#e0662f" },
    encoding: {
      x: {
        field: "start",
        type: "temporal",
        scale: { type: "utc" },
        title: null,
        axis: { format: "%b %-d", labelOverlap: true, grid: false },
      },
      x2: { field: "end" },
      y: { field: "signal", type: "nominal", title: null, sort: "ascending", axis: { labelLimit: 200, ticks: false } },
      opacity: shade("share"),
      tooltip: [
        { field: "signal", type: "nominal" },
        { field: "start", type: "temporal", title: "from", format: "%Y-%m-%d %H:%M" },
        { field: "value", type: "quantitative", format: ",.4~r" },
      ],
    },
  },
  query: {
    sources: ["rollups"],
    body: {
      size: 0,
      // What is counted per principal or resource is counted per region as well.
      query: chosen(EVENTS_IN_TIME, {
        bool: { must_not: [{ exists: { field: "principal" } }, { exists: { field: "resource" } }] },
      }),
      aggs: {
        intervals: {
          auto_date_histogram: { field: "@timestamp", buckets: 120, minimum_interval: "hour" },
          aggs: {
            signals: {
              terms: { field: "signal", size: MOST_SIGNALS },
              aggs: { value: { sum: { field: "value" } } },
            },
          },
        },
      },
    },
    transform: [
      calculate("intervals", "datum.intervals.buckets"),
      flatten("intervals", "one"),
      calculate("time", "datum.one.key"),
      calculate("signals", "datum.one.signals.buckets"),
      flatten("signals", "own"),
      calculate("signal", "datum.own.key"),
      calculate("value", "datum.own.value.value"),
      keep("datum.value > 0"),
    ],
  },
};
