import { DASHBOARD_CHARTS } from "#dashboards/index.ts";
import type { IndexNames } from "../index-names.ts";
import { patternId } from "./index-patterns.ts";
import { object, objectId, objectTitle, searchSource } from "./make.ts";
import type { SavedObject, SavedObjectReference } from "./saved-object.ts";
import { vegaSpecification } from "./vega.ts";

export type ChartName = keyof typeof DASHBOARD_CHARTS;

export const chartId = (names: IndexNames, chart: ChartName): string =>
  objectId(names, `chart-${DASHBOARD_CHARTS[chart].id}`);
export const controlsId = (names: IndexNames): string => objectId(names, "controls");
export const linksId = (names: IndexNames): string => objectId(names, "links");

/** A dashboard that {@link visualizations} makes a link to. */
export interface LinkedDashboard {
  readonly id: string;
  readonly title: string;
  readonly answers: string;
}

/** The charts, the lists to filter by, and the links from dashboard to dashboard. */
export function visualizations(names: IndexNames, dashboards: readonly LinkedDashboard[]): readonly SavedObject[] {
  const charts = (Object.keys(DASHBOARD_CHARTS) as ChartName[]).map((name) => {
    const { title, description } = DASHBOARD_CHARTS[name];
    const spec = JSON.stringify(vegaSpecification(DASHBOARD_CHARTS[name], names), null, 2);
    return visualization(chartId(names, name), objectTitle(names, title), description, "vega", { spec });
  });
  return [...charts, controls(names), links(names, dashboards)];
}

function visualization(
  id: string,
  title: string,
  description: string,
  type: "vega" | "input_control_vis" | "markdown",
  params: object,
  references: readonly SavedObjectReference[] = [],
): SavedObject {
  return object(
    "visualization",
    id,
    {
      title,
      description,
      visState: JSON.stringify({ title, type, aggs: [], params }),
      uiStateJSON: "{}",
      version: 1,
      kibanaSavedObjectMeta: searchSource(""),
    },
    references,
  );
}

/** Fields of events that roll-ups or incidents have under the same name. */
const CONTROLS = [
  { field: "account", label: "Account number" },
  { field: "account_type", label: "Account type" },
  { field: "ou_path", label: "Organizational unit" },
  { field: "region", label: "Region" },
] as const;
const MOST_CHOICES = 500;

/** What is chosen here is pinned: it stays chosen in the other dashboards, in Discover and in every saved search. */
function controls(names: IndexNames): SavedObject {
  const refName = (at: number): string => `control_${at}_index_pattern`;
  return visualization(
    controlsId(names),
    objectTitle(names, "filters"),
    "Filters that stay while you go from one dashboard to the next.",
    "input_control_vis",
    {
      controls: CONTROLS.map(({ field, label }, at) => ({
        id: `trailwatch-${field}`,
        fieldName: field,
        parent: "",
        label,
        type: "list",
        options: { type: "terms", multiselect: true, dynamicOptions: false, size: MOST_CHOICES, order: "desc" },
        indexPatternRefName: refName(at),
      })),
      updateFiltersOnChange: true,
      useTimeFilter: true,
      pinFilters: true,
    },
    CONTROLS.map((_, at) => ({ name: refName(at), type: "index-pattern", id: patternId(names, "events") })),
  );
}

const links = (names: IndexNames, dashboards: readonly LinkedDashboard[]): SavedObject =>
  visualization(linksId(names), objectTitle(names, "dashboards"), "Links to the other dashboards.", "markdown", {
    fontSize: 12,
    openLinksInNewTab: false,
    markdown: dashboards.map(({ id, title, answers }) => `[**${title}**](#/view/${id}) ${answers}`).join(" · "),
  });
