import type { Signal } from "../domain/signal.ts";
import { BUCKET, DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { AccountPeers, PeerGroup } from "./account-peers.ts";
import type { DetectionConfig } from "./config.ts";
import type { EntitySeries } from "./series.ts";

/** An entity that has been seen for so long has a usual of its own; before, its peers' counts for it. */
const YOUNG = 3 * DAY;
/** Days and entities on which as much must have been done. */
const LEAST_DAYS = 2;
const LEAST_PEERS = 2;
const RATIO = 1.5;

/**
 * Whether a young principal or resource only does what others of its account did before: at least two of them, on at
 * least two days, with about the same count in ten minutes. Never so for regions: a new region is no peer of the old.
 */
export function doneByPeers(
  signal: Signal,
  series: EntitySeries,
  peers: readonly EntitySeries[],
  peak: number,
  start: EpochMs,
): boolean {
  if (!mayHavePeers(signal, series, start)) return false;
  const days = new Set<number>();
  let doing = 0;
  for (const peer of peers) {
    if (peer === series || peer.entity.region !== series.entity.region) continue;
    const reached = daysReached(peer, peak / RATIO, { start: 0, end: start });
    if (reached.length > 0) doing++;
    for (const day of reached) days.add(day);
  }
  return doing >= LEAST_PEERS && days.size >= LEAST_DAYS;
}

/** Whether it matters at all what others did: to principals and resources that are young. */
export const mayHavePeers = (signal: Signal, series: EntitySeries, start: EpochMs): boolean =>
  signal.per !== "region" && start - (series.buckets[0] ?? start) <= YOUNG;

/** So long before a young account's count others must have done as much: what befalls several at once excuses nobody. */
const EARLIER = DAY;
/** And at most so long before. */
const LATELY = 14 * DAY;
/** The busiest ten minutes. */
const PEAK = 2 * BUCKET;

/**
 * The group of accounts of which at least two did about as much as a young account does now, in its busiest ten minutes
 * and in a day (or as long a time, where that is longer), on at least two days before; `null` where they did not. In the
 * same region, unless the account has been at it in its region for days: then it is its own, as theirs are theirs.
 * @param series of the signal in other accounts, and perhaps in this one
 */
export function doneByAccounts(
  own: EntitySeries,
  series: readonly EntitySeries[],
  peers: AccountPeers,
  { window, actual, peak }: { readonly window: TimeWindow; readonly actual: number; readonly peak: number },
): PeerGroup | null {
  const { account, region } = own.entity;
  const group = peers.of(account, window.start);
  if (!group) return null;
  const isOwnRegion = window.start - (own.buckets[0] ?? window.start) > YOUNG;
  const time = { start: window.start - LATELY, end: window.start - EARLIER };
  const length = Math.max(DAY, window.end - window.start);
  const days = new Set<number>();
  const doing = new Set<string>();
  for (const other of series) {
    if (!group.accounts.has(other.entity.account) || (other.entity.region !== region && !isOwnRegion)) continue;
    const reached = daysReached(other, actual / RATIO, time, length);
    if (reached.length === 0 || daysReached(other, peak / RATIO, time).length === 0) continue;
    doing.add(other.entity.account);
    for (const day of reached) days.add(day);
  }
  return doing.size >= LEAST_PEERS && days.size >= LEAST_DAYS ? group : null;
}

/**
 * From when on the counts of other accounts matter to what an account does: where it is so young, or where it is since so
 * short a time, that its own past does not say what is usual; `null`: not at all.
 */
export function othersMatterFrom(
  { per }: Signal,
  account: string,
  start: EpochMs,
  peers: AccountPeers,
  { historyDays }: DetectionConfig,
): EpochMs | null {
  const young = start - peers.settledSince(account, start) < historyDays * DAY;
  return per === "region" && young ? start - LATELY : null;
}

/** Days in a time on which so much was counted within a length of time. */
function daysReached(
  { buckets, values }: EntitySeries,
  value: number,
  { start, end }: TimeWindow,
  length = PEAK,
): readonly number[] {
  const days: number[] = [];
  let [first, total] = [0, 0];
  for (const [at, bucket] of buckets.entries()) {
    if (bucket >= end) break;
    if (bucket < start) {
      first = at + 1;
      continue;
    }
    total += values[at] as number;
    while ((buckets[first] as number) <= bucket - length) total -= values[first++] as number;
    if (total >= value) days.push(Math.floor(bucket / DAY));
  }
  return days;
}
