import { TrailwatchError } from "#core/domain/errors.ts";
import { BUCKET, type EpochMs, MINUTE } from "#core/domain/time.ts";
import type { DetectorState } from "#core/ports/second-opinion.ts";
import { type Asked, search } from "../asking/search.ts";
import type { OpenSearchConnection } from "../connection.ts";
import { refusalOf } from "../errors.ts";
import type { FoundDetector } from "../provisioning/detector-api.ts";
import type { DetectorSpec } from "../provisioning/detectors.ts";

/** What a detector has written. */
export interface Written {
  /** End of the newest window that was judged, live or in a run over the past. */
  readonly judged: EpochMs | null;
  /** The same, live alone. */
  readonly live: EpochMs | null;
  /** The newest error that was written in a result's place. */
  readonly error: { readonly at: EpochMs; readonly message: string } | null;
}

const NOTHING: Written = { judged: null, live: null, error: null };

/** Windows that may be missing before a detector counts as silent: one is under way, one may be lost. */
const MISSED_WINDOWS = 3;

/** What each detector has written so far, by its id. */
export async function readWritten(asked: Asked, detectorIds: readonly string[]): Promise<ReadonlyMap<string, Written>> {
  if (detectorIds.length === 0) return new Map();
  const graded = { range: { anomaly_grade: { gte: 0 } } };
  const { aggregations } = await search(asked, {
    size: 0,
    track_total_hits: false,
    query: { bool: { filter: [{ terms: { detector_id: detectorIds } }] } },
    aggs: {
      detectors: {
        terms: { field: "detector_id", size: detectorIds.length },
        aggs: {
          graded: { filter: graded, aggs: { newest: { max: { field: "data_end_time" } } } },
          // Runs over the past carry their task.
          live: {
            filter: { bool: { filter: [graded], must_not: [{ exists: { field: "task_id" } }] } },
            aggs: { newest: { max: { field: "data_end_time" } } },
          },
          failed: {
            filter: { bool: { filter: [{ exists: { field: "error" } }], must_not: [graded] } },
            aggs: {
              newest: { top_hits: { size: 1, sort: [{ data_end_time: "desc" }], _source: ["data_end_time", "error"] } },
            },
          },
        },
      },
    },
  });
  const written = new Map<string, Written>();
  for (const { key, graded: all, live, failed } of aggregations?.["detectors"]?.buckets ?? []) {
    const error = failed.newest.hits.hits[0]?._source;
    written.set(key, {
      judged: all.newest.value,
      live: live.newest.value,
      error: error ? { at: error.data_end_time, message: String(error.error) } : null,
    });
  }
  return written;
}

/**
 * How a configured detector is. While it is replaced by another that is to learn the same, there are two of it: it is
 * heard when one of them is.
 */
export async function stateOf(
  connection: OpenSearchConnection,
  spec: DetectorSpec,
  found: readonly FoundDetector[],
  written: ReadonlyMap<string, Written>,
  now: EpochMs,
): Promise<DetectorState> {
  const { signal, by } = spec.mark;
  const states: Pick<DetectorState, "unheard" | "until">[] = [];
  for (const { id } of found) {
    const results = written.get(id) ?? NOTHING;
    states.push({ unheard: await unheardOf(connection, id, spec, results, now), until: results.judged });
  }
  const [best] = states.sort((a, b) => rank(a) - rank(b) || (b.until ?? 0) - (a.until ?? 0));
  return { signal, by: by === "entity" ? "region" : by, ...(best ?? { unheard: { why: "absent" }, until: null }) };
}

const ORDER = ["silent", "learning", "error", "stopped", "absent"] as const;
const rank = ({ unheard }: Pick<DetectorState, "unheard">): number =>
  unheard === null ? -1 : ORDER.indexOf(unheard.why);

async function unheardOf(
  connection: OpenSearchConnection,
  id: string,
  { windowDelayMinutes }: DetectorSpec,
  { live, error }: Written,
  now: EpochMs,
): Promise<DetectorState["unheard"]> {
  const profile = await profileOf(connection, id);
  if (profile.state === "DISABLED") return { why: "stopped" };
  if (profile.error !== "") return { why: "error", message: profile.error };
  if (error && error.at > (live ?? 0)) return { why: "error", message: error.message };
  if (profile.state === "INIT") return { why: "learning" };
  const oldest = now - windowDelayMinutes * MINUTE - MISSED_WINDOWS * BUCKET;
  return live === null || live < oldest ? { why: "silent", since: live } : null;
}

/** A detector whose rows are gone has a profile that cannot be read: the node's words for it are its error. */
async function profileOf(
  connection: OpenSearchConnection,
  id: string,
): Promise<{ readonly state: string; readonly error: string }> {
  const path = `/_plugins/_anomaly_detection/detectors/${id}/_profile/state,init_progress,error,active_entities`;
  try {
    const { body } = await connection.send("GET", path);
    return { state: body.state ?? "", error: body.error ?? "" };
  } catch (error) {
    if (!(error instanceof TrailwatchError) || error.code !== "OPENSEARCH_FAILED") throw error;
    return { state: "", error: refusalOf(error.cause).reason };
  }
}
