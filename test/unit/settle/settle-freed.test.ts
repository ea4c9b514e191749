import { expect, test } from "@jest/globals";
import type { Quantity } from "#core/domain/usage-event.ts";
import type { MergedCost } from "#core/pricing/merged-cost.ts";
import { pricesOfFreed, type ResourceEvent, withFreedPrice } from "#core/use-cases/settle-freed.ts";

type Change = "made" | "freed" | "started";

/** `usd` is what all of them cost an hour, low and high alike, in billionths. */
const event = (
  id: string,
  change: Change,
  resourceIds: readonly string[],
  nanos: bigint | null = null,
): ResourceEvent => {
  const quantity: Quantity = {
    kind: "instances",
    change: change === "freed" ? "removed" : "added",
    amount: resourceIds.length,
    item: change === "made" ? "m5.large" : null,
    purchase: null,
    resourceIds,
    attributes: {},
  };
  return { id, quantities: [{ quantity, price: nanos === null ? null : [nanos, 2n * nanos] }] };
};

const prices = (...events: readonly ResourceEvent[]) =>
  [...pricesOfFreed(events)].map(([id, { direction, range, complete }]) => [id, direction, range[0], complete]);

test("what is freed costs what the same ids cost when they were made, each its share", () => {
  const made = event("a", "made", ["i-1", "i-2", "i-3"], 300n);
  expect(prices(made, event("b", "freed", ["i-1", "i-3"]))).toEqual([["b", "removed", 200n, true]]);
  expect(pricesOfFreed([made, event("b", "freed", ["i-2"])]).get("b")?.range).toEqual([100n, 200n]);
});

test("what was made before the logs begin leaves the price incomplete, or unknown", () => {
  const made = event("a", "made", ["i-1"], 100n);
  expect(prices(made, event("b", "freed", ["i-1", "i-9"]))).toEqual([["b", "removed", 100n, false]]);
  expect(prices(event("b", "freed", ["i-9"]))).toEqual([]);
});

test("what was freed is not freed twice; started again it costs the same again", () => {
  const made = event("a", "made", ["i-1"], 100n);
  const [stop, start, end] = [
    event("b", "freed", ["i-1"]),
    event("c", "started", ["i-1"]),
    event("d", "freed", ["i-1"]),
  ];
  expect(prices(made, stop, end)).toEqual([
    ["b", "removed", 100n, true],
    ["d", "removed", 0n, true],
  ]);
  expect(prices(made, stop, start, end)).toEqual([
    ["b", "removed", 100n, true],
    ["c", "added", 100n, true],
    ["d", "removed", 100n, true],
  ]);
  expect(prices(stop, start)).toEqual([]);
  expect(prices(stop, end)).toEqual([["d", "removed", 0n, true]]);
});

test("the last price that was known holds", () => {
  const [cheap, dear] = [event("a", "made", ["i-1"], 100n), event("b", "made", ["i-1"], 700n)];
  expect(prices(cheap, dear, event("c", "made", ["i-1"]), event("d", "freed", ["i-1"]))).toEqual([
    ["d", "removed", 700n, true],
  ]);
});

test("ids of another kind are other resources", () => {
  const volume: ResourceEvent = {
    id: "a",
    quantities: event("a", "made", ["x"], 100n).quantities.map(({ quantity, price }) => ({
      quantity: { ...quantity, kind: "volumes" as const },
      price,
    })),
  };
  expect(prices(volume, event("b", "freed", ["x"]))).toEqual([]);
});

const UNPRICED: MergedCost = { added: null, removed: null, once: null, basis: [], unpriced: ["no type is named"] };
const PRICE = { direction: "removed", range: [100n, 200n], complete: true } as const;

test("a complete price takes the place of the reason, an incomplete one stands beside it", () => {
  expect(withFreedPrice(UNPRICED, PRICE)).toEqual({
    ...UNPRICED,
    removed: [100n, 200n],
    basis: ["the price of the same resources in the stored records of their making"],
    unpriced: null,
  });
  expect(withFreedPrice(UNPRICED, { ...PRICE, complete: false })).toEqual({ ...UNPRICED, removed: [100n, 200n] });
});

test("an event that is priced already gets the same again, and keeps the basis of what else it costs", () => {
  const once = withFreedPrice(UNPRICED, PRICE);
  expect(withFreedPrice(once, PRICE)).toEqual(once);
  const spends: MergedCost = { ...UNPRICED, once: [5n, 5n], basis: ["a request"], unpriced: null };
  expect(withFreedPrice(spends, PRICE)).toEqual({ ...spends, removed: [100n, 200n] });
});
