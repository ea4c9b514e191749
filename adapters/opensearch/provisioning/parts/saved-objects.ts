import { importSavedObjects, readSavedObjects } from "../../saved-objects/dashboards-api.ts";
import { differences } from "../../saved-objects/difference.ts";
import type { SavedObject } from "../../saved-objects/saved-object.ts";
import type { Context, Part } from "../context.ts";
import { nothing, type Step } from "../steps.ts";

const NAME = "dashboards";

/** Dashboards, their charts and index patterns. */
export const savedObjects: Part = async (context) => {
  const { dashboards, desired } = context;
  if (desired.savedObjects.length === 0) return [];
  if (dashboards === null) return [NOT_NAMED];
  const there = await readSavedObjects(dashboards, desired.savedObjects);
  const changed = desired.savedObjects.filter((wanted, at) => {
    const kept = there[at];
    return !kept || differences(wanted, kept).length > 0;
  });
  return [changed.length === 0 ? nothing("saved objects", NAME) : importStep(context, changed, there)];
};

const NOT_NAMED: Step = {
  kind: "saved objects",
  name: NAME,
  action: "leave",
  reason: "no OpenSearch Dashboards is named",
  nextStep: "Name its address with --dashboards-url.",
};

function importStep(
  { dashboards }: Context,
  changed: readonly SavedObject[],
  there: readonly (SavedObject | null)[],
): Step {
  const isNew = there.every((object) => object === null);
  return {
    kind: "saved objects",
    name: NAME,
    action: isNew ? "create" : "update",
    reason: isNew ? `${changed.length} objects are imported` : `${changed.length} objects are missing or otherwise`,
    run: async () => {
      if (dashboards) await importSavedObjects(dashboards, changed);
      return undefined;
    },
  };
}
