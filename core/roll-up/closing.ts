import type { AccountDelivery } from "../detection/delivery-watch.ts";
import { BUCKET, bucketStart, type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";

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

/** Late events at most this far apart are counted again together. */
const APART = HOUR;

/** What is to be counted again. */
export interface Recount {
  /** Around buckets that events came into late: in time order, none in {@link newest}, not overlapping. */
  readonly late: readonly TimeWindow[];
  /**
   * From the first bucket that closed, or that is known otherwise now, to the last closed one of such accounts. Accounts
   * of which an earlier history comes to be known are far behind the others.
   */
  readonly newest: TimeWindow | null;
}

/** @param late beginnings of buckets that events came into since the last run */
export function windowsToCount(
  accounts: ReadonlyMap<string, AccountDelivery>,
  before: Closings,
  now: Closings,
  late: Iterable<EpochMs>,
): Recount {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const [account, { since }] of accounts) {
    const known = before[account];
    const closing = now[account] as AccountClosing;
    const closedFrom = known ? known.closed : since;
    const from = Math.min(closedFrom, firstDifference(known?.unknown ?? [], closing.unknown));
    if (from >= closing.closed) continue;
    start = Math.min(start, from);
    end = Math.max(end, closing.closed);
  }
  const newest = start < end ? { start, end } : null;
  const last = Math.max(...Object.values(now).map(({ closed }) => closed));
  const windows = newest
    ? [...lateWindows(late, 0, newest.start), ...lateWindows(late, newest.end, last)]
    : lateWindows(late, 0, last);
  return { late: windows, newest };
}

/** With the bucket after: what is kept there shows whether an entity was active. */
function lateWindows(late: Iterable<EpochMs>, from: EpochMs, until: EpochMs): readonly TimeWindow[] {
  const windows: { start: EpochMs; end: EpochMs }[] = [];
  for (const time of [...late].sort((a, b) => a - b)) {
    const start = bucketStart(time);
    if (start < from) continue;
    if (start >= until) break;
    const end = Math.min(until, start + 2 * BUCKET);
    const last = windows.at(-1);
    if (last && start - last.end <= APART) last.end = end;
    else windows.push({ start, end });
  }
  return windows;
}

/** The earliest time that lies in windows of one list only; infinite where none does. */
function firstDifference(a: readonly TimeWindow[], b: readonly TimeWindow[]): EpochMs {
  const isIn = (windows: readonly TimeWindow[], time: EpochMs): boolean =>
    windows.some(({ start, end }) => time >= start && time < end);
  const edges = [...a, ...b].flatMap(({ start, end }) => [start, end]);
  return Math.min(...edges.filter((time) => isIn(a, time) !== isIn(b, time)), Number.POSITIVE_INFINITY);
}
