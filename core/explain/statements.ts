import type { AccountContext } from "../domain/account.ts";
import type { Facet } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import { amount, counted, duration, listed, times } from "../messages/format.ts";
import { unitAfter } from "../messages/phrases.ts";
import { named } from "../messages/visible.ts";

/** `47 instances launched`; `1,500 invocations of function resize`; money as `$40.20/hour added`. */
export function quantityOf(
  value: number,
  signal: Signal | undefined,
  fallback: string,
  resource: string | null = null,
): string {
  if (!signal) return `${amount(value)} (${named(fallback)})`;
  if (resource !== null) {
    const unit = signal.unit.replace(/ of this \w+$/, "");
    return `${amount(value)} ${unitAfter(value, unit)} of ${resourceWords(resource)}`;
  }
  if (signal.value.of === "usd-per-hour") return `$${usdPerHour(value)}/hour ${signal.value.change}`;
  return `${amount(value)} ${unitAfter(value, signal.unit)}`;
}

/** The name people use: `function resize`, `bucket logs`; as logged where it is of no known form. */
function resourceWords(resource: string): string {
  const name = functionName(resource);
  if (name !== null) return `function ${named(name, 64)}`;
  const bucket = bucketName(resource);
  return bucket === null ? named(resource) : `bucket ${named(bucket, 63)}`;
}

/** `function/resize`, `arn:aws:lambda:…:function:resize:$LATEST` -> `resize`. */
export const functionName = (resource: string): string | null =>
  /(?:^|:)function[:/]([^:/]+)/.exec(resource)?.[1] ?? null;

/** `bucket/logs`, `arn:aws:s3:::logs/2026/x` -> `logs`. */
export const bucketName = (resource: string): string | null =>
  /^(?:arn:[^:]*:s3:::|bucket\/)([^/]+)/.exec(resource)?.[1] ?? null;

/** The last part of an ARN or path that names something: `org-trail` of `arn:…:trail/org-trail`, `web` of `stack/web/1f2e`. */
export function shortName(resource: string): string {
  const path = (resource.startsWith("arn:") ? resource.split(":").slice(5).join(":") : resource).split("/");
  return path[1] ?? path[0] ?? resource;
}

const usdPerHour = (value: number): string => (value < 100 ? value.toFixed(2) : amount(value));

/** A usual level below one event reads as what it is; `3`, `2.5`, `1,200`. */
const MANY = 1.2;

/**
 * How an actual compares with what was expected: `15 times the usual 3`, `never before`, `40% more than the usual 30`.
 * The ratio is taken to the number that is shown, so that a reader who divides gets the same.
 */
export function comparison(actual: number, expected: number | null, money = false): string {
  if (expected === null) return "never before";
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

function shownUsual(expected: number): number {
  if (expected >= 10) return Math.round(expected);
  if (expected >= 1) return Math.round(expected * 10) / 10;
  return expected < 0.05 ? 0 : Math.max(0.1, Math.round(expected * 10) / 10);
}

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
