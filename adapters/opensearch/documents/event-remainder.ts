import { storableText } from "#core/domain/storable-text.ts";
import type { PricedUsageEvent, Quantity } from "#core/domain/usage-event.ts";
import type { MergedCost, NanoUsdRange } from "#core/pricing/merged-cost.ts";
import type { MoneyFields } from "./event-money.ts";
import type { LongTexts } from "./long-text.ts";

/** What the fields of a document do not tell of its event. */
export interface EventRemainder {
  readonly quantities?: readonly StoredQuantity[] | undefined;
  readonly basis?: readonly string[] | undefined;
  /** Why a part had no price when it was written; since then it may have got one. */
  readonly unpriced?: readonly string[] | undefined;
  /** What the fields hold only the beginning of. */
  readonly long?: LongTexts;
  /** What the event cost by itself, where settling has priced what it frees or starts: that is done anew from here. */
  readonly own?: OwnCost;
}

export interface OwnCost {
  readonly money: MoneyFields;
  readonly basis: readonly string[];
  readonly unpriced: boolean;
}

export interface StoredQuantity extends Pick<Quantity, "kind" | "change" | "amount"> {
  readonly item?: string;
  readonly purchase?: "on-demand" | "spot";
  readonly ids?: readonly string[];
  readonly attributes?: Quantity["attributes"];
  /** Billionths of a dollar an hour, low and high, for the whole quantity: texts, since they may be large. */
  readonly nanos?: readonly [string, string];
}

export function eventRemainder(
  { quantities }: PricedUsageEvent,
  { basis, unpriced }: MergedCost,
  prices: readonly (NanoUsdRange | null)[] = [],
): EventRemainder | undefined {
  if (quantities.length === 0 && basis.length === 0 && unpriced === null) return undefined;
  return {
    quantities: quantities.length === 0 ? undefined : quantities.map((one, at) => stored(one, prices[at] ?? null)),
    basis: basis.length === 0 ? undefined : basis.map(storableText),
    unpriced: unpriced?.map(storableText),
  };
}

function stored(quantity: Quantity, price: NanoUsdRange | null): StoredQuantity {
  const { kind, change, amount, item, purchase, resourceIds, attributes } = quantity;
  return {
    kind,
    change,
    amount,
    ...(item === null ? {} : { item: storableText(item) }),
    ...(purchase === null ? {} : { purchase }),
    ...(resourceIds.length === 0 ? {} : { ids: resourceIds.map(storableText) }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes: storableAttributes(attributes) }),
    ...(price === null ? {} : { nanos: [price[0].toString(), price[1].toString()] as const }),
  };
}

export const quantitiesFrom = ({ quantities = [] }: EventRemainder): readonly Quantity[] =>
  quantities.map(({ kind, change, amount, item = null, purchase = null, ids = [], attributes = {} }) => ({
    kind,
    change,
    amount,
    item,
    purchase,
    resourceIds: ids,
    attributes,
  }));

/** By position of the quantity. */
export const pricesFrom = ({ quantities = [] }: EventRemainder): readonly (NanoUsdRange | null)[] =>
  quantities.map(({ nanos }) => (nanos ? [BigInt(nanos[0]), BigInt(nanos[1])] : null));

const storableAttributes = (attributes: Quantity["attributes"]): Quantity["attributes"] =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      storableText(name),
      typeof value === "string" ? storableText(value) : value,
    ]),
  );
