import type { DetectionConfig } from "../detection/config.ts";
import { isConspicuous } from "../detection/episodes.ts";
import { modelOptionsOf } from "../detection/model-options.ts";
import type { PeerExpectation } from "../detection/peer-expectation.ts";
import { type EntitySeries, ModelWalk } from "../detection/series.ts";
import { TrailwatchError } from "../domain/errors.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { DetectorEngine, EntityModel } from "../ports/detector-engine.ts";
import type { FollowedAccount } from "./follow-delivery.ts";
import type { EntityState } from "./packed-states.ts";

export type Counts = Pick<EntitySeries, "buckets" | "values">;

export interface ObserveContext {
  readonly engine: DetectorEngine;
  readonly config: DetectionConfig;
}

/** Why an entity is to be examined, or `null`; and what its model is like after the counts. */
export interface Observed {
  readonly state: EntityState;
  readonly suspicion: Suspicion | null;
}

export interface Suspicion {
  readonly why: string;
  /** The first bucket that is to blame. */
  readonly from: EpochMs;
}

/**
 * Lets an entity's model observe counts of closed buckets, and the silence before each. The model, the buckets and their
 * order are those of the examination, so nothing departs there that did not depart here; what may be a habit or too little
 * is for the examination to say.
 * @param counts buckets above zero, none before the model's next one; of an entity without a state all there are
 * @param newFrom earlier counts are only learnt
 * @param expectation what peers had, of an entity without a state
 */
export function observeCounts(
  signal: Signal,
  counts: Counts,
  newFrom: EpochMs,
  before: EntityState | null,
  { delivery, watch }: Pick<FollowedAccount, "delivery" | "watch">,
  { engine, config }: ObserveContext,
  expectation: PeerExpectation | null = null,
): Observed {
  const options = modelOptionsOf(signal, expectation);
  const model = engine.open(options, before?.model);
  const series: EntitySeries = { entity: NOBODY, ...counts };
  const walk = new ModelWalk(model, series, watch, before?.next ?? watch.since);
  const last = counts.buckets.at(-1) as EpochMs;
  let departed: EpochMs | null = null;
  walk.to(last + BUCKET, (departure) => {
    const { end } = departure.window;
    if (isConspicuous(departure, config) && end > newFrom) departed ??= end - BUCKET;
  });
  const young = { start: newFrom, end: delivery.since + config.historyDays * DAY };
  const crossed = crossing(signal, counts, before?.last ?? null, young);
  const state = { model: model.save(), next: walk.next, last: [last, counts.values.at(-1) as number] as const };
  if (departed !== null) return { state, suspicion: { why: "its count departs", from: departed } };
  return { state, suspicion: crossed === null ? null : { why: "its count reaches a threshold", from: crossed } };
}

const NOBODY = { account: "", region: "", principal: null, resource: null };

/** The first bucket that, with the one before it, reaches the lowest threshold while the account is young. */
function crossing(
  { thresholds }: Signal,
  { buckets, values }: Counts,
  last: EntityState["last"] | null,
  young: TimeWindow,
): EpochMs | null {
  if (!thresholds) return null;
  let [before, count] = last ?? [Number.NEGATIVE_INFINITY, 0];
  for (const [at, bucket] of buckets.entries()) {
    if (bucket >= young.end) return null;
    const value = values[at] as number;
    const both = value + (before === bucket - BUCKET ? count : 0);
    if (both >= thresholds.low && bucket >= young.start) return bucket;
    [before, count] = [bucket, value];
  }
  return null;
}

/**
 * Whether silence departs in a window, of a signal whose drops are findings too. The model itself stays as it is: what
 * silence means is only known when it has ended.
 */
export function silenceDeparts(
  signal: Signal,
  before: EntityState,
  { start, end }: TimeWindow,
  { delivery }: Pick<FollowedAccount, "delivery">,
  { engine, config }: ObserveContext,
): boolean {
  const model: EntityModel = engine.open(modelOptionsOf(signal), before.model);
  const nothing: EntitySeries = { entity: NOBODY, buckets: [], values: [] };
  const walk = new ModelWalk(model, nothing, delivery, before.next);
  return walk.departuresTo(end).some((departure) => isConspicuous(departure, config) && departure.window.end > start);
}

/** Whether a state was saved by a model that this engine cannot go on with. */
export function isOutdated(signal: Signal, { model }: EntityState, engine: DetectorEngine): boolean {
  try {
    engine.open(modelOptionsOf(signal), model);
    return false;
  } catch (error) {
    if (error instanceof TrailwatchError && error.code === "STORE_VERSION") return true;
    throw error;
  }
}
