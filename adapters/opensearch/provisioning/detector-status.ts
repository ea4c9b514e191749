import { BUCKET, DAY, type EpochMs, MINUTE } from "#core/domain/time.ts";
import type { Context } from "./context.ts";
import { findDetectors, ours, readRun } from "./detector-api.ts";
import type { DetectorSpec } from "./detectors.ts";
import { readProof } from "./forest-proof.ts";
import type { Json } from "./meaning.ts";

export interface DetectorStatus {
  readonly name: string;
  readonly title: string;
  /** What a person wants to know first. `silent`: it should have written something by now, and has not. */
  readonly condition: "missing" | "stopped" | "learning" | "running" | "silent" | "failing" | "replaced" | "unwanted";
  /** The node's own words; empty where it has none. */
  readonly error: string;
  /** State of the run over the past; `null` where there was none. */
  readonly past: string | null;
  /** End of the newest window judged in real time. */
  readonly newest: EpochMs | null;
  readonly anomalies: number;
  /** Those with a model, of those that have data. */
  readonly entities: { readonly covered: number; readonly total: number; readonly names: readonly string[] };
  readonly modelBytes: number;
}

const MISSED_WINDOWS = 3;

/** Every detector that is wanted, and every one of ours that is there. */
export async function readDetectorStatus(context: Context): Promise<readonly DetectorStatus[]> {
  const { connection, desired } = context;
  const found = ours(await findDetectors(connection), desired.names.namespace);
  const wanted = desired.detectors.map(async (spec) => {
    const same = found.filter(({ mark }) => mark.signal === spec.mark.signal && mark.by === spec.mark.by);
    if (same.length === 0) return [missing(spec)];
    return Promise.all(
      same.map((one) =>
        readOne(context, spec, one, one.mark.fingerprint === spec.mark.fingerprint ? null : "replaced"),
      ),
    );
  });
  const known = new Set(desired.detectors.map(({ mark }) => `${mark.signal} ${mark.by}`));
  const unwanted = found
    .filter(({ mark }) => !known.has(`${mark.signal} ${mark.by}`))
    .map((one) => readOne(context, null, one, "unwanted"));
  return [...(await Promise.all(wanted)).flat(), ...(await Promise.all(unwanted))];
}

const NOBODY = { covered: 0, total: 0, names: [] };

const missing = ({ name, title }: DetectorSpec): DetectorStatus => ({
  name,
  title,
  condition: "missing",
  error: "",
  past: null,
  newest: null,
  anomalies: 0,
  entities: NOBODY,
  modelBytes: 0,
});

async function readOne(
  context: Context,
  spec: DetectorSpec | null,
  { id, name }: { readonly id: string; readonly name: string },
  known: DetectorStatus["condition"] | null,
): Promise<DetectorStatus> {
  const { connection, desired, now } = context;
  const run = await readRun(connection, id);
  const proof = await readProof(context, id, now() - desired.config.forest.historyDays * DAY);
  const profile = await readProfile(context, id);
  const names: readonly string[] = (profile.models ?? []).flatMap(({ entity }: Json) =>
    (entity ?? []).map(({ value }: Json) => value),
  );
  return {
    name,
    title: spec?.title ?? "",
    condition: known ?? conditionOf(context, spec, run.job, run.realtime, proof.newest),
    error: run.realtime?.error || profile.error || "",
    past: run.historical?.state ?? null,
    newest: proof.newest,
    anomalies: proof.anomalies,
    entities: {
      covered: profile.active_entities ?? names.length,
      total: profile.total_entities ?? 0,
      names: [...names].sort(),
    },
    modelBytes: profile.total_size_in_bytes ?? 0,
  };
}

function conditionOf(
  { now }: Context,
  spec: DetectorSpec | null,
  job: { readonly enabled: boolean; readonly enabledTime: EpochMs } | null,
  realtime: { readonly state: string; readonly error: string } | null,
  newest: EpochMs | null,
): DetectorStatus["condition"] {
  if (!job?.enabled) return "stopped";
  if (realtime?.state === "FAILED" || realtime?.error) return "failing";
  const patience = (spec?.windowDelayMinutes ?? 0) * MINUTE + MISSED_WINDOWS * BUCKET;
  const heard = Math.max(newest ?? 0, job.enabledTime - (spec?.windowDelayMinutes ?? 0) * MINUTE);
  // A detector that learns writes nothing, and says so; silence of one that has written before is none of that.
  if (newest === null && realtime?.state !== "RUNNING") return "learning";
  return now() - heard > patience ? "silent" : "running";
}

/** A detector whose source vanished has no profile: the node calls that a failure. */
async function readProfile({ connection }: Context, id: string): Promise<Json> {
  const { status, body } = await connection.send("GET", `/_plugins/_anomaly_detection/detectors/${id}/_profile`, {
    query: { _all: true },
    allow: [404, 500],
  });
  return status === 200 ? body : { error: body?.error?.reason ?? "" };
}
