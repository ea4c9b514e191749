import { BUCKET, DAY, type EpochMs, MINUTE } from "#core/domain/time.ts";
import type { Context } from "./context.ts";
import type { DetectorRun } from "./detector-api.ts";
import type { DetectorSpec } from "./detectors.ts";

/** What a detector's results of the last days show. */
export interface ForestProof {
  /** End of the newest window judged in real time; `null` where there is none. */
  readonly newest: EpochMs | null;
  readonly entities: number;
  /** Windows above the grade from which a bell rings, with confidence. */
  readonly anomalies: number;
}

const EXACT_UP_TO = 40_000;

export async function readProof(context: Context, detectorId: string, since: EpochMs): Promise<ForestProof> {
  const { connection, desired } = context;
  const body = {
    size: 0,
    query: {
      bool: {
        filter: [
          { term: { detector_id: detectorId } },
          { range: { data_end_time: { gte: since, format: "epoch_millis" } } },
        ],
      },
    },
    aggregations: {
      live: {
        // Runs over the past carry their task.
        filter: { bool: { must_not: [{ exists: { field: "task_id" } }] } },
        aggregations: { newest: { max: { field: "data_end_time" } } },
      },
      who: {
        nested: { path: "entity" },
        aggregations: { entities: { cardinality: { field: "entity.value", precision_threshold: EXACT_UP_TO } } },
      },
      anomalies: {
        filter: {
          bool: {
            filter: [
              { range: { anomaly_grade: { gt: desired.config.alerts.minimumGrade } } },
              { range: { confidence: { gt: 0 } } },
            ],
          },
        },
      },
    },
  };
  const answer = await connection.send("POST", `/${desired.names.forestResults}/_search`, { body, allow: [404] });
  if (answer.status === 404) return { newest: null, entities: 0, anomalies: 0 };
  const { live, who, anomalies } = answer.body.aggregations;
  return { newest: live.newest.value, entities: who.entities.value, anomalies: anomalies.doc_count };
}

export interface Comparison {
  readonly isReady: boolean;
  readonly words: string;
}

const MISSED_WINDOWS = 3;
const AS_MANY = 0.9;

/**
 * Whether a new detector may take the place of an old one: it runs, its newest window is as fresh as its delay allows,
 * and it looks at as many entities.
 */
export async function compareDetectors(
  context: Context,
  spec: DetectorSpec,
  young: { readonly id: string; readonly run: DetectorRun },
  oldId: string,
): Promise<Comparison> {
  const now = context.now();
  const since = now - context.desired.config.forest.historyDays * DAY;
  const [fresh, former] = [await readProof(context, young.id, since), await readProof(context, oldId, since)];
  const oldest = now - spec.windowDelayMinutes * MINUTE - MISSED_WINDOWS * BUCKET;
  const state = young.run.realtime?.state ?? "not started";
  const isReady =
    state === "RUNNING" &&
    fresh.newest !== null &&
    fresh.newest >= oldest &&
    fresh.entities >= AS_MANY * former.entities;
  const words = `the new one is ${state} with ${said(fresh)}; the old one had ${said(former)}`;
  return { isReady, words };
}

const said = ({ entities, anomalies }: ForestProof): string => `${entities} entities and ${anomalies} anomalies`;
