import type { Chart } from "./chart.ts";
import {
  accountName,
  type ChartQuery,
  calculate,
  chosen,
  EITHER_IN_TIME,
  flatten,
  IS_INCIDENT,
  NAMES,
  nameLists,
} from "./query.ts";
import { shade, TEXT } from "./theme.ts";

const MOST_PAIRS = 5000;

export interface ProfileRow {
  readonly account: string;
  /** A signal's id, or what else was found: `first-region`, `policy`. */
  readonly finding: string;
  /** Incidents with such a finding in the account. */
  readonly incidents: number;
}

/** What was found in which account, and in how many incidents: an account's row of it is its profile. */
export const profileQuery: ChartQuery = {
  sources: ["events", "incidents"],
  body: {
    size: 0,
    query: chosen(EITHER_IN_TIME),
    aggs: {
      ...NAMES,
      incidents: {
        filter: IS_INCIDENT,
        aggs: { pairs: { terms: { field: "account_findings", size: MOST_PAIRS } } },
      },
    },
  },
  transform: [
    ...nameLists,
    calculate("pairs", "datum.incidents.pairs.buckets"),
    flatten("pairs", "pair"),
    calculate("parts", "split(datum.pair.key, '|')"),
    calculate("accountId", "datum.parts[0]"),
    calculate("finding", "datum.parts[1]"),
    calculate("incidents", "datum.pair.doc_count"),
    ...accountName("account", "accountId"),
  ],
};

export const anomalyProfiles: Chart<ProfileRow> = {
  id: "anomaly-profiles",
  title: "What is found in which account",
  description: "The number of incidents that have a finding of a kind (a signal, a first use, a policy) in an account.",
  data: "profiles",
  fields: ["account", "finding", "incidents"],
  specification: {
    width: { step: 30 },
    height: { step: 22 },
    transform: [
      { joinaggregate: [{ op: "max", field: "incidents", as: "most" }] },
      calculate("share", "datum.incidents / datum.most"),
    ],
    encoding: {
      x: {
        field: "finding",
        type: "nominal",
        title: null,
        sort: { op: "sum", field: "incidents", order: "descending" },
        axis: { labelAngle: -45, labelLimit: 200, ticks: false },
      },
      y: { field: "account", type: "nominal", title: null, sort: "ascending", axis: { labelLimit: 140, ticks: false } },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 2, color: "#2f6fb0" },
        encoding: {
          opacity: shade("share"),
          tooltip: [
            { field: "account", type: "nominal" },
            { field: "finding", type: "nominal" },
            { field: "incidents", type: "quantitative" },
          ],
        },
      },
      { mark: TEXT, encoding: { text: { field: "incidents", type: "quantitative" } } },
    ],
  },
  query: profileQuery,
};
