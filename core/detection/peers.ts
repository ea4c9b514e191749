import type { Signal } from "../domain/signal.ts";
import { BUCKET, DAY, type EpochMs } from "../domain/time.ts";
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
    const reached = daysReached(peer, peak / RATIO, start);
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

/**
 * The group of accounts of which at least two did as much as a young account does now, in the same region, on at least two
 * days before; `null` where they did not.
 * @param series of the signal in other accounts, and perhaps in this one
 */
export function doneByAccounts(
  { entity }: EntitySeries,
  series: readonly EntitySeries[],
  peers: AccountPeers,
  peak: number,
  start: EpochMs,
): PeerGroup | null {
  const group = peers.of(entity.account, start - EARLIER);
  if (!group) return null;
  const days = new Set<number>();
  const doing = new Set<string>();
  for (const other of series) {
    if (other.entity.region !== entity.region || !group.accounts.has(other.entity.account)) continue;
    const reached = daysReached(other, peak / RATIO, start - EARLIER, start - LATELY);
    if (reached.length > 0) doing.add(other.entity.account);
    for (const day of reached) days.add(day);
  }
  return doing.size >= LEAST_PEERS && days.size >= LEAST_DAYS ? group : null;
}

/** From when on the counts of other accounts matter where a young account's count reaches a threshold; `null`: not at all. */
export function othersMatterFrom(
  { per, thresholds }: Signal,
  accountSince: EpochMs,
  start: EpochMs,
  { historyDays }: DetectionConfig,
): EpochMs | null {
  const young = start - accountSince < historyDays * DAY;
  return per === "region" && thresholds !== null && young ? start - LATELY : null;
}

function daysReached(series: EntitySeries, value: number, before: EpochMs, from = 0): readonly number[] {
  const days: number[] = [];
  for (const [at, bucket] of series.buckets.entries()) {
    if (bucket < from) continue;
    if (bucket >= before) break;
    const follows = at > 0 && series.buckets[at - 1] === bucket - BUCKET;
    const count = (series.values[at] as number) + (follows ? (series.values[at - 1] as number) : 0);
    if (count >= value) days.push(Math.floor(bucket / DAY));
  }
  return days;
}
