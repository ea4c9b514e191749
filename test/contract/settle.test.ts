import type { DuckDBConnection } from "@duckdb/node-api";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DuckDbEventStore } from "#adapters/duckdb/duckdb-event-store.ts";
import { priceFreed } from "#adapters/duckdb/settle-freed.ts";
import { countSharedOnce } from "#adapters/duckdb/settle-shared.ts";
import { usdText } from "#core/domain/money.ts";
import type { Quantity } from "#core/domain/usage-event.ts";
import { estimatesOf, mergeCost, type NanoUsdRange } from "#core/pricing/merged-cost.ts";
import { pricesOfFreed, withFreedPrice } from "#core/use-cases/settle-freed.ts";
import { countedCopies } from "#core/use-cases/settle-shared.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { type GeneratedEvent, generatedEvents } from "../fakes/usage-events.ts";

/** Order in which they were read. */
async function settled(
  entries: readonly GeneratedEvent[],
  settle: (connection: DuckDBConnection) => Promise<void>,
): Promise<{ events: Awaited<ReturnType<DuckDbEventStore["events"]>>; counted: boolean[] }> {
  const instance = await filledDuckDb(entries);
  const connection = await instance.connect();
  const store = await DuckDbEventStore.open(instance, { riskyAction: () => false });
  try {
    await settle(connection);
    const rows = await connection.runAndReadAll("select counted from events order by key");
    const events = await store.events({}, entries.length);
    return { events, counted: rows.getRowsJS().map(([counted]) => counted as boolean) };
  } finally {
    connection.closeSync();
    await store.close();
    instance.closeSync();
  }
}

test("DuckDB counts the copies of shared actions by the core's rule", async () => {
  const accounts = ["111111111111", "222222222222"];
  const pointed = fc.record({
    resource: fc.constantFrom("arn:aws:iam::111111111111:role/x", "arn:aws:s3:::bucket", "function/f"),
    listed: fc.option(fc.constantFrom(...accounts)),
  });
  const entriesWithOwners = generatedEvents.chain((entries) =>
    fc.tuple(...entries.map(() => pointed)).map((pointers) =>
      entries.map(({ event, counted }, at): GeneratedEvent => {
        const { resource, listed } = pointers[at] as { resource: string; listed: string | null };
        return { event: { ...event, resources: [resource], counterparties: listed === null ? [] : [listed] }, counted };
      }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(entriesWithOwners, async (entries) => {
      const { counted } = await settled(entries, (connection) => countSharedOnce(connection, 1000));
      const expected = entries.map((entry) => entry.counted);
      for (const id of new Set(entries.flatMap(({ event }) => event.sharedEventId ?? []))) {
        const places = entries.flatMap(({ event }, at) => (event.sharedEventId === id ? at : []));
        const copies = places.map((at) => {
          const { account, principal, resources, counterparties } = (entries[at] as GeneratedEvent).event;
          return { account, callerAccount: principal.account, resource: resources[0] ?? null, counterparties };
        });
        for (const [copy, counts] of countedCopies(copies).entries()) expected[places[copy] as number] = counts;
      }
      expect(counted).toEqual(expected);
    }),
    { numRuns: 25, interruptAfterTimeLimit: 20_000 },
  );
}, 60_000);

/** Made, freed and started with few ids, so that they meet; an id once an event, which either frees or makes. */
const history = generatedEvents.chain((entries) =>
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
        .map(({ event }, at) => {
          const { ids, change, item, share } = changes[at] as (typeof changes)[number];
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
          const price: NanoUsdRange | null = nanos === null ? null : [nanos, nanos * 2n];
          const cost = event.cost.filter((estimate) => estimate.kind !== "unpriced" || estimate.direction === change);
          return { event: { ...event, quantities: [quantity], cost }, price };
        })
        .sort((a, b) => a.event.time - b.event.time),
    ),
);

test("DuckDB prices what is freed by the core's rule", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (all) => {
      const priced = pricesOfFreed(
        all
          .filter(({ event }) => event.outcome === "success")
          .map(({ event, price }) => ({
            id: event.id,
            quantities: event.quantities.map((quantity) => ({ quantity, price })),
          })),
      );
      const expected = new Map(
        all.map(({ event }) => {
          const price = priced.get(event.id);
          const cost = mergeCost(event.cost);
          return [event.id, estimatesOf(price ? withFreedPrice(cost, price) : cost, event.quantities)];
        }),
      );
      const { events } = await settled(
        all.map(({ event }) => ({ event, counted: true })),
        async (connection) => {
          for (const [at, { price }] of all.entries()) {
            if (price === null) continue;
            const [low, high] = price.map(usdText);
            await connection.run(
              `update quantities set usd_hour_low = '${low}', usd_hour_high = '${high}' where key = ${at + 1}`,
            );
          }
          await priceFreed(connection);
          await priceFreed(connection);
        },
      );
      expect(new Map(events.map(({ id, cost }) => [id, cost]))).toEqual(expected);
    }),
    { numRuns: 25, interruptAfterTimeLimit: 20_000 },
  );
}, 60_000);
