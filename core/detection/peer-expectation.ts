import { DAY, type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import type { PeerRates } from "../ports/detector-engine.ts";
import type { AccountPeers, PeerGroup } from "./account-peers.ts";
import { type EntitySeries, positionOf } from "./series.ts";

/** What is expected of an entity of an account that has no history, and by whose. */
export interface PeerExpectation {
  readonly rates: PeerRates;
  readonly group: PeerGroup;
}

/** So many days of peers' counts are looked at: whole ones, before the day on which the account began. */
const PAST_DAYS = 14;
/** Peers that must have counted anything in a region for it to be one of theirs. */
const LEAST_DOERS = 2;
const HOURS_A_DAY = 24;
/** Events' worth of "all hours are alike" in the shape of a day. */
const FLAT_EVENTS = 12;
const SCATTER = { least: 0.25, most: 4 };

/** The days whose counts say what is expected of an account that began then. */
export const pastOf = (since: EpochMs): TimeWindow => {
  const day = Math.floor(since / DAY) * DAY;
  return { start: day - PAST_DAYS * DAY, end: day };
};

/**
 * What peers had before an account began, pooled so that no single one decides: the mean of the middle third of their rates.
 * Rates are those of the region where at least two peers counted anything; else each peer's of its busiest region, if
 * anybody of the organization works in this one: where nobody ever did, nothing is expected.
 * @param series of the signal in other accounts, in any order
 */
export function peerExpectation(
  account: string,
  region: string,
  since: EpochMs,
  series: readonly EntitySeries[],
  peers: AccountPeers,
): PeerExpectation | null {
  const window = pastOf(since);
  const group = peers.of(account, window.end);
  if (!group) return null;
  const pasts = series
    .filter(({ entity }) => entity.account !== account && entity.principal === null && entity.resource === null)
    .map(({ entity, ...counts }) => ({ ...entity, hours: hoursOf({ entity, ...counts }, window) }))
    .filter(({ hours }) => sum(hours) > 0);
  const ofGroup = pasts.filter((past) => group.accounts.has(past.account));
  const here = ofGroup.filter((past) => past.region === region);
  const known = pasts.some((past) => past.region === region);
  const doing = here.length >= LEAST_DOERS ? here : known ? busiest(ofGroup) : [];
  const days = [...group.accounts].map((id) => (window.end - Math.max(window.start, peers.since(id))) / DAY);
  return { rates: pooled(doing, [...group.accounts], days), group };
}

interface Past {
  readonly account: string;
  /** Counts by hour of day. */
  readonly hours: readonly number[];
}

function hoursOf(series: EntitySeries, window: TimeWindow): readonly number[] {
  const hours = Array.from({ length: HOURS_A_DAY }, () => 0);
  const end = positionOf(series, window.end);
  for (let at = positionOf(series, window.start); at < end; at++) {
    const hour = Math.floor(((series.buckets[at] as number) % DAY) / HOUR);
    hours[hour] = (hours[hour] as number) + (series.values[at] as number);
  }
  return hours;
}

/** Of each account the region where it counted most. */
function busiest(pasts: readonly Past[]): readonly Past[] {
  const most = new Map<string, Past>();
  for (const past of pasts) {
    const known = most.get(past.account);
    if (!known || sum(past.hours) > sum(known.hours)) most.set(past.account, past);
  }
  return [...most.values()];
}

/** @param days for which each of the accounts is known */
function pooled(doing: readonly Past[], accounts: readonly string[], days: readonly number[]): PeerRates {
  const hoursOfAccount = new Map(doing.map(({ account, hours }) => [account, hours]));
  const rates = accounts
    .map((account, at) => {
      const hours = hoursOfAccount.get(account) ?? [];
      return { hours, rate: sum(hours) / Math.max(1, days[at] as number) / HOURS_A_DAY };
    })
    .sort((a, b) => a.rate - b.rate);
  const cut = Math.floor(rates.length / 3);
  const middle = rates.slice(cut, rates.length - cut);
  const rate = sum(middle.map((one) => one.rate)) / middle.length;
  const shares = middle.filter((one) => one.rate > 0).map(({ hours }) => sharesOf(hours));
  const hourly = Array.from({ length: HOURS_A_DAY }, (_, hour) => {
    const share = shares.length === 0 ? 1 / HOURS_A_DAY : sum(shares.map((own) => own[hour] as number)) / shares.length;
    return Number((rate * HOURS_A_DAY * share).toPrecision(6));
  });
  return { hourly, scatter: scatterOf(rates.map((one) => one.rate)) };
}

/** What part of a day's counts an hour has; flat while there is little to go by. */
function sharesOf(hours: readonly number[]): readonly number[] {
  const total = sum(hours) + FLAT_EVENTS;
  return hours.map((count) => (count + FLAT_EVENTS / HOURS_A_DAY) / total);
}

/** Variance / mean², within bounds: a handful of accounts does not tell more. */
function scatterOf(rates: readonly number[]): number {
  const mean = sum(rates) / rates.length;
  if (mean === 0) return SCATTER.most;
  const variance = sum(rates.map((rate) => (rate - mean) ** 2)) / (rates.length - 1);
  return Number(Math.min(SCATTER.most, Math.max(SCATTER.least, variance / mean ** 2)).toPrecision(3));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
