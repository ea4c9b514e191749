import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { type DetectionConfig, detectionConfigSchema } from "#core/detection/config.ts";
import { type DeliveryHealth, deliveryHealth } from "#core/detection/delivery-health.ts";
import { detectAnomalies } from "#core/detection/detect-anomalies.ts";
import type { AnomalyDraft } from "#core/detection/judge-entity.ts";
import type { SignalEntity } from "#core/domain/finding.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, DAY, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import type { DeliveryRow, RollupRow } from "#core/ports/event-store.ts";
import { createCountEngine } from "#engine/count-engine.ts";

/** A Monday. */
export const START = Date.UTC(2026, 9, 26);
export const ACCOUNT = "111122223333";

export const SIGNAL: Signal = {
  id: "instances-launched",
  title: "Instances launched",
  unit: "instances launched",
  filter: { outcomes: ["success"] },
  value: { of: "quantity", kind: "instances", change: "added" },
  per: "region",
  direction: "rise",
  floor: 3,
  thresholds: { low: 5, medium: 10, high: 20 },
};

export const ENTITY: SignalEntity = { account: ACCOUNT, region: "eu-west-1", principal: null, resource: null };

export const config = (changes: Record<string, unknown> = {}): DetectionConfig => detectionConfigSchema.parse(changes);

/** Nobody knows any account. */
export const NOBODY = parseOrganization([], contextConfigSchema.parse({}));

/** `time` in days since the start of the world. */
export const at = (days: number): EpochMs => Math.round((START + days * DAY) / BUCKET) * BUCKET;

export type Counts = readonly (readonly [days: number, value: number])[];

export const rowsOf = (counts: Counts, entity = ENTITY, signal = SIGNAL): RollupRow[] =>
  counts.map(([days, value]) => ({ signal: signal.id, entity, bucket: at(days), value }));

export async function* stream<T>(rows: Iterable<T>): AsyncGenerator<T> {
  yield* rows;
}

/** One event of some kind in every bucket, but for the silences. */
export function delivered(days: number, silences: readonly TimeWindow[] = []): DeliveryRow[] {
  const rows: DeliveryRow[] = [];
  for (let bucket = START; bucket < at(days); bucket += BUCKET) {
    if (silences.some(({ start, end }) => bucket >= start && bucket < end)) continue;
    rows.push({ account: ACCOUNT, bucket, events: 1 });
  }
  return rows;
}

export const healthOf = (days: number, silences: readonly TimeWindow[] = []): Promise<DeliveryHealth> =>
  deliveryHealth(stream(delivered(days, silences)), { start: START, end: at(days) }, config());

export async function detect(
  rows: readonly RollupRow[],
  {
    days = 21,
    signals = [SIGNAL],
    changes = {},
  }: { days?: number; signals?: readonly Signal[]; changes?: object } = {},
): Promise<readonly AnomalyDraft[]> {
  return detectAnomalies({
    rollup: stream(rows),
    signals,
    health: await healthOf(days),
    engine: createCountEngine(),
    config: config({ ...changes }),
    span: { start: START, end: at(days) },
    directory: NOBODY,
  });
}
