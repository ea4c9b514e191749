import type { Chart } from "./chart.ts";
import { accountName, calculate, chosen, eventsBefore, flatten, keep, NAMES, nameLists, timeBound } from "./query.ts";
import { TEXT } from "./theme.ts";

export interface AccountComparisonRow {
  readonly account: string;
  readonly type: string;
  /** Successful calls of the last seven days that changed something. */
  readonly changes: number;
  /** Against as long a time of the account's own four weeks before: 2 is twice as many. */
  readonly ownPast: number;
  /** Against the median account of its type. */
  readonly peers: number;
}

const WEEK = 7;
const PAST = 28;
const DAY_MS = 86_400_000;
const MOST_ACCOUNTS = 300;

/** Ratios that differ from one by less than this are not named. */
const NOTABLE = 2;

const ratioAxis = (field: string, title: string): Readonly<Record<string, unknown>> => ({
  field,
  type: "quantitative",
  title,
  scale: { type: "log", base: 2, nice: true },
  axis: { format: "~g", tickCount: 6 },
});

export const accountComparison: Chart<AccountComparisonRow> = {
  id: "account-comparison",
  title: "Each account against its own past and its peers",
  description:
    "Successful calls that change something, in the last seven days of the chosen time: to the right more than in the account's own four weeks before, upwards more than the median account of its type. One is added to each count, so that quiet accounts compare; accounts with less than a day of past are left out.",
  data: "comparison",
  fields: ["account", "type", "changes", "ownPast", "peers"],
  specification: {
    width: 620,
    height: 320,
    encoding: {
      x: ratioAxis("ownPast", "times its own past"),
      y: ratioAxis("peers", "times the median of its peers"),
    },
    layer: [
      {
        mark: { type: "rule", color: "#8a94a6", strokeDash: [4, 3] },
        encoding: { x: { datum: 1, type: "quantitative" }, y: null },
      },
      {
        mark: { type: "rule", color: "#8a94a6", strokeDash: [4, 3] },
        encoding: { y: { datum: 1, type: "quantitative" }, x: null },
      },
      {
        mark: { type: "point", filled: true, opacity: 0.9, size: 90 },
        encoding: {
          color: {
            field: "type",
            type: "nominal",
            title: null,
            scale: { range: ["#2f6fb0", "#e0662f", "#3f9b72", "#8456a8", "#d9a400", "#c2274b", "#4fa7ad", "#8a94a6"] },
            legend: { orient: "right", symbolType: "circle" },
          },
          tooltip: [
            { field: "account", type: "nominal" },
            { field: "type", type: "nominal" },
            { field: "changes", type: "quantitative", title: "changes in seven days", format: "," },
            { field: "ownPast", type: "quantitative", title: "times its own past", format: ".2~f" },
            { field: "peers", type: "quantitative", title: "times its peers", format: ".2~f" },
          ],
        },
      },
      {
        transform: [keep(`datum.ownPast >= ${NOTABLE} || datum.ownPast <= ${1 / NOTABLE}`)],
        mark: { ...TEXT, align: "left", dx: 8 },
        encoding: { text: { field: "account", type: "nominal" } },
      },
    ],
  },
  query: {
    sources: ["events"],
    body: {
      size: 0,
      query: chosen(eventsBefore(WEEK + PAST), {
        bool: {
          filter: [{ term: { counted: true } }, { term: { outcome: "success" } }, { term: { read_only: false } }],
        },
      }),
      aggs: {
        ...NAMES,
        bounds: { date_range: { field: "@timestamp", ranges: [{ from: timeBound("max", -WEEK) }] } },
        types: {
          terms: { field: "account_type", size: 20, order: { _key: "asc" } },
          aggs: {
            accounts: {
              terms: { field: "account", size: MOST_ACCOUNTS },
              aggs: {
                first: { min: { field: "@timestamp" } },
                recent: { filter: { range: { "@timestamp": { gte: timeBound("max", -WEEK) } } } },
              },
            },
          },
        },
      },
    },
    transform: [
      ...nameLists,
      calculate("types", "datum.types.buckets"),
      flatten("types", "ownType"),
      calculate("type", "datum.ownType.key"),
      calculate("accounts", "datum.ownType.accounts.buckets"),
      flatten("accounts", "own"),
      calculate("accountId", "datum.own.key"),
      ...accountName("account", "accountId"),
      calculate("changes", "datum.own.recent.doc_count"),
      // As much of the four weeks as the account has.
      calculate("pastDays", `(datum.bounds.buckets[0].from - datum.own.first.value) / ${DAY_MS}`),
      keep("datum.pastDays >= 1"),
      calculate("past", `(datum.own.doc_count - datum.changes) * ${WEEK} / datum.pastDays`),
      { joinaggregate: [{ op: "median", field: "changes", as: "usualOfPeers" }], groupby: ["type"] },
      calculate("ownPast", "(datum.changes + 1) / (datum.past + 1)"),
      calculate("peers", "(datum.changes + 1) / (datum.usualOfPeers + 1)"),
    ],
  },
};
