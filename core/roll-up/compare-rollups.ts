import type { SignalEntity } from "../domain/finding.ts";
import { BUCKET, DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { RollupRow } from "../ports/event-store.ts";
import type { ActiveEntity } from "../ports/rollup-store.ts";
import { compareSeries, type Series } from "../signals/order.ts";
import type { Closings } from "./closing.ts";
import { Peekable } from "./peekable.ts";

/** Zeros are written for this long after an entity's last count. */
export const ACTIVE_FOR = 14 * DAY;

export interface RollupChange {
  readonly kind: "write" | "remove";
  readonly row: RollupRow;
  /** Of a dense signal's entity whose zeros would not have reached to its account's last closed bucket without this window. */
  readonly awakens: boolean;
}

/** All three in the order of {@link compareSeries}. */
export interface ComparedStreams {
  /** What the events count in the window; buckets above zero only. */
  readonly counts: AsyncIterable<RollupRow>;
  /** Who of those whose zeros are written had a count in the {@link ACTIVE_FOR} before it. */
  readonly active: AsyncIterable<ActiveEntity>;
  /** What is kept of the window. */
  readonly kept: AsyncIterable<RollupRow>;
}

/**
 * What must be written and removed so that the window holds every count of a closed bucket that is known, the zeros of the
 * dense signals' entities that were active then, and nothing else. One entity at a time is held in memory.
 */
export async function* compareRollups(
  { counts, active, kept }: ComparedStreams,
  window: TimeWindow,
  closings: Closings,
  dense: ReadonlySet<string>,
): AsyncGenerator<RollupChange> {
  const streams = [new Peekable(counts), new Peekable(active), new Peekable(kept)] as const;
  const [counted, before, present] = streams;
  try {
    for (;;) {
      const series = first(await counted.peek(), await before.peek(), await present.peek());
      if (series === undefined) return;
      const values = await valuesOf(counted, series);
      const last = await lastBucketOf(before, series);
      const there = await valuesOf(present, series);
      const isDense = dense.has(series.signal);
      const expected = isDense ? withZeros(values, last, window) : values;
      const closed = closings[series.entity.account]?.closed ?? Number.NEGATIVE_INFINITY;
      const awakens = isDense && (last === null || last + ACTIVE_FOR < closed);
      for (const change of changesOf(series, expected, there, window, closings)) yield { ...change, awakens };
    }
  } finally {
    for (const stream of streams) await stream.close();
  }
}

function first(...heads: readonly (Series | undefined)[]): Series | undefined {
  let least: Series | undefined;
  for (const head of heads) if (head && (!least || compareSeries(head, least) < 0)) least = head;
  return least && { signal: least.signal, entity: least.entity };
}

async function valuesOf(rows: Peekable<RollupRow>, series: Series): Promise<Map<EpochMs, number>> {
  const values = new Map<EpochMs, number>();
  for (let row = await rows.peek(); row && compareSeries(row, series) === 0; row = await rows.peek()) {
    values.set(row.bucket, row.value);
    await rows.take();
  }
  return values;
}

async function lastBucketOf(active: Peekable<ActiveEntity>, series: Series): Promise<EpochMs | null> {
  const head = await active.peek();
  if (!head || compareSeries(head, series) !== 0) return null;
  await active.take();
  return head.lastBucket;
}

/** A row of a dense signal's entity: a bucket and what was counted in it. */
export type DenseRow = readonly [bucket: EpochMs, value: number];

/**
 * The rows of one entity of a dense signal as they stand when the window has been rolled up, zeros too: what a detector
 * reads.
 * @param counts above zero, in the window
 * @param lastBefore the entity's last bucket with a count before it
 */
export function* denseRows(
  entity: SignalEntity,
  counts: ReadonlyMap<EpochMs, number>,
  lastBefore: EpochMs | null,
  window: TimeWindow,
  closings: Closings,
): Generator<DenseRow> {
  for (const [bucket, value] of withZeros(counts, lastBefore, window)) {
    if (isKnown(entity, bucket, closings)) yield [bucket, value];
  }
}

function withZeros(
  counts: ReadonlyMap<EpochMs, number>,
  lastBefore: EpochMs | null,
  window: TimeWindow,
): ReadonlyMap<EpochMs, number> {
  const values = new Map<EpochMs, number>();
  let last = lastBefore;
  for (let bucket = window.start; bucket < window.end; bucket += BUCKET) {
    const count = counts.get(bucket);
    if (count !== undefined) last = bucket;
    if (last !== null && bucket - last <= ACTIVE_FOR) values.set(bucket, count ?? 0);
  }
  return values;
}

function* changesOf(
  series: Series,
  expected: ReadonlyMap<EpochMs, number>,
  kept: ReadonlyMap<EpochMs, number>,
  window: TimeWindow,
  closings: Closings,
): Generator<Omit<RollupChange, "awakens">> {
  for (let bucket = window.start; bucket < window.end; bucket += BUCKET) {
    const value = isKnown(series.entity, bucket, closings) ? expected.get(bucket) : undefined;
    const present = kept.get(bucket);
    if (value === undefined && present !== undefined) yield change("remove", series, bucket, present);
    if (value !== undefined && present !== value) yield change("write", series, bucket, value);
  }
}

const change = (
  kind: RollupChange["kind"],
  { signal, entity }: Series,
  bucket: EpochMs,
  value: number,
): Omit<RollupChange, "awakens"> => ({ kind, row: { signal, entity, bucket, value } });

/** Closed, and delivered. */
function isKnown({ account }: SignalEntity, bucket: EpochMs, closings: Closings): boolean {
  const closing = closings[account];
  if (!closing || bucket + BUCKET > closing.closed) return false;
  return !closing.unknown.some(({ start, end }) => bucket >= start && bucket < end);
}
