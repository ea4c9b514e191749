import { SEVERITIES } from "#core/domain/finding.ts";
import type { RankingRow } from "#core/report/rows.ts";
import type { Chart } from "./chart.ts";
import {
  accountName,
  calculate,
  chosen,
  EITHER_IN_TIME,
  flatten,
  IS_INCIDENT,
  keep,
  NAMES,
  nameLists,
} from "./query.ts";
import { severityColour } from "./severity.ts";

const MOST_ACCOUNTS = 40;
const GRAVEST_FIRST = [...SEVERITIES].reverse();

export const ranking: Chart<RankingRow> = {
  id: "most-anomalous-accounts",
  title: "Most anomalous accounts",
  description: "Incidents per account by severity, the most affected first.",
  data: "ranking",
  fields: ["account", "severity", "incidents"],
  specification: {
    width: 620,
    height: { step: 20 },
    transform: [calculate("gravity", `indexof(${JSON.stringify(SEVERITIES)}, datum.severity)`)],
    mark: { type: "bar" },
    encoding: {
      x: {
        field: "incidents",
        type: "quantitative",
        stack: "zero",
        title: "incidents",
        axis: { tickMinStep: 1, format: "d" },
      },
      y: { field: "account", type: "nominal", title: null, sort: null, axis: { labelLimit: 140, ticks: false } },
      order: { field: "gravity", sort: "descending" },
      color: severityColour,
      tooltip: [
        { field: "account", type: "nominal" },
        { field: "severity", type: "nominal" },
        { field: "incidents", type: "quantitative" },
      ],
    },
  },
  query: {
    sources: ["events", "incidents"],
    body: {
      size: 0,
      query: chosen(EITHER_IN_TIME),
      aggs: {
        ...NAMES,
        incidents: {
          filter: IS_INCIDENT,
          aggs: {
            accounts: {
              terms: {
                field: "account",
                size: MOST_ACCOUNTS,
                order: [...GRAVEST_FIRST.map((severity) => ({ [severity]: "desc" })), { _key: "asc" }],
              },
              aggs: Object.fromEntries(SEVERITIES.map((severity) => [severity, { filter: { term: { severity } } }])),
            },
          },
        },
      },
    },
    transform: [
      ...nameLists,
      calculate("ranked", "datum.incidents.accounts.buckets"),
      flatten("ranked"),
      calculate("accountId", "datum.ranked.key"),
      ...accountName("account", "accountId"),
      calculate(
        "severities",
        `[${GRAVEST_FIRST.map((severity) => `{severity: '${severity}', incidents: datum.ranked.${severity}.doc_count}`).join(", ")}]`,
      ),
      flatten("severities", "own"),
      calculate("severity", "datum.own.severity"),
      calculate("incidents", "datum.own.incidents"),
      keep("datum.incidents > 0"),
    ],
  },
};
