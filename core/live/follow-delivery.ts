import type { DetectionConfig } from "../detection/config.ts";
import { type AccountDelivery, DeliveryWatch } from "../detection/delivery-watch.ts";
import { BUCKET, bucketStart, type EpochMs, MINUTE } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { DeliveryRow } from "../ports/event-store.ts";
import type { Closings } from "../roll-up/closing.ts";
import type { AccountCheckpoint } from "./checkpoint.ts";

/** What a run knows of an account's delivery. */
export interface FollowedAccount {
  readonly account: string;
  /** As the batch would have it of all that came by now. */
  readonly delivery: AccountDelivery;
  /** With what closed buckets showed. */
  readonly watch: DeliveryWatch;
  /** Buckets with events that have not closed. */
  readonly open: readonly EpochMs[];
  /** How far models may observe: to the last closed bucket with an event. */
  readonly through: EpochMs;
  /** End of the last bucket with an event, open or closed. */
  readonly heardUntil: EpochMs;
  /** What is unknown now and was known, or the other way round, among what models observed or will: the earliest such time. */
  readonly reinterpretedFrom: EpochMs | null;
  /** How far time has come for the account: what happened later is not known. */
  readonly time: EpochMs;
}

/**
 * Follows every account's delivery from closed bucket to closed bucket. Where everything came in order the answer is that
 * of {@link deliveryHealth} over all events.
 * @param rows of every bucket that events came into since the last run, in any order, none before an account's first one
 * @param reach how far time has come, for accounts for which it had not come further before
 * @param directory of which accounts are closed; without it all are open
 */
export function followDelivery(
  rows: readonly DeliveryRow[],
  before: Readonly<Record<string, AccountCheckpoint>>,
  closings: Closings,
  reach: EpochMs,
  config: DetectionConfig,
  directory?: AccountDirectory,
): readonly FollowedAccount[] {
  const buckets = new Map<string, Set<EpochMs>>();
  for (const [account, { open }] of Object.entries(before)) buckets.set(account, new Set(open));
  for (const { account, bucket } of rows) buckets.set(account, (buckets.get(account) ?? new Set()).add(bucket));
  return [...buckets].map(([account, delivered]) => {
    const times = [...delivered].sort((a, b) => a - b);
    const closedAt = directory?.account(account).closedAt;
    return follow(account, times, before[account], closings[account]?.closed, reach, config, closedAt);
  });
}

function follow(
  account: string,
  times: readonly EpochMs[],
  known: AccountCheckpoint | undefined,
  closedBefore: EpochMs | undefined,
  reach: EpochMs,
  config: DetectionConfig,
  closedAt: EpochMs | null | undefined,
): FollowedAccount {
  const time = Math.max(reach, known?.time ?? reach);
  const resume = (): DeliveryWatch =>
    known ? DeliveryWatch.resume(known.delivery, config) : DeliveryWatch.begin(times[0] as EpochMs, config);
  const hear = (watch: DeliveryWatch, until: EpochMs): DeliveryWatch => {
    for (const bucket of times) {
      if (bucket < watch.next) watch.deliveredLate(bucket);
      else if (bucket + BUCKET <= until) watch.delivered(bucket);
    }
    return watch;
  };
  const all = hear(resume(), Number.POSITIVE_INFINITY);
  const delivery = all.at(Math.max(time, all.next), closedAt);
  const closed = Math.max(
    bucketStart(delivery.until - config.latenessMinutes * MINUTE),
    closedBefore ?? Number.NEGATIVE_INFINITY,
  );
  const watch = hear(resume(), closed);
  return {
    account,
    delivery,
    watch,
    open: times.filter((bucket) => bucket >= watch.next),
    through: Math.max(known?.through ?? watch.since, Math.min(closed, watch.next)),
    heardUntil: all.next,
    reinterpretedFrom: known ? firstDifference(known.delivery.unknown, watch.unknown) : null,
    time,
  };
}

/** The earliest beginning or end that only one of the lists has. */
function firstDifference(
  a: readonly { readonly start: EpochMs; readonly end: EpochMs }[],
  b: readonly { readonly start: EpochMs; readonly end: EpochMs }[],
): EpochMs | null {
  const edges = (windows: typeof a): Set<EpochMs> => new Set(windows.flatMap(({ start, end }) => [start, end]));
  const [before, after] = [edges(a), edges(b)];
  const changed = [...before, ...after].filter((edge) => before.has(edge) !== after.has(edge));
  return changed.length === 0 ? null : Math.min(...changed);
}
