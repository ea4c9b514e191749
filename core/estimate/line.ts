import { type NanoUsd, nanoUsd } from "../domain/money.ts";
import { amount as spokenAmount } from "../messages/format.ts";
import type { KnownPrice } from "../pricing/service-price.ts";

/** As much as is sure, and as much as it may be. */
export interface Amount {
  readonly low: number;
  readonly high: number;
}

export interface NanoUsdRange {
  readonly low: NanoUsd;
  readonly high: NanoUsd;
}

/** What a unit costs, and who says so. */
export interface LinePrice {
  /** USD. */
  readonly low: number;
  readonly high: number;
  /** In words: `a GiB taken in by CloudWatch Logs`. */
  readonly unit: string;
  /** Whose list price it is: a region, or `every region`. */
  readonly listedIn: string;
  readonly source: string;
  readonly asOf: string;
  /** Why it is a range: how another region's price was carried over; `null` for the region's own. */
  readonly carried: string | null;
}

/** What a deployment pays for one thing in a month. */
export interface CostLine {
  /** The service that the bill names. */
  readonly service: string;
  readonly what: string;
  /** How much of it, in words: `3 x m7g.large.search`, `96 GiB`. */
  readonly quantity: string;
  /** Units of {@link price} in a month; `null` where nobody knows how many, or where there is no price to multiply. */
  readonly amount: Amount | null;
  /** `null`: it is paid for elsewhere, costs nothing, or has no known price. */
  readonly price: LinePrice | null;
  /** `null`: it costs something, and nobody here knows how much; {@link why} says why. */
  readonly perMonth: NanoUsdRange | null;
  /** What the amount rests on, or why there is no price; a clause each. */
  readonly why: readonly string[];
}

export const exactly = (value: number): Amount => ({ low: value, high: value });
export const between = (low: number, high: number): Amount => ({ low, high });
export const timesOf = ({ low, high }: Amount, factor: number): Amount => ({ low: low * factor, high: high * factor });
export const sumOf = (...amounts: readonly Amount[]): Amount => ({
  low: amounts.reduce((sum, { low }) => sum + low, 0),
  high: amounts.reduce((sum, { high }) => sum + high, 0),
});

export interface Priceable {
  readonly service: string;
  readonly what: string;
  /** Units of the price in a month; `null` where nobody knows how many. */
  readonly amount: Amount | null;
  readonly price: KnownPrice;
  /** What the amount rests on. */
  readonly why?: readonly string[];
  /** How much of it in words; a text that is put behind the amount, or the whole where the amount does not say it well. */
  readonly unit?: string;
  readonly quantity?: string;
}

export function lineOf({ service, what, amount, price, why = [], unit = "", quantity }: Priceable): CostLine {
  const head = { service, what, quantity: quantity ?? quantityOf(amount, unit), amount };
  if ("unpriced" in price) return { ...head, price: null, perMonth: null, why: [price.unpriced, ...why] };
  const { low, high, listedIn, source, asOf, basis } = price;
  // The first clause of a price's basis is the price itself.
  const carried = basis.length > 1 ? basis.slice(1).join("; ") : null;
  return {
    ...head,
    price: { low, high, unit: price.unit, listedIn, source, asOf, carried },
    perMonth: amount && { low: nanoUsd(low * amount.low), high: nanoUsd(high * amount.high) },
    why,
  };
}

/** What is there and costs nothing here, with the reason. */
export const freeLine = (service: string, what: string, quantity: string, why: string): CostLine => ({
  service,
  what,
  quantity,
  amount: null,
  price: null,
  perMonth: { low: 0n, high: 0n },
  why: [why],
});

const quantityOf = (amount: Amount | null, unit: string): string =>
  amount === null ? "not known" : `${spoken(amount)} ${unit}`.trimEnd();

/** `96`, `1,200 to 1,900`: three digits, which is as much as an estimate knows. */
export function spoken({ low, high }: Amount): string {
  const [least, most] = [spokenAmount(rounded(low)), spokenAmount(rounded(high))];
  return least === most ? least : `${least} to ${most}`;
}

const rounded = (value: number): number => (value === 0 ? 0 : Number(value.toPrecision(3)));
