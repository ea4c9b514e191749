import type { CoreNode } from "../core-node.ts";
import { type Json, NeverRecorded, refused } from "../exchange.ts";
import type { Detector } from "./detector-form.ts";
import type { RealTimeJobs } from "./realtime.ts";
import type { Entity } from "./series.ts";
import { shownTask, type Tasks } from "./tasks.ts";

const OF_ALL = ["state", "error", "models", "coordinating_node", "total_size_in_bytes", "init_progress", "ad_task"];
const OF_CATEGORIES = ["total_entities", "active_entities"];
const OF_ENTITY = ["state", "init_progress", "models", "entity_info"];
const BY_DEFAULT = ["state", "error"];

interface Profiled {
  readonly core: CoreNode;
  readonly id: string;
  readonly detector: Detector;
  readonly jobs: RealTimeJobs;
  readonly tasks: Tasks;
  readonly nodeId: string;
  /** Of `_profile/a,b`; empty for the default. */
  readonly types: readonly string[];
  /** `_all=true` */
  readonly all: boolean;
}

/** How a detector is. Members come only where they were recorded. */
export async function detectorProfile({
  core,
  id,
  detector,
  jobs,
  tasks,
  nodeId,
  types,
  all,
}: Profiled): Promise<Json> {
  const valid = [...OF_ALL, ...OF_CATEGORIES];
  checkTypes(types, valid);
  const categories = Boolean(detector.category_field);
  const wanted = new Set(all ? valid : types.length > 0 ? types : BY_DEFAULT);
  const { state, models = [], progress } = jobs.state(id);
  const running = state !== "DISABLED";
  const task = tasks.latest(id, "realtime");
  const historical = tasks.latest(id, "historical");
  const size = models.reduce((sum: number, { model_size_in_bytes }: Json) => sum + model_size_in_bytes, 0);
  const members: Json = {
    state,
    error: task?.source.error,
    models: models.length > 0 ? models : undefined,
    coordinating_node: running ? nodeId : undefined,
    total_size_in_bytes: categories || running ? size : undefined,
    init_progress: running ? progress : undefined,
    total_entities: categories && wanted.has("total_entities") ? await countEntities(core, detector) : undefined,
    active_entities: categories ? models.length : undefined,
    ad_task: historical && categories ? { ad_task: shownTask(historical) } : undefined,
  };
  const shown = Object.entries(members).filter(([member, value]) => wanted.has(member) && value !== undefined);
  const count = wanted.has("models") && models.length > 0 ? { model_count: models.length } : {};
  return { ...Object.fromEntries(shown), ...count };
}

function checkTypes(types: readonly string[], valid: readonly string[]): void {
  const unknown = types.filter((type) => !valid.includes(type));
  if (unknown.length > 0 && unknown.length < types.length) throw new NeverRecorded(`profile types ${types.join(",")}`);
  if (unknown.length > 0) throw refused(400, "profiles to collect are missing or invalid");
}

/** The node reads the source index for this, and fails when that is gone. */
async function countEntities(core: CoreNode, detector: Detector): Promise<number> {
  const sources = detector.category_field.map((field: string) => ({ [field]: { terms: { field } } }));
  let after: Json;
  let count = 0;
  do {
    const composite = { size: 1000, sources, ...(after ? { after } : {}) };
    const { status, body } = await core.ask("POST", `/${detector.indices.join(",")}/_search`, {
      size: 0,
      query: detector.filter_query,
      aggs: { entities: { composite } },
    });
    if (status >= 400) throw refused(500, "Fail to get config");
    count += body.aggregations?.entities.buckets.length ?? 0;
    after = body.aggregations?.entities.after_key;
  } while (after);
  return count;
}

interface ProfiledEntity extends Omit<Profiled, "tasks" | "nodeId"> {
  readonly entity: Entity;
  /** When the newest result of this entity was written, in whatever run. */
  readonly lastResult: () => Promise<number | undefined>;
}

/** How one entity's model is; an idle one has nothing to say but when it was last seen. */
export async function entityProfile(profiled: ProfiledEntity): Promise<Json> {
  const { core, detector, entity, jobs, id, types, all, lastResult } = profiled;
  checkTypes(types, OF_ENTITY);
  if (!(await isKnown(core, detector, entity))) throw refused(400, "Cannot find entity");
  const wanted = new Set(all ? OF_ENTITY : types.length > 0 ? types : ["state"]);
  const active = jobs.entity(id, entity);
  const info = active
    ? { is_active: true, last_active_timestamp: active.lastActive, last_sample_timestamp: active.lastSample }
    : { is_active: false, last_sample_timestamp: await lastResult() };
  return {
    ...(wanted.has("entity_info") ? info : {}),
    ...(active && wanted.has("init_progress") ? { init_progress: { percentage: "100%" } } : {}),
    ...(active && wanted.has("models") ? { model: active.model } : {}),
    ...(active && wanted.has("state") ? { state: "RUNNING" } : {}),
  };
}

async function isKnown(core: CoreNode, detector: Detector, entity: Entity): Promise<boolean> {
  const fields: string[] = detector.category_field ?? [];
  if (entity.length !== fields.length || !entity.every(({ name }) => fields.includes(name))) return false;
  const terms = entity.map(({ name, value }) => ({ term: { [name]: value } }));
  const { count } = await core.get("POST", `/${detector.indices.join(",")}/_count`, {
    query: { bool: { filter: [detector.filter_query, ...terms] } },
  });
  return count > 0;
}
