import type { Chart } from "./chart.ts";
import { accountName, BOUNDS, calculate, chosen, eventsBefore, flatten, NAMES, nameLists } from "./query.ts";

export interface FreshnessRow {
  readonly account: string;
  /** Minutes from the account's last event to the end of the chosen time. */
  readonly silentMinutes: number;
}

/** An account that has been silent for longer than this is gone. */
const DAYS = 30;
const MOST_ACCOUNTS = 60;
const MINUTE_MS = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;

export const freshness: Chart<FreshnessRow> = {
  id: "freshness",
  title: "How fresh each account's logs are",
  description:
    "Minutes from an account's last event to the end of the chosen time, the longest first; CloudTrail needs about 15, and a sandbox may sleep. Accounts that are silent for 30 days are left out.",
  data: "freshness",
  fields: ["account", "silentMinutes"],
  specification: {
    width: 620,
    height: { step: 18 },
    transform: [
      calculate(
        "state",
        `datum.silentMinutes < ${HOUR} ? '< 1 hour' : datum.silentMinutes < ${DAY} ? '< 1 day' : 'longer'`,
      ),
      calculate("shown", "max(1, datum.silentMinutes)"),
    ],
    mark: { type: "bar" },
    encoding: {
      x: {
        field: "shown",
        type: "quantitative",
        stack: null,
        scale: { type: "log", domain: [1, DAYS * DAY], clamp: true },
        title: "minutes since the last event",
        axis: { values: [1, 5, 15, HOUR, 6 * HOUR, DAY, 7 * DAY], format: "," },
      },
      x2: { datum: 1 },
      y: { field: "account", type: "nominal", title: null, sort: null, axis: { labelLimit: 140, ticks: false } },
      color: {
        field: "state",
        type: "nominal",
        title: null,
        scale: {
          domain: ["< 1 hour", "< 1 day", "longer"],
          range: ["#3f9b72", "#d9a400", "#c2274b"],
        },
        legend: { orient: "top", direction: "horizontal" },
      },
      tooltip: [
        { field: "account", type: "nominal" },
        { field: "silentMinutes", type: "quantitative", title: "minutes", format: ",.0f" },
      ],
    },
  },
  query: {
    sources: ["events"],
    body: {
      size: 0,
      query: chosen(eventsBefore(DAYS)),
      aggs: {
        ...NAMES,
        ...BOUNDS,
        accounts: {
          terms: { field: "account", size: MOST_ACCOUNTS, order: [{ last: "asc" }, { _key: "asc" }] },
          aggs: { last: { max: { field: "@timestamp" } } },
        },
      },
    },
    transform: [
      ...nameLists,
      calculate("to", "datum.bounds.buckets[0].to"),
      calculate("accounts", "datum.accounts.buckets"),
      flatten("accounts", "own"),
      calculate("accountId", "datum.own.key"),
      calculate("silentMinutes", `(datum.to - datum.own.last.value) / ${MINUTE_MS}`),
      ...accountName("account", "accountId"),
    ],
  },
};
