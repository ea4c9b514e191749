import fc from "fast-check";
import { compareText } from "#core/domain/ordering.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { PricedUsageEvent, Quantity } from "#core/domain/usage-event.ts";
import { estimatesOf, mergeCost, type NanoUsdRange } from "#core/pricing/merged-cost.ts";
import { pricesOfFreed, withFreedPrice } from "#core/use-cases/settle-freed.ts";
import { countedCopies } from "#core/use-cases/settle-shared.ts";
import { type GeneratedEvent, generatedEvents } from "./usage-events.ts";

/** Events of which some are copies of others, of the same time, with owners that records name in one way or another. */
export const sharedEvents: fc.Arbitrary<readonly GeneratedEvent[]> = generatedEvents.chain((entries) =>
  fc
    .tuple(
      ...entries.map(() =>
        fc.record({
          resource: fc.constantFrom("arn:aws:iam::111111111111:role/x", "arn:aws:s3:::bucket", "function/f"),
          listed: fc.option(fc.constantFrom("111111111111", "222222222222")),
          sharedEventId: fc.option(fc.constantFrom("shared-1", "shared-2", "shared-3"), { freq: 4 }),
        }),
      ),
    )
    .map((pointers) => {
      const times = new Map<string, EpochMs>();
      return entries.map(({ event, counted }, at): GeneratedEvent => {
        const { resource, listed, sharedEventId } = pointers[at] as (typeof pointers)[number];
        const time = sharedEventId === null ? event.time : (times.get(sharedEventId) ?? event.time);
        if (sharedEventId !== null) times.set(sharedEventId, time);
        // Without ids nothing is freed, so that nothing else is settled.
        const quantities = event.quantities.map((quantity) => ({ ...quantity, resourceIds: [] }));
        const counterparties = listed === null ? [] : [listed];
        return { event: { ...event, time, resources: [resource], counterparties, quantities, sharedEventId }, counted };
      });
    }),
);

/** By the core's rule, the copies in the order given. */
export function countedByRule(entries: readonly GeneratedEvent[]): readonly boolean[] {
  const counted = entries.map((entry) => entry.counted);
  for (const id of new Set(entries.flatMap(({ event }) => event.sharedEventId ?? []))) {
    const places = entries.flatMap(({ event }, at) => (event.sharedEventId === id ? at : []));
    const copies = places.map((at) => {
      const { account, principal, resources, counterparties } = (entries[at] as GeneratedEvent).event;
      return { account, callerAccount: principal.account, resource: resources[0] ?? null, counterparties };
    });
    for (const [copy, counts] of countedCopies(copies).entries()) counted[places[copy] as number] = counts;
  }
  return counted;
}

export interface HistoryEvent {
  readonly event: PricedUsageEvent;
  /** Of its only quantity. */
  readonly price: NanoUsdRange | null;
}

/** Instances made, freed and started, of few ids, so that they meet; in the order of time, then id. */
export const resourceHistory: fc.Arbitrary<readonly HistoryEvent[]> = generatedEvents.chain((entries) =>
  fc
    .tuple(
      ...entries.map(() =>
        fc.record({
          ids: fc.subarray(["i-1", "i-2", "i-3"], { minLength: 1 }),
          change: fc.constantFrom("added" as const, "removed" as const),
          item: fc.option(fc.constantFrom("m5.large")),
          share: fc.option(fc.bigInt(1n, 9_000_000_000n)),
        }),
      ),
    )
    .map((changes) =>
      entries
        .map(({ event }, at) => historyEvent(event, changes[at] as (typeof changes)[number]))
        .sort((a, b) => a.event.time - b.event.time || compareText(a.event.id, b.event.id)),
    ),
);

interface Change {
  readonly ids: readonly string[];
  readonly change: "added" | "removed";
  readonly item: string | null;
  readonly share: bigint | null;
}

function historyEvent(event: PricedUsageEvent, { ids, change, item, share }: Change): HistoryEvent {
  const quantity: Quantity = {
    kind: "instances",
    change,
    amount: ids.length,
    item,
    purchase: null,
    resourceIds: ids,
    attributes: {},
  };
  // As the price book answers: what says no type has no price.
  const nanos = change === "added" && item !== null && share !== null ? share * BigInt(ids.length) : null;
  const cost = event.cost.filter((estimate) => estimate.kind !== "unpriced" || estimate.direction === change);
  return { event: { ...event, quantities: [quantity], cost }, price: nanos === null ? null : [nanos, nanos * 2n] };
}

/** The same events with what was freed priced by the core's rule. */
export function pricedByRule(history: readonly HistoryEvent[]): readonly PricedUsageEvent[] {
  const prices = pricesOfFreed(
    history
      .filter(({ event }) => event.outcome === "success")
      .map(({ event, price }) => ({
        id: event.id,
        quantities: event.quantities.map((quantity) => ({ quantity, price })),
      })),
  );
  return history.map(({ event }) => {
    const price = prices.get(event.id);
    const cost = mergeCost(event.cost);
    return { ...event, cost: estimatesOf(price ? withFreedPrice(cost, price) : cost, event.quantities) };
  });
}
