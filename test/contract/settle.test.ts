import type { DuckDBConnection } from "@duckdb/node-api";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DuckDbEventStore } from "#adapters/duckdb/duckdb-event-store.ts";
import { settle } from "#adapters/duckdb/settle.ts";
import { priceFreed } from "#adapters/duckdb/settle-freed.ts";
import { countSharedOnce } from "#adapters/duckdb/settle-shared.ts";
import { usdText } from "#core/domain/money.ts";
import type { PricedUsageEvent, Quantity } from "#core/domain/usage-event.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { countedByRule, type HistoryEvent, pricedByRule, resourceHistory, sharedEvents } from "../fakes/settling.ts";
import { type GeneratedEvent, sampleEvent } from "../fakes/usage-events.ts";

interface Settled {
  readonly events: readonly PricedUsageEvent[];
  /** In the order that they were read in. */
  readonly counted: readonly boolean[];
}

async function settled(
  entries: readonly GeneratedEvent[],
  settle: (connection: DuckDBConnection) => Promise<void>,
): Promise<Settled> {
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

const RUNS = { numRuns: 25 };
/** So few at once that there are several slices, or all of them. */
const sliceSize = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(1000));

test("DuckDB counts the copies of shared actions by the core's rule", async () => {
  await fc.assert(
    fc.asyncProperty(sharedEvents, sliceSize, async (entries, slice) => {
      const { counted } = await settled(entries, (connection) => countSharedOnce(connection, slice));
      expect(counted).toEqual(countedByRule(entries));
    }),
    RUNS,
  );
}, 60_000);

async function setPrices(connection: DuckDBConnection, history: readonly HistoryEvent[]): Promise<void> {
  for (const [at, { price }] of history.entries()) {
    if (price === null) continue;
    const [low, high] = price.map(usdText);
    await connection.run(
      `update quantities set usd_hour_low = '${low}', usd_hour_high = '${high}' where key = ${at + 1}`,
    );
  }
}

test("DuckDB prices what is freed by the core's rule, once or twice", async () => {
  await fc.assert(
    fc.asyncProperty(resourceHistory, sliceSize, sliceSize, async (history, events, changes) => {
      const slices = { events, changes };
      const { events: priced } = await settled(
        history.map(({ event }) => ({ event, counted: true })),
        async (connection) => {
          await setPrices(connection, history);
          await priceFreed(connection, slices);
          await priceFreed(connection, slices);
        },
      );
      expect(priced).toEqual(pricedByRule(history));
    }),
    RUNS,
  );
}, 60_000);

test("of the events with the same id the first is kept, whatever slice it is in", async () => {
  const ids = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(ids, sliceSize, async (numbers, slice) => {
      const ids = numbers.map((number) => `e-${number}`);
      const entries = ids.map((id, at): GeneratedEvent => ({ event: sampleEvent({ id, time: at }), counted: true }));
      const instance = await filledDuckDb(entries);
      const connection = await instance.connect();
      try {
        await settle(instance, async () => null, slice);
        const kept = await connection.runAndReadAll("select key::integer - 1, id_text from events order by key");
        const first = new Map(ids.map((id, at) => [id, at] as const).reverse());
        expect(kept.getRowsJS()).toEqual(
          [...first].map(([id, at]) => [at, id]).sort(([a], [b]) => Number(a) - Number(b)),
        );
        const repeated = await connection.runAndReadAll("select duplicates::integer from files");
        expect(repeated.getRowsJS()).toEqual([[ids.length - first.size]]);
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    }),
    RUNS,
  );
}, 60_000);

test("DuckDB lets what was priced cost again what it did by itself where what comes later says so", async () => {
  const own = [{ kind: "unpriced", direction: "removed", reason: "it says no type" }] as const;
  const instance = (change: "added" | "removed", item: string | null): Quantity => ({
    ...{ kind: "instances", change, amount: 1, item, purchase: null, resourceIds: ["i-1"], attributes: {} },
  });
  const entries = [
    sampleEvent({ id: "stopped", time: 1_000_000, quantities: [instance("removed", null)], cost: own }),
    sampleEvent({ id: "made", time: 2_000_000, quantities: [instance("added", "m5.large")], cost: [] }),
    sampleEvent({ id: "terminated", time: 3_000_000, quantities: [instance("removed", null)], cost: own }),
  ].map((event): GeneratedEvent => ({ event, counted: true }));
  let before: unknown;
  const { events } = await settled(entries, async (connection) => {
    const tables = ["events", "quantities"];
    for (const table of tables) {
      await connection.run(`create temp table late_${table} as from ${table} where key = 2`);
      await connection.run(`delete from ${table} where key = 2`);
    }
    await priceFreed(connection);
    const rows = await connection.runAndReadAll(
      "select removed_usd_hour_low::double, unpriced from events where key = 3",
    );
    before = rows.getRowsJS();
    for (const table of tables) await connection.run(`insert into ${table} from late_${table}`);
    await priceFreed(connection);
  });
  // Freed twice, so that the second time nothing was.
  expect(before).toEqual([[0, false]]);
  expect(events.find(({ id }) => id === "terminated")?.cost).toEqual(own);
});
