import type { NanoUsd } from "#core/domain/money.ts";
import type { MergedCost, NanoUsdRange } from "#core/pricing/merged-cost.ts";
import { doubledNanosField, type UsdDirection, usdFields } from "#core/signals/event-fields.ts";

/** A whole number; as a text where JavaScript cannot hold it exactly. */
type Whole = number | string;

/** `added_low_usd` and the like. */
export type MoneyFields = {
  readonly [Name in
    | `${UsdDirection}_${"low" | "high"}_${"usd" | "nanos"}`
    | `${"added" | "removed"}_doubled_nanos`]?: Whole;
};

const NANOS = 1_000_000_000n;
/** Twice as much still is a `long`; a larger estimate is not a price. */
const MOST: NanoUsd = 999_999_999_999_999_999n;

const FIELDS = (["added", "removed", "once"] as const).map((direction) => ({
  direction,
  ...usdFields(direction),
  doubled: direction === "once" ? null : doubledNanosField(direction),
}));

/** The fields that a cluster adds up; none for what an event does not change. */
export function moneyFields(cost: Pick<MergedCost, UsdDirection>): MoneyFields {
  const fields: Record<string, Whole> = {};
  for (const { direction, low, high, doubled } of FIELDS) {
    const range = cost[direction];
    if (range === null) continue;
    const [least, most] = [clamp(range[0]), clamp(range[1])];
    fields[low.usd] = whole(least / NANOS);
    fields[low.nanos] = whole(least % NANOS);
    fields[high.usd] = whole(most / NANOS);
    fields[high.nanos] = whole(most % NANOS);
    if (doubled !== null) fields[doubled] = whole(least + most);
  }
  return fields;
}

/** The same with `null` for what an event that stands does not change: to be put in the place of what it says. */
export const allMoneyFields = (cost: Pick<MergedCost, UsdDirection>): Readonly<Record<string, Whole | null>> => ({
  ...NONE,
  ...moneyFields(cost),
});

const NONE = Object.fromEntries(
  FIELDS.flatMap(({ low, high, doubled }) => [
    low.usd,
    low.nanos,
    high.usd,
    high.nanos,
    ...(doubled ? [doubled] : []),
  ]).map((name) => [name, null]),
);

/** The ranges that {@link moneyFields} made the fields of. */
export function rangesFrom(fields: MoneyFields): Pick<MergedCost, UsdDirection> {
  const of = fields as Readonly<Record<string, Whole | null | undefined>>;
  const nanos = ({ usd, nanos: rest }: { readonly usd: string; readonly nanos: string }): NanoUsd | null => {
    const whole = of[usd];
    return whole === undefined || whole === null ? null : BigInt(whole) * NANOS + BigInt(of[rest] ?? 0);
  };
  const ranges: Record<UsdDirection, NanoUsdRange | null> = { added: null, removed: null, once: null };
  for (const { direction, low, high } of FIELDS) {
    const [least, most] = [nanos(low), nanos(high)];
    if (least !== null && most !== null) ranges[direction] = [least, most];
  }
  return ranges;
}

const clamp = (nanos: NanoUsd): NanoUsd => (nanos > MOST ? MOST : nanos < -MOST ? -MOST : nanos);

const whole = (amount: bigint): Whole => {
  const number = Number(amount);
  return Number.isSafeInteger(number) ? number : amount.toString();
};
