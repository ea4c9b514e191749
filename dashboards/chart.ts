import type { ChartQuery } from "./query.ts";

/**
 * A chart as data: a Vega-Lite specification whose data set is only named. The HTML report fills the name with values;
 * OpenSearch Dashboards fills it with the answer to {@link query}. The fields of a row are part of the contract.
 *
 * A specification is one view or layers of one view (Dashboards can fit nothing else into a panel), with the features
 * of Vega-Lite 5.6, which OpenSearch Dashboards has had since 2.5.
 */
export interface Chart<Row> {
  readonly id: string;
  readonly title: string;
  /** One sentence for those who cannot see the picture, and for the caption. */
  readonly description: string;
  /** Name of the data set in {@link specification}. */
  readonly data: string;
  /** Names of the row's fields, which also makes the row's type part of the chart. */
  readonly fields: readonly (keyof Row & string)[];
  /** Vega-Lite, without `$schema`, `data` values and theme. Where there are no rows in order to sort by, in that of the rows. */
  readonly specification: Readonly<Record<string, unknown>>;
  /** Where a dashboard gets the rows; `null` where no query can tell them. */
  readonly query: ChartQuery | null;
}

/** Ordered from calm to loud; readable with the common colour-vision deficiencies and on white and dark paper. */
export const SEVERITY_COLOURS = {
  info: "#8a94a6",
  low: "#4a90c2",
  medium: "#d9a400",
  high: "#e0662f",
  critical: "#c2274b",
} as const;

/** A calm cell: seen, and nothing to say. Faint on white and on dark paper. */
export const CALM = "#8a94a633";

export const SERIES_COLOURS = { actual: "#2f6fb0", expected: "#8a94a6", added: "#e0662f", removed: "#3f9b72" } as const;
