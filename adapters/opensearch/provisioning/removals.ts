import { deleteSavedObjects, readSavedObjects } from "../saved-objects/dashboards-api.ts";
import { channelIds } from "./channel.ts";
import type { Part } from "./context.ts";
import { findDetectors, ours } from "./detector-api.ts";
import { COVERAGE_ID } from "./detectors.ts";
import type { Json } from "./meaning.ts";
import { monitorName } from "./monitors.ts";
import { removeDetector } from "./parts/detectors.ts";
import { readMonitors } from "./parts/monitor.ts";
import { STATE_ID } from "./parts/versions.ts";
import type { Kind, Step } from "./steps.ts";

const removal = (kind: Kind, name: string, remove: () => Promise<unknown>): Step => ({
  kind,
  name,
  action: "remove",
  reason: "was made by applying",
  run: async () => {
    await remove();
    return undefined;
  },
});

/** A removal for each path that is there. */
const ofPaths =
  (kind: Kind, paths: readonly string[]): Part =>
  async ({ connection }) => {
    const steps: Step[] = [];
    for (const path of paths) {
      const { status } = await connection.send("GET", path, { allow: [404] });
      if (status === 404) continue;
      const name = path.split("/").at(-1) ?? path;
      steps.push(removal(kind, name, () => connection.send("DELETE", path, { allow: [404] })));
    }
    return steps;
  };

export const dashboardRemovals: Part = async ({ dashboards, desired }) => {
  if (dashboards === null) return [];
  const there = await readSavedObjects(dashboards, desired.savedObjects);
  const found = there.filter((object) => object !== null);
  if (found.length === 0) return [];
  return [removal("saved objects", `${found.length} objects`, () => deleteSavedObjects(dashboards, found))];
};

export const monitorRemovals: Part = async (context) => {
  const { connection, engine, desired } = context;
  if (!engine.plugins.has("alerting")) return [];
  const name = monitorName(desired.names);
  return (await readMonitors(context, name)).map(({ _id }) =>
    removal("monitor", name, () => connection.send("DELETE", `/_plugins/_alerting/monitors/${_id}`, { allow: [404] })),
  );
};

export const channelRemovals: Part = async (context) => {
  if (!context.engine.plugins.has("notifications")) return [];
  const paths = Object.values(channelIds(context.desired.names)).map((id) => `/_plugins/_notifications/configs/${id}`);
  return ofPaths("channel", paths)(context);
};

/** With the pipelines that copied their results, which outlive them. */
export const detectorRemovals: Part = async (context) => {
  const { connection, engine, desired } = context;
  if (!engine.plugins.has("detectors")) return [];
  const found = ours(await findDetectors(connection), desired.names.namespace);
  const steps = found.map(({ id, name }) => removal("detector", name, () => removeDetector(context, id)));
  for (const pipeline of await flatteningPipelines(context)) {
    steps.push(
      removal("detector", pipeline, () => connection.send("DELETE", `/_ingest/pipeline/${pipeline}`, { allow: [404] })),
    );
  }
  return steps;
};

async function flatteningPipelines({ connection, desired }: Parameters<Part>[0]): Promise<readonly string[]> {
  const { status, body } = await connection.send("GET", "/_ingest/pipeline/flatten_result_index_ingest_pipeline_*", {
    allow: [404],
  });
  if (status === 404) return [];
  return Object.entries<Json>(body)
    .filter(([, { description }]) => description?.includes(`${desired.names.forestResults}_flattened_`))
    .map(([name]) => name)
    .sort();
}

export const roleRemovals: Part = async (context) => {
  if (!context.engine.plugins.has("security")) return [];
  const api = "/_plugins/_security/api";
  const of = (what: string) => context.desired.roles.map(({ name }) => `${api}/${what}/${name}`);
  return [
    ...(await ofPaths("role mapping", of("rolesmapping"))(context)),
    ...(await ofPaths("role", of("roles"))(context)),
  ];
};

/** Taken off the indices first: an index goes on under the policy that it was given, even when that is deleted. */
export const policyRemovals: Part = async (context) => {
  const { connection, engine, desired } = context;
  if (!engine.plugins.has("indexManagement")) return [];
  const steps: Step[] = [];
  for (const { id, pattern } of desired.policies) {
    const path = `/_plugins/_ism/policies/${id}`;
    const { status } = await connection.send("GET", path, { allow: [404] });
    if (status === 404) continue;
    steps.push(
      removal("retention policy", id, async () => {
        await connection.send("POST", `/_plugins/_ism/remove/${pattern}`, { allow: [404] });
        await connection.send("DELETE", path, { allow: [404] });
      }),
    );
  }
  return steps;
};

export const templateRemovals: Part = (context) =>
  ofPaths(
    "index template",
    context.desired.templates.map(({ name }) => `/_index_template/${name}`),
  )(context);

/** What our state says of what was made. */
export const markRemovals: Part = (context) => {
  const { state } = context.desired.names;
  return ofPaths("version", [`/${state}/_doc/${STATE_ID}`, `/${state}/_doc/${COVERAGE_ID}`])(context);
};

/** Index by index: a cluster may refuse to delete by a pattern, and a pattern may match what is not ours. */
export const dataRemovals: Part = async ({ connection, desired }) => {
  const { names } = desired;
  const steps: Step[] = [];
  for (const [pattern, isOurs] of [
    [names.events, isDated],
    [names.rollups, isDated],
    [names.insights, isDated],
    [names.firstUses, isAny],
    [names.incidents, isAny],
    [names.quarantine, isAny],
    [`${names.forestResults}-history-*`, isAny],
    [`${names.forestResults}_flattened_*`, isAny],
    [names.state, isAny],
  ] as const) {
    const { status, body } = await connection.send("GET", `/_cat/indices/${pattern}`, {
      query: { format: "json", h: "index", expand_wildcards: "all" },
      allow: [404],
    });
    const found: readonly string[] = status === 404 ? [] : body.map(({ index }: Json) => index);
    for (const index of [...found].sort().filter((name) => isOurs(name, pattern))) {
      steps.push(removal("data", index, () => connection.send("DELETE", `/${index}`, { allow: [404] })));
    }
  }
  return steps;
};

const isAny = (): boolean => true;

/** Of a day or a month, as ours are. */
const isDated = (index: string, pattern: string): boolean =>
  /^\d{4}\.\d{2}(?:\.\d{2})?$/.test(index.slice(pattern.length - 1));
