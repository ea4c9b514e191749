import type { Anomaly, UsualAmount } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import { type EpochMs, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import { type PricedUsageEvent, signalRegion } from "../domain/usage-event.ts";
import { matchesFilter } from "../signals/filter.ts";
import { anomaliesOf, type Case, signalOf } from "./case.ts";
import type { CaseEvents } from "./inquiry.ts";

/** How much it was and how long it took, as a person would say it: the number in the headline, and what it rests on. */
export interface Measure {
  /** In the leads' unit. */
  readonly total: number;
  readonly window: TimeWindow;
  /** As it is told: ten minutes for eight and a half, four for three and a half. */
  readonly length: EpochMs;
  /** Counted one by one, in time order; empty where there are too many, and the five-minute counts speak. */
  readonly events: readonly PricedUsageEvent[];
  /** The caller whose calls alone are counted: nearly all of them. */
  readonly caller: string | null;
  /** Of a span at least as long, summed over the leads; `null` where one of them has no habit. */
  readonly usual: UsualAmount | null;
}

/** A part of the calls that stands for all: the rest belongs to others who happened to call then. */
const NEARLY_ALL = 0.8;
/** Where nothing shorter than this part of the time holds nearly everything, the whole is told. */
const SHORTER = 0.75;
const CORE = 0.95;
const TEN_MINUTES = 10 * MINUTE;
const LONG = 6 * HOUR;

/** Of the leads together; `null` where they count nothing (a rule, a first, a drop). */
export function measureOf(subject: Case, { list }: CaseEvents): Measure | null {
  const leads = anomaliesOf(subject.leads);
  const [lead] = leads;
  if (!lead || lead.direction === "drop") return null;
  const signal = signalOf(lead, subject.signals);
  const counted = signal ? countedBy(leads, signal, list) : null;
  const told = (counted && fromEvents(counted)) ?? fromBuckets(leads);
  return { ...told, usual: usualOf(leads, told.length) };
}

interface Counted {
  readonly event: PricedUsageEvent;
  readonly amount: number;
}

/** The leads' events one by one; `null` where these are not all of them. Money is added by the hour, not by the call. */
function countedBy(
  leads: readonly Anomaly[],
  signal: Signal,
  events: readonly PricedUsageEvent[],
): readonly Counted[] | null {
  if (signal.value.of !== "events" && signal.value.of !== "quantity") return null;
  const counted = events.flatMap((event) => {
    const amount = leads.some((lead) => counts(lead, signal, event)) ? amountOf(event, signal) : 0;
    return amount > 0 ? [{ event, amount }] : [];
  });
  const expected = leads.reduce((sum, { actual }) => sum + actual, 0);
  return counted.length > 0 && Math.abs(totalOf(counted) - expected) < 1e-6 * Math.max(1, expected) ? counted : null;
}

const counts = ({ entity, window }: Anomaly, { filter }: Signal, event: PricedUsageEvent): boolean =>
  event.time >= window.start &&
  event.time < window.end &&
  event.account === entity.account &&
  signalRegion(event.service, event.region) === entity.region &&
  (entity.principal === null || event.principal.id === entity.principal) &&
  (entity.resource === null || event.resources.includes(entity.resource)) &&
  matchesFilter(event, filter);

function amountOf({ quantities }: PricedUsageEvent, { value }: Signal): number {
  if (value.of !== "quantity") return 1;
  return quantities.reduce(
    (sum, { kind, change, amount }) => (kind === value.kind && change === value.change ? sum + amount : sum),
    0,
  );
}

const totalOf = (counted: readonly Counted[]): number => counted.reduce((sum, { amount }) => sum + amount, 0);

function fromEvents(all: readonly Counted[]): Omit<Measure, "usual"> {
  const caller = mainCaller(all);
  const counted = caller === null ? all : all.filter(({ event }) => event.principal.id === caller);
  const total = totalOf(counted);
  const busiest = busiestOf(counted, TEN_MINUTES);
  const told = totalOf(busiest) >= total * NEARLY_ALL ? busiest : coreOf(counted, total * CORE);
  const window = spanOf(told);
  return {
    total: totalOf(told),
    window,
    length: toldLength(window.end - window.start),
    events: told.map(({ event }) => event),
    caller,
  };
}

function mainCaller(counted: readonly Counted[]): string | null {
  const amounts = new Map<string, number>();
  for (const { event, amount } of counted)
    amounts.set(event.principal.id, (amounts.get(event.principal.id) ?? 0) + amount);
  const most = [...amounts].find(([, amount]) => amount >= totalOf(counted) * NEARLY_ALL);
  return most?.[0] ?? null;
}

/** The run within `length` that counts most, wherever it begins; the earliest of equals. */
function busiestOf(counted: readonly Counted[], length: EpochMs): readonly Counted[] {
  let [from, sum, best, bestFrom, bestTo] = [0, 0, 0, 0, 0];
  for (const [to, { event, amount }] of counted.entries()) {
    sum += amount;
    for (let first = counted[from]; first && event.time - first.event.time >= length; first = counted[from]) {
      sum -= first.amount;
      from += 1;
    }
    if (sum > best) [best, bestFrom, bestTo] = [sum, from, to + 1];
  }
  return counted.slice(bestFrom, bestTo);
}

/** The shortest run that counts at least `enough`; all, where that takes nearly as long. */
function coreOf(counted: readonly Counted[], enough: number): readonly Counted[] {
  let [from, sum, bestFrom, bestTo, shortest] = [0, 0, 0, counted.length - 1, lengthOf(counted)];
  for (const [to, { event, amount }] of counted.entries()) {
    sum += amount;
    for (let first = counted[from]; first && sum - first.amount >= enough; first = counted[from]) {
      sum -= first.amount;
      from += 1;
    }
    const length = event.time + 1 - (counted[from]?.event.time ?? event.time);
    if (sum >= enough && length < shortest) [bestFrom, bestTo, shortest] = [from, to, length];
  }
  const best = counted.slice(bestFrom, bestTo + 1);
  return lengthOf(best) <= lengthOf(counted) * SHORTER ? best : counted;
}

function spanOf(counted: readonly Counted[]): TimeWindow {
  const times = counted.map(({ event }) => event.time);
  return { start: times[0] ?? 0, end: (times.at(-1) ?? 0) + 1 };
}

const lengthOf = (counted: readonly Counted[]): EpochMs => {
  const { start, end } = spanOf(counted);
  return end - start;
};

/** Ten minutes are what thresholds and habits are counted in; what took five or less is told to the minute, what took most of a day by the hour. */
function toldLength(length: EpochMs): EpochMs {
  if (length > LONG) return Math.round(length / HOUR) * HOUR;
  const minutes = Math.max(1, Math.ceil((length - 1) / MINUTE)) * MINUTE;
  return minutes > TEN_MINUTES / 2 && minutes < TEN_MINUTES ? TEN_MINUTES : minutes;
}

function fromBuckets(leads: readonly Anomaly[]): Omit<Measure, "usual"> {
  const windows = leads.map(({ window }) => window);
  const [lead, another] = leads;
  const whole = {
    total: leads.reduce((sum, { actual }) => sum + actual, 0),
    window: {
      start: Math.min(...windows.map(({ start }) => start)),
      end: Math.max(...windows.map(({ end }) => end)),
    },
  };
  const part = lead && !another ? partOf(lead) : null;
  const { total, window } = part ?? whole;
  return { total, window, length: window.end - window.start, events: [], caller: lead?.entity.principal ?? null };
}

/** The busiest ten minutes where they are nearly all of it, else the run that is. */
function partOf({ window, actual, peak, core }: Anomaly): Pick<Measure, "total" | "window"> | null {
  const whole = window.end - window.start;
  const isShorter = (part: TimeWindow): boolean => part.end - part.start <= whole * SHORTER;
  if (peak.value >= actual * NEARLY_ALL && peak.window.end - peak.window.start < whole)
    return { total: peak.value, window: peak.window };
  return isShorter(core.window) ? { total: core.value, window: core.window } : null;
}

/** The habit in spans no shorter than what is told, so that it is rather overstated than understated. */
function usualOf(leads: readonly Anomaly[], length: EpochMs): UsualAmount | null {
  const amounts = leads.flatMap(({ usual }) => usual.find(({ span }) => span >= length) ?? []);
  const [first] = amounts;
  if (!first || amounts.length < leads.length) return null;
  return {
    span: Math.max(...amounts.map(({ span }) => span)),
    mean: amounts.reduce((sum, { mean }) => sum + mean, 0),
    most: amounts.reduce((sum, { most }) => sum + most, 0),
    occasions: Math.min(...amounts.map(({ occasions }) => occasions)),
  };
}
