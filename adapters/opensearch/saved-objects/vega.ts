import type { Chart } from "#dashboards/chart.ts";
import type { ChartQuery, ChartSource } from "#dashboards/query.ts";
import { THEME } from "#dashboards/theme.ts";
import type { IndexNames } from "../index-names.ts";

/** The identifier alone: nobody fetches it. Dashboards warns of a specification that is newer than its Vega-Lite. */
const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

type Specification = Readonly<Record<string, unknown>>;

/**
 * The chart as a specification for OpenSearch Dashboards' Vega: the rows come from its query, and it takes the panel's
 * size. A click on a mark that stands for an account filters by it, wherever the dashboard shows that account.
 * Throws TypeError for a chart without a query.
 */
export function vegaSpecification(
  chart: Pick<Chart<never>, "id" | "data" | "specification" | "query">,
  names: IndexNames,
): Specification {
  const { query } = chart;
  if (query === null) throw new TypeError(`the chart ${chart.id} has no query`);
  const { width: _width, height: _height, transform = [], ...specification } = chart.specification;
  return {
    $schema: SCHEMA,
    ...specification,
    data: {
      name: chart.data,
      url: { index: indexOf(query.sources, names), body: query.body },
    },
    transform: [...aggregations(query), ...query.transform, ...(transform as readonly Specification[])],
    autosize: { type: "fit", contains: "padding" },
    config: {
      ...THEME,
      // Where Dashboards looks for its own settings, still under this name.
      kibana: { hideWarnings: true },
      ...(namesAccounts(query) ? { signals: [accountClick(names)] } : {}),
    },
  };
}

const indexOf = (sources: readonly ChartSource[], names: IndexNames): string =>
  sources.map((source) => names[source]).join(",");

/**
 * The answer is one row, and its aggregations become fields of it. Vega's own way there, `format.property`, fails where
 * an answer has none, which is so until the first index is there: then the chart is to be empty, not broken.
 */
const aggregations = ({ body }: ChartQuery): readonly Specification[] => [
  { filter: "isValid(datum.aggregations)" },
  ...Object.keys(body.aggs).map((name) => ({ calculate: `datum.aggregations.${name}`, as: name })),
];

const namesAccounts = ({ transform }: ChartQuery): boolean => transform.some(({ as }) => as === "accountId");

/** The value goes into a query as a member of an object, never into the text of an expression. */
const accountClick = ({ events }: IndexNames): Specification => ({
  name: "trailwatchClickedAccount",
  on: [
    {
      events: "click",
      update: `datum && isValid(datum.accountId) ? opensearchDashboardsAddFilter({match_phrase: {account: datum.accountId}}, ${JSON.stringify(events)}) : null`,
    },
  ],
});
