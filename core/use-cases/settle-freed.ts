import type { NanoUsd } from "../domain/money.ts";
import type { Quantity } from "../domain/usage-event.ts";
import type { MergedCost, NanoUsdRange } from "../pricing/merged-cost.ts";

/** A quantity, and what the whole of it costs an hour where it was made. */
export interface ChangedQuantity {
  readonly quantity: Quantity;
  readonly price: NanoUsdRange | null;
}

/** What a successful event changed. */
export interface ResourceEvent {
  readonly id: string;
  readonly quantities: readonly ChangedQuantity[];
}

/** What an event that frees resources takes away an hour, or one that starts them again adds. */
export interface FreedPrice {
  readonly direction: "added" | "removed";
  readonly range: NanoUsdRange;
  /** False where a part of it was made before the logs begin: it stays unpriced. */
  readonly complete: boolean;
}

const BASIS = "the price of the same resources in the stored records of their making";

/** An instance that was stopped runs again; one whose launch does not say its type has no earlier price to take. */
const isStart = ({ kind, change, item }: Pick<Quantity, "kind" | "change" | "item">): boolean =>
  change === "added" && kind === "instances" && item === null;

/**
 * Prices of what is freed, and of instances that are started again: those records carry ids only, and the price is that
 * of the same ids when they were made. What was freed before (an instance stopped, then terminated) is not freed twice;
 * events of whose resources nothing is known have no entry.
 *
 * @param events every successful event that made or freed the resources in question, in the order of time
 */
export function pricesOfFreed(events: Iterable<ResourceEvent>): ReadonlyMap<string, FreedPrice> {
  const resources = new Map<string, Resource>();
  const prices = new Map<string, FreedPrice>();
  for (const { id, quantities } of events) {
    const removed = new Sum();
    const started = new Sum();
    for (const { quantity, price } of quantities) {
      const { kind, change, resourceIds } = quantity;
      if (change === "used") continue;
      for (const resourceId of resourceIds) {
        const key = `${kind}\0${resourceId}`;
        const before = resources.get(key) ?? UNKNOWN;
        if (change === "removed") removed.add(before, before.freed);
        else if (isStart(quantity)) started.add(before, false);
        const share = price === null ? before.hourly : shareOf(price, resourceIds.length);
        resources.set(key, { hourly: share, freed: change === "removed" });
      }
    }
    const freed = removed.price("removed") ?? started.price("added");
    if (freed) prices.set(id, freed);
  }
  return prices;
}

/** The event's cost with that price in place of what it was without. */
export const withFreedPrice = (cost: MergedCost, { direction, range, complete }: FreedPrice): MergedCost => ({
  ...cost,
  [direction]: range,
  basis: complete && cost.added === null && cost.once === null ? [BASIS] : cost.basis,
  unpriced: complete ? null : (cost.unpriced ?? []),
});

interface Resource {
  /** In billionths of a dollar, with fractions: a price is shared by the resources of a quantity. */
  readonly hourly: readonly [low: number, high: number] | null;
  readonly freed: boolean;
}

const UNKNOWN: Resource = { hourly: null, freed: false };

const shareOf = ([low, high]: NanoUsdRange, among: number): readonly [number, number] => [
  Number(low) / among,
  Number(high) / among,
];

class Sum {
  #low = 0;
  #high = 0;
  #known = false;
  #complete = true;

  add({ hourly }: Resource, free: boolean): void {
    if (hourly === null) {
      this.#known ||= free;
      this.#complete &&= free;
      return;
    }
    this.#known = true;
    if (free) return;
    this.#low += hourly[0];
    this.#high += hourly[1];
  }

  price(direction: FreedPrice["direction"]): FreedPrice | null {
    if (!this.#known) return null;
    return { direction, range: [rounded(this.#low), rounded(this.#high)], complete: this.#complete };
  }
}

const rounded = (nanos: number): NanoUsd => BigInt(Math.round(nanos));
