import type { TypeComparisonRow } from "#core/report/rows.ts";
import type { Chart } from "./chart.ts";
import { calculate, chosen, EITHER_IN_TIME, flatten, IS_EVENT, IS_INCIDENT, keep } from "./query.ts";
import { shade, TEXT } from "./theme.ts";

const DAY_MS = 86_400_000;
/** The span of the events ends with the five minutes that the last one is in. */
const BUCKET_MS = 300_000;

export const typeComparison: Chart<TypeComparisonRow> = {
  id: "account-type-comparison",
  title: "Production against the rest",
  description:
    "The same measures per account type, each per account, so that few and many accounts compare; the stronger the colour, the nearer to the highest of its column.",
  data: "types",
  fields: ["type", "measure", "value"],
  specification: {
    width: 620,
    height: { step: 24 },
    transform: [
      { joinaggregate: [{ op: "max", field: "value", as: "highest" }], groupby: ["measure"] },
      calculate("share", "datum.highest > 0 ? datum.value / datum.highest : 0"),
      // At least three figures, and no more decimals than they need.
      calculate(
        "text",
        "datum.value === 0 ? '0' : datum.value >= 100 ? format(datum.value, ',.0f') : format(datum.value, '.3~r')",
      ),
    ],
    encoding: {
      x: {
        field: "measure",
        type: "nominal",
        title: null,
        sort: null,
        axis: {
          orient: "top",
          labelAngle: 0,
          labelLimit: 240,
          // Room for the second line.
          labelPadding: 16,
          labelExpr: "split(replace(datum.label, ' per ', '|per '), '|')",
          ticks: false,
        },
      },
      y: { field: "type", type: "nominal", title: null, sort: null, axis: { ticks: false } },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 2, color: "#2f6fb0" },
        encoding: {
          opacity: shade("share"),
          tooltip: [
            { field: "type", type: "nominal" },
            { field: "measure", type: "nominal" },
            { field: "value", type: "quantitative", format: ",.4~r" },
          ],
        },
      },
      { mark: TEXT, encoding: { text: { field: "text", type: "nominal" } } },
    ],
  },
  query: {
    sources: ["events", "incidents"],
    body: {
      size: 0,
      query: chosen(EITHER_IN_TIME),
      aggs: {
        types: {
          terms: { field: "account_type", size: 20, order: { _key: "asc" } },
          aggs: {
            events: {
              filter: IS_EVENT,
              aggs: {
                accounts: { cardinality: { field: "account", precision_threshold: 40_000 } },
                counted: {
                  filter: { term: { counted: true } },
                  aggs: { added: { sum: { field: "added_doubled_nanos" } } },
                },
              },
            },
            incidents: { filter: { bool: { filter: [IS_INCIDENT, { range: { severity_rank: { gte: 1 } } }] } } },
          },
        },
        first: { min: { field: "@timestamp" } },
        last: { max: { field: "@timestamp" } },
      },
    },
    transform: [
      calculate("days", `max(1, (datum.last.value + ${BUCKET_MS} - datum.first.value) / ${DAY_MS})`),
      calculate("types", "datum.types.buckets"),
      flatten("types", "own"),
      calculate("type", "datum.own.key"),
      calculate("accounts", "datum.own.events.accounts.value"),
      // A type whose accounts logged nothing in the chosen time has no such figures.
      keep("datum.accounts > 0"),
      calculate(
        "measures",
        `[${[
          "{measure: 'incidents per account and week', total: 7 * datum.own.incidents.doc_count}",
          "{measure: 'events per account and day', total: datum.own.events.doc_count}",
          "{measure: 'USD/hour added per account and day', total: datum.own.events.counted.added.value / 2e9}",
        ].join(", ")}]`,
      ),
      flatten("measures", "one"),
      calculate("measure", "datum.one.measure"),
      calculate("value", "datum.one.total / datum.accounts / datum.days"),
    ],
  },
};
