import { parseConfig } from "#core/config/index.ts";
import { judgeEntity } from "#core/detection/judge-entity.ts";
import type { EntitySeries } from "#core/detection/series.ts";
import { BUCKET, DAY, type TimeWindow } from "#core/domain/time.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { openSeries } from "#engine/series/detector.ts";
import type { AccountRollups } from "./rollups.ts";

export interface Replayed {
  readonly entities: number;
  /** Buckets judged, silent ones too. */
  readonly points: number;
  /** Of those the ones that counted something. */
  readonly counted: number;
  readonly anomalies: number;
}

/** Lets the models live through what one signal counted in one account. */
export type Replay = (rollups: AccountRollups) => Replayed;

const config = parseConfig({});
const signals = new Map(resolveSignals(config.signals).map((signal) => [signal.id, signal]));
const engine = createCountEngine();

/** Zeros are written for so long after an entity's last count: docs/detection.md, "Roll-ups". */
const ZEROS = 14 * DAY;

/** The product's detection with its count model, from each account's first event to the end, up to graded anomalies. */
function countModel({ signal: id, span, delivery, series }: AccountRollups): Replayed {
  const signal = signals.get(id);
  if (!signal) throw new Error(`no signal ${id}`);
  const context = { engine, config: config.detection, span };
  return {
    entities: series.length,
    points: series.length * ((span.end - delivery.since) / BUCKET),
    counted: countedIn(series),
    anomalies: series.reduce((sum, one) => sum + judgeEntity(signal, one, series, delivery, context).length, 0),
  };
}

/** All opinions, the forest too, on every bucket that roll-ups have a row for: from the first count on. */
function fused({ span, series }: AccountRollups): Replayed {
  let [points, anomalies] = [0, 0];
  for (const one of series) {
    const detector = openSeries({ interval: BUCKET, forest: true });
    for (const [bucket, value] of rowsOf(one, span)) {
      points++;
      if (detector.observe(bucket, value).anomaly) anomalies++;
    }
  }
  return { entities: series.length, points, counted: countedIn(series), anomalies };
}

export const REPLAYS = { "count model": countModel, fused } as const satisfies Record<string, Replay>;

function* rowsOf(
  { buckets, values }: EntitySeries,
  span: TimeWindow,
): Generator<readonly [bucket: number, value: number]> {
  for (const [at, bucket] of buckets.entries()) {
    yield [bucket, values[at] as number];
    const end = Math.min(buckets[at + 1] ?? span.end, bucket + ZEROS);
    for (let silent = bucket + BUCKET; silent < end; silent += BUCKET) yield [silent, 0];
  }
}

const countedIn = (series: readonly EntitySeries[]): number =>
  series.reduce((sum, { buckets }) => sum + buckets.length, 0);
