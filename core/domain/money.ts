/**
 * US dollars in billionths, as an integer: sums that people read are exact, and the smallest list price we know of
 * (a fraction of 1e-7 USD for one Lambda request or one model token) still has digits to spare.
 */
export type NanoUsd = bigint;

const NANOS = 1_000_000_000;

/** From a list price such as `0.0116`. Digits beyond the ninth decimal are rounded. Throws RangeError when not finite. */
export function nanoUsd(usd: number): NanoUsd {
  if (!Number.isFinite(usd)) throw new RangeError(`not an amount of money: ${usd}`);
  return BigInt(Math.round(usd * NANOS));
}

/** `amount * factor`, rounded to a billionth; the factor (a quantity, hours, a ratio) may be fractional. */
export function scaleUsd(amount: NanoUsd, factor: number): NanoUsd {
  if (!Number.isFinite(factor)) throw new RangeError(`cannot multiply money by ${factor}`);
  if (Number.isInteger(factor)) return amount * BigInt(factor);
  const PRECISION = 1_000_000_000;
  const whole = Math.trunc(factor);
  const fraction = BigInt(Math.round((factor - whole) * PRECISION));
  return amount * BigInt(whole) + (amount * fraction) / BigInt(PRECISION);
}

/** An amount as a plain decimal string (`"225.6"`), which is how money leaves the core in JSON. */
export function usdText(amount: NanoUsd): UsdText {
  const sign = amount < 0n ? "-" : "";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${sign}${digits.slice(0, -9)}${fraction ? `.${fraction}` : ""}`;
}

/** A decimal number of US dollars, e.g. `"225.6"`; never in exponent form. */
export type UsdText = string;

/** The inverse of {@link usdText}. Throws RangeError for anything that is not a decimal number. */
export function parseUsdText(text: UsdText): NanoUsd {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) throw new RangeError(`not a decimal amount of US dollars: ${text}`);
  const nanos = BigInt(match[2] ?? "0") * BigInt(NANOS) + BigInt((match[3] ?? "").padEnd(9, "0"));
  return match[1] ? -nanos : nanos;
}

export interface UsdRange {
  readonly low: UsdText;
  readonly high: UsdText;
}

/** What one event adds or removes, by list price. Never zero by silence: what has no price is `unpriced`. */
export type CostEstimate =
  | {
      readonly kind: "rate";
      readonly direction: "added" | "removed";
      /** per hour, for as long as the resource exists */
      readonly lowPerHour: NanoUsd;
      readonly highPerHour: NanoUsd;
      readonly basis: readonly string[];
    }
  | { readonly kind: "once"; readonly low: NanoUsd; readonly high: NanoUsd; readonly basis: readonly string[] }
  | { readonly kind: "unpriced"; readonly direction: "added" | "removed"; readonly reason: string };
