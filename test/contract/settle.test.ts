import type { DuckDBConnection } from "@duckdb/node-api";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DuckDbEventStore } from "#adapters/duckdb/duckdb-event-store.ts";
import { priceFreed } from "#adapters/duckdb/settle-freed.ts";
import { countSharedOnce } from "#adapters/duckdb/settle-shared.ts";
import { usdText } from "#core/domain/money.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { countedByRule, pricedByRule, resourceHistory, sharedEvents } from "../fakes/settling.ts";
import type { GeneratedEvent } from "../fakes/usage-events.ts";

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

test("DuckDB counts the copies of shared actions by the core's rule", async () => {
  await fc.assert(
    fc.asyncProperty(sharedEvents, async (entries) => {
      const { counted } = await settled(entries, (connection) => countSharedOnce(connection, 1000));
      expect(counted).toEqual(countedByRule(entries));
    }),
    RUNS,
  );
}, 60_000);

test("DuckDB prices what is freed by the core's rule, once or twice", async () => {
  await fc.assert(
    fc.asyncProperty(resourceHistory, async (history) => {
      const { events } = await settled(
        history.map(({ event }) => ({ event, counted: true })),
        async (connection) => {
          for (const [at, { price }] of history.entries()) {
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
      expect(events).toEqual(pricedByRule(history));
    }),
    RUNS,
  );
}, 60_000);
