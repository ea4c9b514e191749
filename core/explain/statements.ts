import type { AccountContext } from "../domain/account.ts";
import type { Facet } from "../domain/finding.ts";
import { amount, counted, duration, listed, times } from "../messages/format.ts";
import { usdPerHour } from "../messages/quantity.ts";
import { named } from "../messages/visible.ts";

/** The last part of an ARN or path that names something: `org-trail` of `arn:…:trail/org-trail`, `web` of `stack/web/1f2e`. */
export function shortName(resource: string): string {
  const path = (resource.startsWith("arn:") ? resource.split(":").slice(5).join(":") : resource).split("/");
  return path[1] ?? path[0]?.split(":").at(-1) ?? resource;
}

const MANY = 1.2;

/**
 * How an actual compares with what is usual: `15 times the usual 3`, `40% more than the usual 30`. The ratio is taken to
 * the number that is shown, so that a reader who divides gets the same.
 */
export function comparison(actual: number, expected: number | null, money = false): string {
  if (expected === null) return "never before seen there";
  const shown = shownUsual(expected);
  if (shown === 0) return "where none is usual";
  if (shown < 1 && !money) return "where fewer than one is usual";
  const usual = money ? `$${usdPerHour(shown)}` : amount(shown);
  const ratio = actual / shown;
  if (ratio >= 2) return `${times(ratio)} the usual ${usual}`;
  if (ratio >= MANY) return `${Math.floor((ratio - 1) * 100)}% more than the usual ${usual}`;
  if (ratio < 1) return `down from the usual ${usual}`;
  return `the usual is ${usual}`;
}

/** Two digits are enough of what is only usual. */
function shownUsual(expected: number): number {
  if (expected >= 2.95) return Math.round(expected);
  if (expected >= 1) return Math.round(expected * 10) / 10;
  return expected < 0.05 ? 0 : Math.max(0.1, Math.round(expected * 10) / 10);
}

/** An upper bound of what the model expects, as a whole number of things. */
export const atMost = (upper: number): string => amount(Math.ceil(upper - 1e-9));

export const windowLength = ({ start, end }: { readonly start: number; readonly end: number }): string =>
  duration(end - start);

/** `47 of 47 calls` */
export function shareOfCalls(count: number, total: number): string {
  if (count < total) return `${amount(count)} of ${counted(total, "call")}`;
  return total === 1 ? "the only call" : total === 2 ? "both calls" : `all ${amount(total)} calls`;
}

/** The most frequent values with their counts: `AccessDenied (40) and Throttling (3)`. */
export const facetList = (facets: readonly Facet[], limit = 3): string =>
  listed(
    facets.map(({ value, count }) => `${named(value)} (${amount(count)})`),
    limit,
  );

export const aliases = (accounts: readonly AccountContext[]): readonly string[] => accounts.map(({ alias }) => alias);
