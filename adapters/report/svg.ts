import type { Chart } from "#dashboards/chart.ts";
import { THEME } from "#dashboards/theme.ts";

/**
 * Draws a chart as SVG text on the server, so that the page needs no script. Colours of text, axes and grid are left to
 * the page's style sheet, which knows light, dark and print.
 */
export async function drawChart<Row>(chart: Chart<Row>, rows: readonly Row[]): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import("vega-lite"), import("vega")]);
  const { spec } = compile({
    ...chart.specification,
    data: { name: chart.data },
    datasets: { [chart.data]: rows },
    background: "transparent",
    config: CONFIG,
  } as Parameters<typeof compile>[0]);
  const view = new vega.View(vega.parse(spec), { renderer: "none", logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";

const CONFIG = { ...THEME, font: FONT, aria: false, mark: { aria: false } };
