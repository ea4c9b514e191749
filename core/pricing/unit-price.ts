/**
 * What one unit costs, before it is multiplied by an amount. Unit prices are small published decimals, so floating point
 * carries them exactly enough (to a billionth of a dollar); sums over events are done in {@link NanoUsd}.
 */
export interface UnitPrice {
  /** USD per hour, or USD once. */
  readonly low: number;
  readonly high: number;
  /** What the range rests on, each a clause that a person can check. */
  readonly basis: readonly string[];
}

/** Should have a price, but none is known. */
interface NoPrice {
  readonly unpriced: string;
}

/** `null` where the kind costs nothing by itself. */
export type Priced = UnitPrice | NoPrice | null;

export const isPriced = (price: Priced): price is UnitPrice => price !== null && !("unpriced" in price);

/** `text` as a decimal number without exponent and trailing zeros, for basis clauses. */
export const decimal = (value: number): string => {
  const text = value.toFixed(10).replace(/0+$/, "");
  return text.endsWith(".") ? text.slice(0, -1) : text;
};

export const times = (price: UnitPrice, low: number, high: number, why?: string): UnitPrice => ({
  low: price.low * low,
  high: price.high * high,
  basis: why ? [...price.basis, why] : price.basis,
});

/** Both are paid. */
export const plus = (a: UnitPrice, b: UnitPrice): UnitPrice => ({
  low: a.low + b.low,
  high: a.high + b.high,
  basis: [...new Set([...a.basis, ...b.basis])],
});

/** One of them is paid, which one is not known. Throws RangeError for an empty list. */
export function oneOf(prices: readonly UnitPrice[], why: string): UnitPrice {
  if (prices.length === 0) throw new RangeError("a choice between no prices");
  return {
    low: Math.min(...prices.map((price) => price.low)),
    high: Math.max(...prices.map((price) => price.high)),
    basis: [why, ...new Set(prices.flatMap((price) => price.basis))],
  };
}

/** A name from a record, safe and short enough for a sentence. */
export const nameInText = (name: string | null): string =>
  name !== null && /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$/.test(name) ? name : "an unnamed kind";
