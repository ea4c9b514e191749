import type { Chart } from "./chart.ts";
import { accountName, calculate, chosen, EVENTS_IN_TIME, flatten, NAMES, nameLists } from "./query.ts";
import { shade, TEXT } from "./theme.ts";

export interface LoggedKindRow {
  readonly account: string;
  /** `management` has no service; data and network events are logged by service, and only where a trail asks for them. */
  readonly kind: string;
  readonly events: number;
}

const MOST_ACCOUNTS = 100;
const MOST_SERVICES = 12;

export const loggedKinds: Chart<LoggedKindRow> = {
  id: "logged-kinds",
  title: "What each account's logs can show",
  description:
    "Events by kind: management, and data events by service. An empty cell is not logged: object reads, invocations and the like cannot be seen there, however many there were.",
  data: "kinds",
  fields: ["account", "kind", "events"],
  specification: {
    width: { step: 60 },
    height: { step: 18 },
    transform: [
      calculate("text", "format(datum.events, datum.events < 1000 ? 'd' : '.2~s')"),
      // By magnitude: a service's thousands are no less logged than another's millions.
      calculate("magnitude", "1 + log(datum.events)"),
      { joinaggregate: [{ op: "max", field: "magnitude", as: "highest" }] },
      calculate("share", "datum.magnitude / datum.highest"),
    ],
    encoding: {
      x: {
        field: "kind",
        type: "nominal",
        title: null,
        sort: { op: "sum", field: "events", order: "descending" },
        axis: {
          orient: "top",
          labelAngle: 0,
          labelLimit: 110,
          // Room for a second line.
          labelPadding: 16,
          labelExpr: "split(datum.label, ' ')",
          ticks: false,
        },
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
            { field: "kind", type: "nominal" },
            { field: "events", type: "quantitative", format: "," },
          ],
        },
      },
      { mark: TEXT, encoding: { text: { field: "text", type: "nominal" } } },
    ],
  },
  query: {
    sources: ["events"],
    body: {
      size: 0,
      query: chosen(EVENTS_IN_TIME),
      aggs: {
        ...NAMES,
        accounts: {
          terms: { field: "account", size: MOST_ACCOUNTS },
          aggs: {
            management: { filter: { term: { category: "management" } } },
            others: {
              filter: { bool: { must_not: [{ term: { category: "management" } }] } },
              aggs: { services: { terms: { field: "service", size: MOST_SERVICES } } },
            },
          },
        },
      },
    },
    transform: [
      ...nameLists,
      calculate("accounts", "datum.accounts.buckets"),
      flatten("accounts", "own"),
      calculate("accountId", "datum.own.key"),
      calculate("lists", "[[datum.own.management], datum.own.others.services.buckets]"),
      flatten("lists", "list"),
      flatten("list", "one"),
      calculate("kind", "isValid(datum.one.key) ? datum.one.key + ' data' : 'management'"),
      calculate("events", "datum.one.doc_count"),
      ...accountName("account", "accountId"),
      { filter: "datum.events > 0" },
    ],
  },
};
