import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import { refusalOf } from "../errors.ts";
import { type DetectorMark, readDetectorMark } from "./detector-names.ts";
import type { Json } from "./meaning.ts";

const API = "/_plugins/_anomaly_detection/detectors";

/** As the search answers it. */
export interface FoundDetector {
  readonly id: string;
  readonly name: string;
  /** `null` for somebody else's. */
  readonly mark: DetectorMark | null;
  /** Whether it is one of the few that learn many entities. */
  readonly isMultiEntity: boolean;
  readonly source: Json;
}

const MOST_DETECTORS = 10_000;

/** Every detector of the cluster, ours or not; by name. */
export async function findDetectors(connection: OpenSearchConnection): Promise<readonly FoundDetector[]> {
  const body = { size: MOST_DETECTORS, query: { match_all: {} } };
  // Before the first one is made, there is no index of them.
  const answer = await connection.send("POST", `${API}/_search`, { body, allow: [404] });
  if (answer.status === 404) return [];
  return answer.body.hits.hits
    .map(({ _id, _source }: Json) => ({
      id: _id,
      name: _source.name,
      mark: readDetectorMark(_source.description),
      isMultiEntity: (_source.category_field?.length ?? 0) > 0,
      source: _source,
    }))
    .sort((a: FoundDetector, b: FoundDetector) => (a.name < b.name ? -1 : 1));
}

/** Those of a namespace, for which the mark is known. */
export const ours = (found: readonly FoundDetector[], namespace: string) =>
  found.filter((one): one is FoundDetector & { readonly mark: DetectorMark } => one.mark?.namespace === namespace);

/** What a detector does. */
export interface DetectorRun {
  /** `null` where real time was never started. */
  readonly job: { readonly enabled: boolean; readonly enabledTime: EpochMs } | null;
  /** `CREATED`, `INIT`, `RUNNING`, `STOPPED`, `FAILED` ...; `null` where there was no run. */
  readonly realtime: { readonly state: string; readonly error: string } | null;
  readonly historical: { readonly state: string; readonly error: string } | null;
}

export async function readRun(connection: OpenSearchConnection, id: string): Promise<DetectorRun> {
  const { body } = await connection.send("GET", `${API}/${id}`, { query: { task: true, job: true } });
  const { anomaly_detector_job: job, realtime_task: realtime, historical_analysis_task: historical } = body;
  const task = (one: Json) => (one ? { state: one.state, error: one.error ?? "" } : null);
  return {
    job: job ? { enabled: job.enabled, enabledTime: job.enabled_time } : null,
    realtime: task(realtime),
    historical: task(historical),
  };
}

export async function createDetector(connection: OpenSearchConnection, body: object): Promise<string> {
  const answer = await connection.send("POST", API, { body });
  return answer.body._id;
}

/** Real time, or a run over the past. */
export async function startDetector(connection: OpenSearchConnection, id: string, past?: TimeWindow): Promise<void> {
  const body = past && { start_time: past.start, end_time: past.end };
  await tolerating(/already running/, () => connection.send("POST", `${API}/${id}/_start`, body ? { body } : {}));
}

const RUNNING = ["CREATED", "INIT", "RUNNING"];

/** Both kinds of runs. What does not run is stopped already. */
export async function stopDetector(connection: OpenSearchConnection, id: string, run: DetectorRun): Promise<void> {
  if (run.historical && RUNNING.includes(run.historical.state)) {
    await tolerating(/No running task found/, () =>
      connection.send("POST", `${API}/${id}/_stop`, { query: { historical: true } }),
    );
  }
  if (run.job?.enabled) {
    await tolerating(/already stopped/, () => connection.send("POST", `${API}/${id}/_stop`));
  }
}

/** A whole replacement. Features go with the ids that they have, or results before and after could not be told to be of one. */
export async function updateDetector(
  connection: OpenSearchConnection,
  { id, source }: FoundDetector,
  body: Json,
): Promise<void> {
  const ids = new Map<string, string>(source.feature_attributes.map((one: Json) => [one.feature_name, one.feature_id]));
  const feature_attributes = body.feature_attributes.map((feature: Json) => ({
    ...(ids.has(feature.feature_name) ? { feature_id: ids.get(feature.feature_name) } : {}),
    ...feature,
  }));
  await connection.send("PUT", `${API}/${id}`, { body: { ...body, feature_attributes } });
}

/** Must be stopped. One that is gone is deleted: the node calls that a failure of its own, so it is asked for. */
export async function deleteDetector(connection: OpenSearchConnection, id: string): Promise<void> {
  try {
    await connection.send("DELETE", `${API}/${id}`, { allow: [404] });
  } catch (error) {
    const { status } = await connection.send("GET", `${API}/${id}`, { allow: [404] });
    if (status !== 404) throw error;
  }
}

/** Whether the node refused with words like these; it answers the same fault with different statuses. */
export const isRefusal = (error: unknown, words: RegExp): boolean =>
  error instanceof TrailwatchError && words.test(refusalOf(error.cause).reason);

async function tolerating(words: RegExp, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isRefusal(error, words)) throw error;
  }
}
