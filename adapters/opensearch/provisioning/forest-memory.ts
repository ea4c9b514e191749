import type { Context } from "./context.ts";
import type { Json } from "./meaning.ts";

/** What all models together may take, and how many entities that is. */
export interface ForestMemory {
  readonly bytes: number;
  /** Where the figure comes from, for people. */
  readonly basis: string;
  /** Of those that a detector learns each for itself: as many as fit when every detector has a model of each. */
  readonly entities: number;
}

/** Of one entity with one feature, as nodes of 3.4 report it for a shingle of 8. */
const MODEL_BYTES = 400_768;
const MEASURED_SHINGLE = 8;
/** Models of a detector that learns groups: there are eight account types, and some organizational units. */
const GROUPS = { entity: 0, "account-type": 8, ou: 20 };
const DEFAULT_SHARE = 0.1;
const MIB = 1024 * 1024;

/** `null` where the cluster does not say how much memory its nodes have. */
export async function readForestMemory(context: Context): Promise<ForestMemory | null> {
  const { forest } = context.desired.config;
  if (forest.memoryMiB !== null) return memory(context, forest.memoryMiB * MIB, "opensearch.forest.memoryMiB");
  const heap = await readHeap(context);
  if (heap === 0) return null;
  const share = Number((await readSetting(context, "model_max_size_percent")) ?? DEFAULT_SHARE);
  return memory(
    context,
    heap * share,
    `${Math.round(share * 100)} % of ${Math.round(heap / MIB)} MiB heap of the data nodes`,
  );
}

function memory({ desired }: Context, bytes: number, basis: string): ForestMemory {
  const modelBytes = MODEL_BYTES * Math.max(1, desired.config.forest.shingle / MEASURED_SHINGLE);
  const ofEntities = desired.detectors.filter(({ mark }) => mark.by === "entity").length;
  const groups = desired.detectors.reduce((sum, { mark }) => sum + GROUPS[mark.by], 0);
  const left = Math.max(0, bytes / modelBytes - groups);
  return { bytes, basis, entities: Math.max(1, Math.floor(left / Math.max(1, ofEntities))) };
}

async function readHeap({ connection }: Context): Promise<number> {
  const { body } = await connection.send("GET", "/_nodes/stats/jvm", {
    query: { filter_path: "nodes.*.roles,nodes.*.jvm.mem.heap_max_in_bytes" },
  });
  return Object.values<Json>(body?.nodes ?? {})
    .filter(({ roles }) => roles?.includes("data") ?? true)
    .reduce((sum, node) => sum + (node.jvm?.mem?.heap_max_in_bytes ?? 0), 0);
}

/** A setting of the anomaly detection plugin, where somebody set it. */
export async function readSetting({ connection }: Context, name: string): Promise<unknown> {
  const { body } = await connection.send("GET", "/_cluster/settings", { query: { flat_settings: true } });
  const key = `plugins.anomaly_detection.${name}`;
  return body.transient?.[key] ?? body.persistent?.[key];
}
