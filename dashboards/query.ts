/** What is searched: `usage-events-*`, `usage-rollups-*`, `trailwatch-incidents`, under whatever names. */
export type ChartSource = "events" | "rollups" | "incidents";

/**
 * A search whose answer becomes a chart's rows by Vega's own means. Words in percent signs are those that OpenSearch
 * Dashboards' Vega replaces before it asks: the time that the person chose, and the person's filters.
 */
export interface ChartQuery {
  readonly sources: readonly ChartSource[];
  /** Body of the search. */
  readonly body: Readonly<Record<string, unknown>> & { readonly aggs: Readonly<Record<string, unknown>> };
  /**
   * Vega-Lite transforms from the answer, one row that has its aggregations as fields, to the chart's rows. Rows may have
   * other fields besides; `accountId` is what a click on the row filters by. Values are read as members of `datum` and
   * never become part of an expression.
   */
  readonly transform: readonly Readonly<Record<string, unknown>>[];
}

type Clause = Readonly<Record<string, unknown>>;

/** What the person filters by, and these clauses. */
export const chosen = (...filter: readonly Clause[]): Clause => ({
  bool: {
    must: ["%dashboard_context-must_clause%"],
    filter: ["%dashboard_context-filter_clause%", ...filter],
    must_not: ["%dashboard_context-must_not_clause%"],
  },
});

/** An end of the chosen time, `days` later. */
export const timeBound = (end: "min" | "max", days = 0): Clause =>
  days === 0 ? { "%timefilter%": end } : { "%timefilter%": end, shift: days, unit: "d" };

export const EVENTS_IN_TIME: Clause = { range: { "@timestamp": { "%timefilter%": true } } };

/** Events of `days` before the end of the chosen time, however short that is. */
export const eventsBefore = (days: number): Clause => ({
  range: { "@timestamp": { gte: timeBound("max", -days), lt: timeBound("max") } },
});

/** Incidents that were going on at any moment of the chosen time. */
const INCIDENTS_IN_TIME: Clause = {
  bool: {
    filter: [
      { range: { window_start: { lte: timeBound("max") } } },
      { range: { window_end: { gte: timeBound("min") } } },
    ],
  },
};

export const EITHER_IN_TIME: Clause = {
  bool: { should: [EVENTS_IN_TIME, INCIDENTS_IN_TIME], minimum_should_match: 1 },
};

export const IS_EVENT: Clause = { exists: { field: "event_id" } };
export const IS_INCIDENT: Clause = { exists: { field: "incident_id" } };

/** The chosen time itself, so that a row can say how long ago something was: `bounds.buckets[0].from` and `.to`. */
export const BOUNDS: Clause = {
  bounds: { date_range: { field: "@timestamp", ranges: [{ from: timeBound("min"), to: timeBound("max") }] } },
};

/** More accounts than these keep their number in the place of a name. */
const MOST_NAMES = 2000;

/** Names of the accounts that have events, for {@link nameLists}. */
export const NAMES: Clause = {
  names: {
    filter: IS_EVENT,
    aggs: {
      accounts: {
        terms: { field: "account", size: MOST_NAMES },
        aggs: { alias: { terms: { field: "account_alias", size: 1 } } },
      },
    },
  },
};

type Transform = Readonly<Record<string, unknown>>;

export const calculate = (as: string, expression: string): Transform => ({ calculate: expression, as });
export const flatten = (field: string, as = field): Transform => ({ flatten: [field], as: [as] });
export const keep = (expression: string): Transform => ({ filter: expression });

/** Of the answer's aggregations, while they are still one row: the lists that {@link accountName} looks into. */
export const nameLists: readonly Transform[] = [
  calculate("nameIds", "pluck(datum.names.accounts.buckets, 'key')"),
  calculate("nameTexts", "pluck(datum.names.accounts.buckets, 'alias.buckets[0].key')"),
];

/**
 * The account's name as the report writes it: the number itself where the name is not known, and behind it where two
 * accounts share it.
 */
export const accountName = (as: string, id: string): readonly Transform[] => [
  calculate("nameAt", `indexof(datum.nameIds, datum.${id})`),
  calculate("nameText", `datum.nameAt < 0 ? datum.${id} : peek(slice(datum.nameTexts, 0, datum.nameAt + 1))`),
  calculate(
    as,
    `indexof(datum.nameTexts, datum.nameText) === lastindexof(datum.nameTexts, datum.nameText) ? datum.nameText : datum.nameText + ' ' + datum.${id}`,
  ),
];
