import type { CorrelationRow } from "#core/report/rows.ts";
import type { Chart } from "./chart.ts";
import {
  accountName,
  type ChartQuery,
  calculate,
  chosen,
  eventsBefore,
  flatten,
  keep,
  NAMES,
  nameLists,
} from "./query.ts";
import { shade, TEXT } from "./theme.ts";

/** Pairs grow with the square: these are 190. */
const MOST_ACCOUNTS = 20;
const DAYS = 21;
const MINIMUM_HOURS = 72;
const HOUR_MS = 3_600_000;

/** Rank of a value among its account's, ties get their mean rank. */
const ranked = (field: string, as: string): readonly Readonly<Record<string, unknown>>[] => [
  { window: [{ op: "rank", as: "lowestRank" }], sort: [{ field }], groupby: ["account"] },
  { joinaggregate: [{ op: "count", as: "ties" }], groupby: ["account", field] },
  calculate(as, "datum.lowestRank + (datum.ties - 1) / 2"),
];

/**
 * Spearman's rank correlation of hourly counts after the median of the same hour of the day is taken out, as
 * core/report computes it, in Vega's transforms: so it follows the person's time and filters, and nothing has to be
 * computed ahead and kept. An hour without events counts as quiet; the report leaves out hours in which delivery was not
 * healthy, which no search can tell, and where there are any its figures differ a little from these.
 */
export const correlationQuery: ChartQuery = {
  sources: ["events"],
  body: {
    size: 0,
    query: chosen(eventsBefore(DAYS)),
    aggs: {
      ...NAMES,
      accounts: {
        terms: { field: "account", size: MOST_ACCOUNTS },
        aggs: { hours: { date_histogram: { field: "@timestamp", fixed_interval: "1h", min_doc_count: 0 } } },
      },
    },
  },
  transform: [
    ...nameLists,
    calculate("accounts", "datum.accounts.buckets"),
    flatten("accounts", "own"),
    ...accountName("account", "own.key"),
    calculate("hours", "datum.own.hours.buckets"),
    flatten("hours", "one"),
    calculate("hour", "datum.one.key"),
    calculate("events", "datum.one.doc_count"),
    { aggregate: [{ op: "sum", field: "events", as: "events" }], groupby: ["account", "hour"] },
    { impute: "events", key: "hour", value: 0, groupby: ["account"] },
    calculate("hourOfDay", `(datum.hour / ${HOUR_MS}) % 24`),
    { joinaggregate: [{ op: "median", field: "events", as: "usual" }], groupby: ["account", "hourOfDay"] },
    calculate("residual", "datum.events - datum.usual"),
    { joinaggregate: [{ op: "distinct", field: "residual", as: "residuals" }], groupby: ["account"] },
    keep("datum.residuals > 2"),
    ...ranked("residual", "x"),
    // Everybody of the same hour with everybody: a pair a row, each once.
    { joinaggregate: [{ op: "values", field: "account", as: "everybody" }], groupby: ["hour"] },
    flatten("everybody", "other"),
    calculate("b", "datum.other.account"),
    keep("datum.account < datum.b"),
    calculate("y", "datum.other.x"),
    calculate("xx", "datum.x * datum.x"),
    calculate("yy", "datum.y * datum.y"),
    calculate("xy", "datum.x * datum.y"),
    {
      aggregate: [
        { op: "count", as: "hours" },
        ...["x", "y", "xx", "yy", "xy"].map((field) => ({ op: "mean", field, as: `mean_${field}` })),
      ],
      groupby: ["account", "b"],
    },
    calculate(
      "spread",
      "sqrt((datum.mean_xx - datum.mean_x * datum.mean_x) * (datum.mean_yy - datum.mean_y * datum.mean_y))",
    ),
    keep(`datum.hours >= ${MINIMUM_HOURS} && datum.spread > 0`),
    calculate("correlation", "(datum.mean_xy - datum.mean_x * datum.mean_y) / datum.spread"),
    // Both orders of a pair.
    calculate("orders", "[[datum.account, datum.b], [datum.b, datum.account]]"),
    flatten("orders", "pair"),
    calculate("a", "datum.pair[0]"),
    calculate("b", "datum.pair[1]"),
  ],
};

export const howCorrelated = [
  calculate("strength", "abs(datum.correlation)"),
  calculate("way", "datum.correlation >= 0 ? 'together' : 'against each other'"),
];

/** Told apart with the common colour-vision deficiencies. */
export const wayColour = {
  field: "way",
  type: "nominal",
  title: null,
  scale: { domain: ["together", "against each other"], range: ["#c2274b", "#2f6fb0"] },
  legend: { orient: "top", direction: "horizontal" },
} as const;

export const accountCorrelation: Chart<CorrelationRow> = {
  id: "account-correlation",
  title: "Accounts that move together",
  description:
    "Rank correlation of hourly changes between accounts, after the usual course of the day is taken out: 1 is together, -1 is against each other.",
  data: "correlation",
  fields: ["a", "b", "correlation"],
  specification: {
    width: { step: 34 },
    height: { step: 22 },
    transform: howCorrelated,
    encoding: {
      x: {
        field: "b",
        type: "nominal",
        title: null,
        sort: "ascending",
        axis: { labelAngle: -45, labelLimit: 140, ticks: false },
      },
      y: { field: "a", type: "nominal", title: null, sort: "ascending", axis: { labelLimit: 140, ticks: false } },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 2 },
        encoding: {
          color: wayColour,
          opacity: shade("strength"),
          tooltip: [
            { field: "a", type: "nominal", title: "account" },
            { field: "b", type: "nominal", title: "moves with" },
            { field: "correlation", type: "quantitative", format: ".2f" },
          ],
        },
      },
      {
        mark: TEXT,
        encoding: { text: { field: "correlation", type: "quantitative", format: ".1f" } },
      },
    ],
  },
  query: correlationQuery,
};
