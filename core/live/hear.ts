import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, MINUTE } from "../domain/time.ts";
import type { DeliveryRow } from "../ports/event-store.ts";
import { type FollowedAccount, followDelivery } from "./follow-delivery.ts";
import { windowsAround } from "./time-windows.ts";
import type { WatchContext } from "./watch-context.ts";

/** Almost all events are delivered within so long; for those that are not all times are looked through now and then. */
const NEAR = 6 * HOUR;
const SWEEP_EVERY = HOUR;

/** What was written shortly before the last run may have been seen only after it. */
const OVERLAP = 2 * MINUTE;

export interface Heard {
  /** Beginnings of the buckets that events came into since the last run. */
  readonly arrived: readonly EpochMs[];
  readonly sweptAt: EpochMs;
  readonly followed: readonly FollowedAccount[];
}

/** Asks what came since the last run, and how far every account has been heard by now. */
export async function hear(context: WatchContext): Promise<Heard> {
  const { ports, before, now, knowledge } = context;
  const sweeps = now - before.sweptAt >= SWEEP_EVERY;
  const since = (sweeps ? before.sweptAt : before.at) - OVERLAP;
  const window = { start: sweeps ? 0 : bucketStart(now - NEAR), end: bucketStart(now) + DAY };
  const arrived = await ports.arrivals.arrived(since, window);
  const rows = await deliveries(arrived, context);
  const followed = followDelivery(
    rows,
    before.accounts,
    before.rollUp?.accounts ?? {},
    now,
    knowledge.config.detection,
  );
  return { arrived, sweptAt: sweeps ? now : before.sweptAt, followed };
}

async function deliveries(times: readonly EpochMs[], { ports, before, now }: WatchContext): Promise<DeliveryRow[]> {
  const rows: DeliveryRow[] = [];
  for (const window of windowsAround(times)) {
    for await (const row of ports.arrivals.deliveries(window)) rows.push(row);
  }
  const earlier = rows.filter(({ account, bucket }) => bucket < (before.accounts[account]?.delivery.since ?? 0));
  if (earlier.length === 0) return rows;
  // Such accounts begin anew, from all that there is of them.
  const start = Math.min(...earlier.map(({ bucket }) => bucket));
  const anew = new Set(earlier.map(({ account }) => account));
  const whole = rows.filter(({ account }) => !anew.has(account));
  for await (const row of ports.arrivals.deliveries({ start, end: bucketStart(now) + BUCKET })) {
    if (anew.has(row.account)) whole.push(row);
  }
  return whole;
}
