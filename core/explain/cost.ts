import type { CostImpact } from "../domain/finding.ts";
import { type NanoUsd, scaleUsd, type UsdRange, usdText } from "../domain/money.ts";
import { DAY, HOUR, MINUTE } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import { amount, counted, duration } from "../messages/format.ts";
import { dollars } from "../messages/money.ts";
import { named } from "../messages/visible.ts";
import type { PriceBook } from "../ports/price-book.ts";
import { anomaliesOf, signalOf } from "./case.ts";
import { releasesOf } from "./facts-of-things.ts";
import type { Inquiry } from "./inquiry.ts";

/** Days in the month that projections use: 365 / 12, rounded as AWS's own calculators do. */
const MONTH_DAYS = 30.4;
/** Lines of basis and of what is left out. */
const LINES = 6;

interface Range {
  low: NanoUsd;
  high: NanoUsd;
}

const nothing = (): Range => ({ low: 0n, high: 0n });

function add(into: Range, low: NanoUsd, high: NanoUsd): void {
  into.low += low;
  into.high += high;
}

const textOf = ({ low, high }: Range): UsdRange => ({ low: usdText(low), high: usdText(high) });

/**
 * What the incident's events cost by list price: the hourly rate that was added less what was released again, for as
 * long as the rest stands, and what was spent once. Spending once is carried on at the pace of the incident for the day
 * and month, because that is the question at night: what if nobody stops it. Sums are exact; each estimate is the
 * price book's.
 */
export async function costOf(inquiry: Inquiry, priceBook: PriceBook): Promise<CostImpact> {
  const tally = tallyOf(inquiry.events.list);
  if (tally.priced === 0 && tally.unpriced.size === 0) return { status: "none" };
  if (tally.priced === 0) return { status: "unpriced", reason: [...tally.unpriced.keys()].slice(0, LINES).join("; ") };
  const released = releasedRate(inquiry.events.list, await releasesOf(inquiry));
  const standing: Range = { low: tally.rate.low - released.low, high: tally.rate.high - released.high };
  const read = extrapolation(inquiry);
  const once: Range = { low: scaleUsd(tally.once.low, read.factor), high: scaleUsd(tally.once.high, read.factor) };
  const { start, end } = inquiry.subject.window;
  const length = Math.max(MINUTE, end - start);
  const perDay: Range = {
    low: scaleUsd(standing.low, 24) + scaleUsd(once.low, DAY / Math.max(HOUR, length)),
    high: scaleUsd(standing.high, 24) + scaleUsd(once.high, DAY / length),
  };
  const perMonth: Range = { low: scaleUsd(perDay.low, MONTH_DAYS), high: scaleUsd(perDay.high, MONTH_DAYS) };
  const spendsOnce = tally.once.high > 0n;
  return {
    status: "priced",
    perDay: textOf(perDay),
    perMonth: textOf(perMonth),
    once: spendsOnce ? textOf(once) : null,
    basis: [
      ...(tally.rate.high > 0n ? [rateLine(tally.rate, released, standing)] : []),
      ...[...tally.basis]
        .sort(([a, some], [b, more]) => Number(isGuess(b)) - Number(isGuess(a)) || more - some)
        .slice(0, LINES)
        .map(([line, count]) => (count === 1 ? named(line, 160) : `${named(line, 160)} (${counted(count, "event")})`)),
    ],
    assumptions: [
      `List prices as of ${named(priceBook.asOf)}, without discounts or savings plans`,
      ...(standing.high > 0n ? ["What still stands keeps running around the clock"] : []),
      ...(spendsOnce ? [paceLine(length)] : []),
      ...read.assumptions,
    ],
    leftOut: [...tally.unpriced]
      .slice(0, LINES)
      .map(([reason, count]) => `${named(reason, 160)} (${counted(count, "event")})`),
  };
}

/** What makes the range wide comes before what is certain, and what is in most events first. */
const isGuess = (line: string): boolean => /\b(?:taken as|assumed|up to)\b/.test(line);

function rateLine(rate: Range, released: Range, standing: Range): string {
  const hourly = (range: Range): string =>
    range.low === range.high ? dollars(range.low) : `${dollars(range.low)} to ${dollars(range.high)}`;
  return released.high === 0n
    ? `${hourly(rate)} per hour added`
    : `${hourly(rate)} per hour added, ${hourly(released)} released again, ${hourly(standing)} left`;
}

interface Tally {
  readonly rate: Range;
  readonly once: Range;
  priced: number;
  readonly basis: Map<string, number>;
  readonly unpriced: Map<string, number>;
}

function tallyOf(events: readonly PricedUsageEvent[]): Tally {
  const tally: Tally = { rate: nothing(), once: nothing(), priced: 0, basis: new Map(), unpriced: new Map() };
  for (const estimate of events.flatMap(({ cost }) => cost)) {
    if (estimate.kind === "unpriced") {
      if (estimate.direction === "added") count(tally.unpriced, estimate.reason);
      continue;
    }
    if (estimate.kind === "rate" && estimate.direction === "removed") continue;
    tally.priced += 1;
    if (estimate.kind === "rate") add(tally.rate, estimate.lowPerHour, estimate.highPerHour);
    else add(tally.once, estimate.low, estimate.high);
    for (const line of estimate.basis) count(tally.basis, line);
  }
  return tally;
}

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** What was released is taken off at the rate at which it was added, so that one price's uncertainty counts once. */
function releasedRate(made: readonly PricedUsageEvent[], releases: readonly PricedUsageEvent[]): Range {
  const gone = new Set(idsOf(releases, "removed"));
  const total = nothing();
  for (const event of made) {
    const ids = idsOf([event], "added");
    const freed = ids.filter((id) => gone.has(id)).length;
    if (freed === 0) continue;
    for (const estimate of event.cost) {
      if (estimate.kind !== "rate" || estimate.direction !== "added") continue;
      add(total, scaleUsd(estimate.lowPerHour, freed / ids.length), scaleUsd(estimate.highPerHour, freed / ids.length));
    }
  }
  return total;
}

const idsOf = (events: readonly PricedUsageEvent[], change: "added" | "removed"): readonly string[] => [
  ...new Set(
    events.flatMap(({ quantities }) => quantities.flatMap((one) => (one.change === change ? one.resourceIds : []))),
  ),
];

/** A burst of minutes may end within the hour or go on all day: the range covers both. */
const paceLine = (length: number): string =>
  length < HOUR
    ? `Use goes on: at least this much every hour, at most at the pace of the incident (${duration(length)})`
    : `Use goes on at the pace of the incident (${duration(length)})`;

/** Where a storm is longer than was read, its use is scaled by the measured total, and that is said. */
function extrapolation({ subject, events }: Inquiry): {
  readonly factor: number;
  readonly assumptions: readonly string[];
} {
  const exact = { factor: 1, assumptions: [] };
  if (events.complete) return exact;
  for (const anomaly of anomaliesOf(subject.leads)) {
    const value = signalOf(anomaly, subject.signals)?.value;
    if (value?.of !== "quantity" || value.change !== "used") continue;
    const total = anomaliesOf(subject.leads).reduce((sum, { actual }) => sum + actual, 0);
    const read = events.list
      .flatMap(({ quantities }) => quantities)
      .reduce(
        (sum, { kind, change, amount: part }) => (kind === value.kind && change === "used" ? sum + part : sum),
        0,
      );
    if (read === 0 || read >= total) return exact;
    return {
      factor: total / read,
      assumptions: [`The first ${amount(read)} of ${amount(total)} were priced one by one, the rest at their average`],
    };
  }
  return { factor: 1, assumptions: ["Not every event of the incident was priced: the figure is a lower bound"] };
}
