import type { AccountDelivery } from "../detection/delivery-watch.ts";
import { BUCKET, bucketStart, type EpochMs, type TimeWindow } from "../domain/time.ts";

/** How far an account is rolled up. JSON-safe. */
export interface AccountClosing {
  /** Buckets that end by then are closed. Never goes back. */
  readonly closed: EpochMs;
  /** Where its events were not delivered, so that nothing is written: in time order, not overlapping. */
  readonly unknown: readonly TimeWindow[];
}

/** By account id. */
export type Closings = Readonly<Record<string, AccountClosing>>;

/** A bucket closes when delivery has passed its end plus the lateness. */
export function closingsOf(
  accounts: ReadonlyMap<string, AccountDelivery>,
  lateness: EpochMs,
  before: Closings,
): Closings {
  const now = [...accounts].map(([account, { until, unknown }]): [string, AccountClosing] => {
    const closed = bucketStart(until - lateness);
    return [account, { closed: Math.max(closed, before[account]?.closed ?? closed), unknown }];
  });
  // An account whose events are all gone by age keeps its place.
  return { ...before, ...Object.fromEntries(now) };
}

/**
 * The window outside of which nothing is to be counted again; `null` where nothing is to be counted.
 * @param late beginnings of buckets that events came into since the last run
 */
export function windowToCount(
  accounts: ReadonlyMap<string, AccountDelivery>,
  before: Closings,
  now: Closings,
  late: Iterable<EpochMs>,
): TimeWindow | null {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const [account, { since }] of accounts) {
    const known = before[account];
    const closing = now[account] as AccountClosing;
    end = Math.max(end, closing.closed);
    if (!known) start = Math.min(start, since);
    else if (closing.closed > known.closed) start = Math.min(start, known.closed);
    start = Math.min(start, firstDifference(known?.unknown ?? [], closing.unknown));
  }
  for (const bucket of late) start = Math.min(start, bucketStart(bucket, BUCKET));
  return start < end ? { start, end } : null;
}

/** The earliest time that lies in windows of one list only; infinite where none does. */
function firstDifference(a: readonly TimeWindow[], b: readonly TimeWindow[]): EpochMs {
  const isIn = (windows: readonly TimeWindow[], time: EpochMs): boolean =>
    windows.some(({ start, end }) => time >= start && time < end);
  const edges = [...a, ...b].flatMap(({ start, end }) => [start, end]);
  return Math.min(...edges.filter((time) => isIn(a, time) !== isIn(b, time)), Number.POSITIVE_INFINITY);
}
