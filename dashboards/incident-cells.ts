import {
  accountName,
  BOUNDS,
  type ChartQuery,
  calculate,
  chosen,
  EITHER_IN_TIME,
  flatten,
  keep,
  NAMES,
  nameLists,
} from "./query.ts";
import { severityOf } from "./severity.ts";

/** Rows beyond which a picture cannot be read. */
const MOST_ACCOUNTS = 40;
/** Cells with an incident, and accounts a column that only logged: within a cluster's limit of 65,535 buckets. */
const MOST_CELLS = 10_000;
const MOST_LOGGED = 100;

type Part = Readonly<Record<string, unknown>>;

/**
 * Accounts against something else (`as`), a cell each: its worst incident and the number of incidents, and calm cells
 * where events were logged and no incident was. What is not even calm was not logged, and stays empty.
 *
 * One search asks events and incidents; the two lists of its answer become rows of one kind. The accounts with the
 * worst incidents come first, then those with events alone.
 */
export function incidentCells({
  incidentField,
  logged,
  as,
  columns,
}: {
  /** `<account>|<column>` in the documents of incidents. */
  readonly incidentField: string;
  /** Aggregation of events whose buckets are columns. */
  readonly logged: Part;
  readonly as: string;
  /** What is to be done with the column's key, before cells are counted. */
  readonly columns: readonly Part[];
}): ChartQuery {
  return {
    sources: ["events", "incidents"],
    body: {
      size: 0,
      query: chosen(EITHER_IN_TIME),
      aggs: {
        ...NAMES,
        ...BOUNDS,
        incidents: {
          terms: { field: incidentField, size: MOST_CELLS, order: [{ rank: "desc" }, { _count: "desc" }] },
          aggs: { rank: { max: { field: "severity_rank" } } },
        },
        logged: { ...logged, aggs: { accounts: { terms: { field: "account", size: MOST_LOGGED } } } },
      },
    },
    transform: [
      ...nameLists,
      calculate("from", "datum.bounds.buckets[0].from"),
      calculate("to", "datum.bounds.buckets[0].to"),
      calculate("part", "[datum.incidents.buckets, datum.logged.buckets]"),
      flatten("part"),
      flatten("part", "column"),
      calculate("inside", "isValid(datum.column.accounts) ? datum.column.accounts.buckets : [datum.column]"),
      flatten("inside"),
      calculate("isLogged", "isValid(datum.column.accounts)"),
      calculate("pair", "datum.isLogged ? [datum.inside.key, datum.column.key] : split(datum.inside.key, '|')"),
      calculate("accountId", "datum.pair[0]"),
      calculate(as, "datum.pair[1]"),
      ...columns,
      calculate("rank", "datum.isLogged ? -1 : datum.inside.rank.value"),
      calculate("count", "datum.isLogged ? 0 : datum.inside.doc_count"),
      ...accountName("account", "accountId"),
      {
        aggregate: [
          { op: "max", field: "rank", as: "rank" },
          { op: "sum", field: "count", as: "incidents" },
        ],
        groupby: ["accountId", "account", as],
      },
      severityOf("severity", "datum.rank"),
      {
        joinaggregate: [
          { op: "max", field: "rank", as: "worst" },
          { op: "sum", field: "incidents", as: "total" },
        ],
        groupby: ["account"],
      },
      {
        window: [{ op: "dense_rank", as: "place" }],
        sort: [
          { field: "worst", order: "descending" },
          { field: "total", order: "descending" },
          { field: "account", order: "ascending" },
        ],
      },
      keep(`datum.place <= ${MOST_ACCOUNTS}`),
    ],
  };
}
