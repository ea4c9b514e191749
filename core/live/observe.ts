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

/** A model that goes on from a saved state. */
export interface Reopened {
  readonly model: EntityModel;
  readonly state: EntityState;
}

/** `null` where the state was saved by a model that this engine cannot go on with. */
export function reopened(signal: Signal, state: EntityState, engine: DetectorEngine): Reopened | null {
  try {
    return { model: engine.open(modelOptionsOf(signal), state.model), state };
  } catch (error) {
    if (error instanceof TrailwatchError && error.code === "STORE_VERSION") return null;
    throw error;
  }
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
  begun: Reopened | null,
  { delivery, watch }: Pick<FollowedAccount, "delivery" | "watch">,
  { engine, config }: ObserveContext,
  expectation: PeerExpectation | null = null,
): Observed {
  const before = begun?.state ?? null;
  const model = begun?.model ?? engine.open(modelOptionsOf(signal, expectation));
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
 * Whether silence departs in a window, of a signal whose drops are findings too. What silence means is only known when it
 * has ended, so the model must not be saved after.
 */
export function silenceDeparts(
  { model, state }: Reopened,
  { start, end }: TimeWindow,
  { delivery }: Pick<FollowedAccount, "delivery">,
  { config }: Pick<ObserveContext, "config">,
): boolean {
  const nothing: EntitySeries = { entity: NOBODY, buckets: [], values: [] };
  const walk = new ModelWalk(model, nothing, delivery, state.next);
  return walk.departuresTo(end).some((departure) => isConspicuous(departure, config) && departure.window.end > start);
}
