import type { IndexNames } from "../index-names.ts";
import { object, objectId, objectTitle, searchSource } from "./make.ts";
import type { SavedObject, SavedObjectKey } from "./saved-object.ts";
import { type SearchName, searchId } from "./searches.ts";
import { type ChartName, chartId, controlsId, type LinkedDashboard, linksId } from "./visualizations.ts";

type Shown = { readonly chart: ChartName } | { readonly search: SearchName } | "controls" | "links";

/** Panels of one row, from left to right; widths in 48ths of the page, heights in rows of 20 pixels. */
interface Row {
  readonly height: number;
  readonly panels: readonly (readonly [shown: Shown, width: number])[];
}

interface Dashboard {
  readonly name: string;
  readonly title: string;
  readonly answers: string;
  readonly rows: readonly Row[];
}

const WIDTH = 48;
const HEAD: readonly Row[] = [
  { height: 3, panels: [["links", WIDTH]] },
  { height: 5, panels: [["controls", WIDTH]] },
];
const chart = (name: ChartName): Shown => ({ chart: name });
const search = (name: SearchName): Shown => ({ search: name });

const DASHBOARDS: readonly Dashboard[] = [
  {
    name: "organization",
    title: "organization",
    answers: "what happened, where and when",
    rows: [
      ...HEAD,
      {
        height: 20,
        panels: [
          [chart("heatMap"), 30],
          [chart("ranking"), 18],
        ],
      },
      { height: 18, panels: [[search("incidents"), WIDTH]] },
      {
        height: 16,
        panels: [
          [chart("incidentTrend"), 24],
          [chart("spendMeter"), 24],
        ],
      },
      { height: 22, panels: [[chart("signalTrend"), WIDTH]] },
    ],
  },
  {
    name: "accounts",
    title: "accounts",
    answers: "who differs, and who is alike",
    rows: [
      ...HEAD,
      {
        height: 18,
        panels: [
          [chart("typeComparison"), 24],
          [chart("accountComparison"), 24],
        ],
      },
      { height: 20, panels: [[chart("accountRegions"), WIDTH]] },
      {
        height: 22,
        panels: [
          [chart("accountCorrelation"), 24],
          [chart("accountGraph"), 24],
        ],
      },
      {
        height: 24,
        panels: [
          [chart("anomalyProfiles"), 28],
          [chart("profileSimilarity"), 20],
        ],
      },
    ],
  },
  {
    name: "coverage",
    title: "coverage",
    answers: "what the logs show, and what they cannot",
    rows: [
      ...HEAD,
      {
        height: 20,
        panels: [
          [chart("coverage"), 28],
          [chart("freshness"), 20],
        ],
      },
      {
        height: 20,
        panels: [
          [chart("loggedKinds"), 24],
          [search("quarantine"), 24],
        ],
      },
      { height: 18, panels: [[search("unpriced"), WIDTH]] },
    ],
  },
];

const dashboardId = (names: IndexNames, name: string): string => objectId(names, `dashboard-${name}`);

export const linkedDashboards = (names: IndexNames): readonly LinkedDashboard[] =>
  DASHBOARDS.map(({ name, title, answers }) => ({ id: dashboardId(names, name), title, answers }));

/** The version that the form of a panel is of. */
const PANEL_VERSION = "2.9.0";

export function dashboards(names: IndexNames, timeFrom: string): readonly SavedObject[] {
  return DASHBOARDS.map(({ name, title, answers, rows }, at) => {
    const panels = placed(rows);
    return object(
      "dashboard",
      dashboardId(names, name),
      {
        title: objectTitle(names, title),
        description: `${answers[0]?.toUpperCase()}${answers.slice(1)}.`,
        hits: 0,
        panelsJSON: JSON.stringify(panels.map(({ panel }) => panel)),
        optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
        version: 1,
        // The first sets the time; the others leave it as the person has chosen it.
        ...(at === 0
          ? { timeRestore: true, timeFrom, timeTo: "now", refreshInterval: { pause: true, value: 0 } }
          : { timeRestore: false }),
        kibanaSavedObjectMeta: searchSource(""),
      },
      panels.map(({ panel, shown }) => ({ name: panel.panelRefName, ...keyOf(names, shown) })),
    );
  });
}

function keyOf(names: IndexNames, shown: Shown): SavedObjectKey {
  if (shown === "controls") return { type: "visualization", id: controlsId(names) };
  if (shown === "links") return { type: "visualization", id: linksId(names) };
  return "chart" in shown
    ? { type: "visualization", id: chartId(names, shown.chart) }
    : { type: "search", id: searchId(names, shown.search) };
}

function placed(rows: readonly Row[]) {
  let y = 0;
  let at = 0;
  return rows.flatMap(({ height, panels }) => {
    let x = 0;
    const row = panels.map(([shown, w]) => {
      const i = String(at);
      const panel = {
        version: PANEL_VERSION,
        panelIndex: i,
        panelRefName: `panel_${at++}`,
        gridData: { x, y, w, h: height, i },
        // Filters and links need no title.
        embeddableConfig: typeof shown === "string" ? { hidePanelTitles: true } : {},
      };
      x += w;
      return { shown, panel };
    });
    y += height;
    return row;
  });
}
