import type { CostImpact } from "../domain/finding.ts";
import { type NanoUsd, parseUsdText, type UsdRange } from "../domain/money.ts";
import { grouped } from "./format.ts";

const LESS = "less than $0.01";
const CENT = 10_000_000n;
const DOLLAR = 1_000_000_000n;

/** `$0.42`, `$12.30`, `$1,234`; cents below a hundred dollars; `less than $0.01` instead of a zero that is none. */
export function dollars(value: NanoUsd): string {
  if (value < 0n) return `-${dollars(-value)}`;
  if (value === 0n) return "$0";
  if (value < CENT / 2n) return LESS;
  if (value >= 100n * DOLLAR - CENT / 2n) return `$${grouped(rounded(value, DOLLAR))}`;
  const cents = rounded(value, CENT);
  return `$${cents / 100n}.${(cents % 100n).toString().padStart(2, "0")}`;
}

/** Half up, exact. */
const rounded = (value: NanoUsd, unit: bigint): bigint => (value + unit / 2n) / unit;

/** `$120 to $180`; one amount where both ends read the same; `up to $0.13` from less than a cent. */
export function dollarRange(range: UsdRange): string {
  const low = dollars(parseUsdText(range.low));
  const high = dollars(parseUsdText(range.high));
  if (low === high) return low;
  return low === LESS ? `up to ${high}` : `${low} to ${high}`;
}

export const isZeroRange = (range: UsdRange): boolean => parseUsdText(range.high) === 0n;

/**
 * The shortest honest word about an incident's cost, for one-line lists: `$4,230 per day`, `$3.07 spent, $64 per day if it
 * goes on`, `cost unknown`, `no direct cost`.
 */
export function costInBrief(cost: CostImpact): string {
  if (cost.status === "none") return "no direct cost";
  if (cost.status === "unpriced") return "cost unknown";
  const { once, perDay, perMonth } = cost;
  if (isSmall(perMonth) && (once === null || isSmall(once))) {
    return isZeroRange(perMonth) ? "nothing left that costs" : "next to nothing, less than $1 per month";
  }
  const spent = once === null || isZeroRange(once) ? null : `${dollarRange(once)} spent`;
  if (isZeroRange(perDay)) return spent ?? "nothing left that costs";
  const why = cost.basis.some((line) => line.startsWith("spot:")) ? " (spot prices vary)" : "";
  return spent === null
    ? `${dollarRange(perDay)} per day${why}`
    : `${spent}, ${dollarRange(perDay)} per day if it goes on`;
}

const isSmall = (range: UsdRange): boolean => parseUsdText(range.high) < DOLLAR;
