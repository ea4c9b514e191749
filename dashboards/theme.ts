/** Vega-Lite's `config` wherever a chart is drawn. Colours of text are the page's, which knows light, dark and print. */
export const THEME = {
  view: { stroke: null },
  axis: {
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    domain: false,
    tickColor: "#8a94a6",
    gridColor: "#8a94a6",
    gridOpacity: 0.25,
  },
  legend: { labelFontSize: 11, symbolType: "square" },
  header: { labelFontSize: 12 },
} as const;

/** Text as a mark: in the colour of titles, which follows the page where a colour of its own could not be read on dark. */
export const TEXT = { type: "text", style: "guide-title", fontWeight: "normal", fontSize: 11 } as const;

/**
 * Cells that are shaded by opacity, so that the text on them has the contrast of the page behind. `field` from nothing
 * to one.
 */
export const shade = (field: string): Readonly<Record<string, unknown>> => ({
  field,
  type: "quantitative",
  scale: { domain: [0, 1], range: [0.06, 0.65], clamp: true },
  legend: null,
});
