import { BUCKET, bucketStart, DAY, type EpochMs, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { Context } from "./context.ts";
import { type DetectorRun, isRefusal, startDetector } from "./detector-api.ts";
import type { DetectorSpec } from "./detectors.ts";
import type { Waiting } from "./steps.ts";

/** A forest judges nothing before it has seen so many windows in a row. */
const LEAST_SAMPLES = 32;

/**
 * The past that a detector was never run over: what was there before its real time began. `null` where there is none, or
 * too little to learn from.
 */
export async function pastToLearn(context: Context, spec: DetectorSpec, run: DetectorRun): Promise<TimeWindow | null> {
  if (run.historical && run.historical.state !== "FAILED") return null;
  const judged = context.now() - spec.windowDelayMinutes * MINUTE;
  const end = bucketStart(Math.min(judged, run.job?.enabledTime ?? judged));
  const start = await oldestRollup(context, spec.mark.signal, {
    start: end - context.desired.config.forest.historyDays * DAY,
    end,
  });
  const least = (LEAST_SAMPLES + context.desired.config.forest.shingle) * BUCKET;
  return start !== null && end - start >= 2 * least ? { start, end } : null;
}

async function oldestRollup(context: Context, signal: string, within: TimeWindow): Promise<EpochMs | null> {
  const { connection, desired } = context;
  const range = { gte: within.start, lt: within.end, format: "epoch_millis" };
  const { body } = await connection.send("POST", `/${desired.names.rollups}/_search`, {
    body: {
      size: 1,
      track_total_hits: false,
      _source: false,
      query: { bool: { filter: [{ term: { signal } }, { range: { "@timestamp": range } }] } },
      sort: [{ "@timestamp": { order: "asc", unmapped_type: "date" } }],
    },
  });
  const oldest = body.hits.hits[0]?.sort[0];
  return oldest === undefined ? null : bucketStart(Number(oldest));
}

const CLEAR_OF_BUCKETS = 5_000;

/** Real time first, then the past: the one need not wait for the other. */
export async function startRuns(
  context: Context,
  spec: DetectorSpec,
  id: string,
  run: DetectorRun,
): Promise<Waiting | undefined> {
  const past = await pastToLearn(context, spec, run);
  if (!run.job?.enabled) {
    await betweenBuckets(context, spec);
    await startDetector(context.connection, id);
  }
  return past ? learn(context, id, past) : undefined;
}

/** Windows are cut where real time began, less the delay: near a bucket's edge, a small drift moves the bucket into another. */
async function betweenBuckets(context: Context, spec: DetectorSpec): Promise<void> {
  const into = (context.now() - spec.windowDelayMinutes * MINUTE) % BUCKET;
  if (into < CLEAR_OF_BUCKETS) await context.pause(CLEAR_OF_BUCKETS - into);
  if (into > BUCKET - CLEAR_OF_BUCKETS) await context.pause(BUCKET - into + CLEAR_OF_BUCKETS);
}

const SLOT_TRIES = 6;
const SLOT_PAUSE = 10_000;

/** A node runs few of these at once: when there is no place within a minute, it is left to the next apply. */
async function learn(context: Context, id: string, past: TimeWindow): Promise<Waiting | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      await startDetector(context.connection, id, past);
      return undefined;
    } catch (error) {
      if (!isRefusal(error, /No available task slot/)) throw error;
      if (attempt === SLOT_TRIES) return NO_SLOT;
      await context.pause(SLOT_PAUSE);
    }
  }
}

const NO_SLOT: Waiting = {
  reason: "real time is started; for its run over the past the nodes have no place now",
  nextStep: "Apply again in some minutes.",
};
