import type { Chart } from "./chart.ts";
import { intervalBounds } from "./intervals.ts";
import { accountName, calculate, chosen, EVENTS_IN_TIME, flatten, NAMES, nameLists } from "./query.ts";

export interface CoverageRow {
  readonly account: string;
  /** Start of the interval, ISO or milliseconds. */
  readonly time: string | number;
  /** Events logged; intervals without any have no row. */
  readonly events: number;
}

const MOST_ACCOUNTS = 100;

export const coverage: Chart<CoverageRow> = {
  id: "coverage",
  title: "When each account logged",
  description:
    "Events of each account over time, the darker the more; empty where none was logged, which is silence or missing logs, and never a zero that was seen.",
  data: "coverage",
  fields: ["account", "time", "events"],
  specification: {
    width: 620,
    height: { step: 18 },
    transform: intervalBounds,
    mark: { type: "rect" },
    encoding: {
      x: {
        field: "start",
        type: "temporal",
        scale: { type: "utc" },
        title: null,
        axis: { format: "%b %-d", labelOverlap: true, grid: false },
      },
      x2: { field: "end" },
      y: { field: "account", type: "nominal", title: null, sort: "ascending", axis: { labelLimit: 140, ticks: false } },
      color: {
        field: "events",
        type: "quantitative",
        scale: { type: "log", domainMin: 1, range: ["#c9dcef", "#1d4a7a"] },
        legend: null,
      },
      tooltip: [
        { field: "account", type: "nominal" },
        { field: "start", type: "temporal", title: "from", format: "%Y-%m-%d %H:%M" },
        { field: "events", type: "quantitative", format: "," },
      ],
    },
  },
  query: {
    sources: ["events"],
    body: {
      size: 0,
      query: chosen(EVENTS_IN_TIME),
      aggs: {
        ...NAMES,
        intervals: {
          auto_date_histogram: { field: "@timestamp", buckets: 150, minimum_interval: "hour" },
          aggs: { accounts: { terms: { field: "account", size: MOST_ACCOUNTS } } },
        },
      },
    },
    transform: [
      ...nameLists,
      calculate("intervals", "datum.intervals.buckets"),
      flatten("intervals", "interval"),
      calculate("time", "datum.interval.key"),
      calculate("accounts", "datum.interval.accounts.buckets"),
      flatten("accounts", "own"),
      calculate("accountId", "datum.own.key"),
      calculate("events", "datum.own.doc_count"),
      ...accountName("account", "accountId"),
    ],
  },
};
