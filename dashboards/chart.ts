/**
 * A chart as data: a Vega-Lite 6 specification whose data set is only named. The HTML report fills the name with
 * values; a dashboard fills it with a query. The fields of a row are part of the contract.
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
  /** Vega-Lite, without `$schema`, `data` values and theme. `rows` helps to choose a size. */
  specification(rows: readonly Row[]): Record<string, unknown>;
}

/** Ordered from calm to loud; readable with the common colour-vision deficiencies and on white and dark paper. */
export const SEVERITY_COLOURS = {
  info: "#8a94a6",
  low: "#4a90c2",
  medium: "#d9a400",
  high: "#e0662f",
  critical: "#c2274b",
} as const;

export const SERIES_COLOURS = { actual: "#2f6fb0", expected: "#8a94a6", added: "#e0662f", removed: "#3f9b72" } as const;
