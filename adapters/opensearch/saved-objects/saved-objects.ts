import type { IndexNames } from "../index-names.ts";
import { dashboards, linkedDashboards } from "./dashboards.ts";
import { indexPatterns } from "./index-patterns.ts";
import { checked, type SavedObject } from "./saved-object.ts";
import { savedSearches } from "./searches.ts";
import { visualizations } from "./visualizations.ts";

export interface SavedObjectsOptions {
  /** Where the time of the first dashboard begins, in Dashboards' words. */
  readonly timeFrom: string;
}

/**
 * All that OpenSearch Dashboards is to have, those that others refer to first. The same names and options give the same
 * objects.
 */
export function savedObjects(
  names: IndexNames,
  { timeFrom = "now-21d" }: Partial<SavedObjectsOptions> = {},
): readonly SavedObject[] {
  return [
    ...indexPatterns(names),
    ...savedSearches(names),
    ...visualizations(names, linkedDashboards(names)),
    ...dashboards(names, timeFrom),
  ].map(checked);
}
