import type { Signal } from "../domain/signal.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";
import type { DetectorEngine } from "../ports/detector-engine.ts";
import type { AccountDelivery } from "./delivery-watch.ts";
import { modelOptionsOf } from "./model-options.ts";
import type { PeerExpectation } from "./peer-expectation.ts";
import { type EntitySeries, ModelWalk, totalOf } from "./series.ts";

export interface BandPoint {
  readonly start: EpochMs;
  readonly actual: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * What an entity counted, and what the model expected at each moment from all that came before it: one point an
 * interval (a multiple of the bucket).
 * @param expectation what peers had before the account began, if the model begins with it
 */
export function expectedBand(
  series: EntitySeries,
  signal: Signal,
  delivery: AccountDelivery,
  engine: DetectorEngine,
  { start, end }: TimeWindow,
  interval: EpochMs,
  expectation: PeerExpectation | null = null,
): readonly BandPoint[] {
  const walk = new ModelWalk(engine.open(modelOptionsOf(signal, expectation)), series, delivery);
  const points: BandPoint[] = [];
  for (let at = start; at < end; at += interval) {
    const window = { start: at, end: at + interval };
    const { lower, upper } = walk.expectAfter(at, window);
    points.push({ start: at, actual: totalOf(series, window), lower, upper });
  }
  return points;
}
