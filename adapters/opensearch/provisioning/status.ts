import type { EpochMs } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import { channelIds } from "./channel.ts";
import type { Context } from "./context.ts";
import { type Coverage, readCoverage } from "./coverage.ts";
import type { DesiredState } from "./desired.ts";
import { type DetectorStatus, readDetectorStatus } from "./detector-status.ts";
import { readEngine } from "./engine.ts";
import type { Json } from "./meaning.ts";
import { monitorName } from "./monitors.ts";
import { readMonitors } from "./parts/monitor.ts";
import { type KeptVersions, readVersions } from "./parts/versions.ts";

/** What is kept of one kind. */
export interface StoreStatus {
  readonly pattern: string;
  readonly indices: number;
  readonly documents: number;
  readonly bytes: number;
  /** Time of the newest document; `null` where there is none, or documents have no time. */
  readonly newest: EpochMs | null;
  /** Indices that do not take or lack data: `red`, closed. */
  readonly broken: readonly string[];
}

/** A look at everything of ours in a cluster. JSON-safe. */
export interface OpenSearchStatus {
  readonly engine: { readonly version: string; readonly plugins: readonly string[] };
  readonly versions: KeptVersions | null;
  readonly stores: readonly StoreStatus[];
  readonly retention: { readonly by: "policy" | "schedule"; readonly eventDays: number; readonly rollupDays: number };
  /** `null` without the plugin. */
  readonly detectors: readonly DetectorStatus[] | null;
  /** `null` without the plugin, and where the memory is not known. */
  readonly coverage: Coverage | null;
  /** `null` without the plugin, and where there is none. */
  readonly monitor: { readonly enabled: boolean; readonly channel: string | null } | null;
}

export interface StatusOptions {
  readonly now: () => EpochMs;
}

/** Rejects with TrailwatchError where the cluster cannot be asked. */
export async function readStatus(
  desired: DesiredState,
  connection: OpenSearchConnection,
  { now }: StatusOptions,
): Promise<OpenSearchStatus> {
  const engine = await readEngine(connection);
  const context: Context = {
    connection,
    engine,
    desired,
    now,
    dashboards: null,
    pause: async () => {},
    isMade: () => false,
  };
  const forest = engine.plugins.has("detectors");
  const { eventDays, rollupDays } = desired.config;
  return {
    engine: { version: engine.version, plugins: [...engine.plugins].sort() },
    versions: await readVersions(context),
    stores: await readStores(context),
    retention: { by: engine.plugins.has("indexManagement") ? "policy" : "schedule", eventDays, rollupDays },
    detectors: forest ? await readDetectorStatus(context) : null,
    coverage: forest ? await readCoverage(context) : null,
    monitor: engine.plugins.has("alerting") ? await readMonitor(context) : null,
  };
}

async function readStores(context: Context): Promise<readonly StoreStatus[]> {
  const { connection, desired } = context;
  const { names } = desired;
  const patterns = [
    names.events,
    names.rollups,
    names.insights,
    names.firstUses,
    names.incidents,
    names.quarantine,
    names.forestResults,
  ];
  return Promise.all(patterns.map((pattern) => readStore(connection, pattern, timeFieldOf(pattern, desired))));
}

const timeFieldOf = (pattern: string, { names }: DesiredState): string =>
  pattern === names.incidents ? "updated_at" : pattern === names.forestResults ? "data_end_time" : "@timestamp";

async function readStore(connection: OpenSearchConnection, pattern: string, timeField: string): Promise<StoreStatus> {
  const { status, body } = await connection.send("GET", `/_cat/indices/${pattern}`, {
    query: { format: "json", bytes: "b", h: "index,status,health,docs.count,store.size" },
    allow: [404],
  });
  const rows: readonly Json[] = status === 404 ? [] : body;
  const sum = (column: string): number => rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);
  const broken = rows.filter((row) => row.health === "red" || row.status === "close").map(({ index }) => index);
  return {
    pattern,
    indices: rows.length,
    documents: sum("docs.count"),
    bytes: sum("store.size"),
    newest: rows.length > broken.length ? await newestOf(connection, pattern, timeField) : null,
    broken: broken.sort(),
  };
}

async function newestOf(connection: OpenSearchConnection, pattern: string, field: string): Promise<EpochMs | null> {
  const { body } = await connection.send("POST", `/${pattern}/_search`, {
    query: { ignore_unavailable: true },
    body: {
      size: 1,
      track_total_hits: false,
      _source: false,
      sort: [{ [field]: { order: "desc", unmapped_type: "date", missing: "_last" } }],
    },
  });
  const newest = body.hits.hits[0]?.sort[0];
  // What has no time is sorted last, as the least of all numbers.
  return typeof newest === "number" && newest > 0 ? newest : null;
}

async function readMonitor(context: Context): Promise<OpenSearchStatus["monitor"]> {
  const { names } = context.desired;
  const [found] = await readMonitors(context, monitorName(names));
  if (!found) return null;
  const monitor = found._source.monitor ?? found._source;
  const to = monitor.triggers[0]?.bucket_level_trigger?.actions[0]?.destination_id;
  return { enabled: monitor.enabled, channel: Object.values(channelIds(names)).find((id) => id === to) ?? to ?? null };
}
