import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ReplayedEvents } from "#core/delivery/replayed-events.ts";
import { BUCKET, DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import type { EventQuery } from "#core/ports/event-store.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { MemoryDelivered } from "../fakes/memory-delivered.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { type GeneratedEvent, generatedEvents } from "../fakes/usage-events.ts";
import { arrivalsContract } from "./arrivals.ts";
import { eventStoreContract, type OpenEventStore } from "./event-store.ts";

const START = Date.UTC(2026, 10, 2, 23, 30);

const deliveredAt = (entries: readonly GeneratedEvent[], at: number) =>
  entries.map((entry) => ({ ...entry, deliveredAt: at }));

const open = async (...[entries, riskyAction]: Parameters<OpenEventStore>) => {
  const delivered = new MemoryDelivered(riskyAction);
  const latest = Math.max(0, ...entries.map(({ event }) => event.time));
  delivered.deliver(deliveredAt(entries, latest));
  const store = new ReplayedEvents(delivered, riskyAction);
  await store.advance(latest);
  return { store, close: async () => {} };
};

arrivalsContract("of a replay", async (riskyAction) => {
  const delivered = new MemoryDelivered(riskyAction);
  const events = new ReplayedEvents(delivered, riskyAction);
  return {
    arrivals: events.arrivals,
    add: async (entries, at) => {
      delivered.deliver(deliveredAt(entries, at));
      await events.advance(at);
    },
  };
});
eventStoreContract("of a replay", open);

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

const queries: fc.Arbitrary<EventQuery> = fc.record(
  {
    window: fc
      .record({ start: fc.integer({ min: -30, max: 200 }), minutes: fc.integer({ min: 1, max: 300 }) })
      .map(({ start, minutes }) => ({ start: START + start * MINUTE, end: START + (start + minutes) * MINUTE })),
    accounts: fc.constant(["111111111111", "222222222222"]),
    counted: fc.constant(true as const),
    filter: fc.constantFrom({ services: ["ec2", "iam"] }, { outcomes: ["success" as const] }),
  },
  { requiredKeys: ["window"] },
);

test("what is held in memory and what is not is answered alike, and nothing of what is still to come", async () => {
  await fc.assert(
    fc.asyncProperty(
      generatedEvents,
      fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
      // From all in memory to almost nothing.
      fc.integer({ min: 0, max: 12 }),
      fc.array(queries, { minLength: 1, maxLength: 4 }),
      async (entries, places, hours, asked) => {
        const now = START + hours * HOUR;
        const delivered = new MemoryDelivered();
        const times = [now - HOUR, now, now + DAY];
        const coming = entries.map((entry, at) => ({
          ...entry,
          deliveredAt: times[places[at % places.length] as number] as number,
        }));
        delivered.deliver(coming);
        const events = new ReplayedEvents(delivered, () => false);
        const known = coming.filter((one) => one.deliveredAt <= now);
        expect((await events.advance(now - HOUR)) + (await events.advance(now))).toBe(known.length);
        const memory = new MemoryEventStore(known);
        for (const query of asked) {
          expect(await events.events(query, 5)).toEqual(await memory.events(query, 5));
          expect(await events.occurrences(query)).toEqual(await memory.occurrences(query));
          expect(await events.facets(query)).toEqual(await memory.facets(query));
          const { start, end } = query.window as { start: number; end: number };
          const window = { start: Math.floor(start / BUCKET) * BUCKET, end: Math.ceil(end / BUCKET) * BUCKET };
          const counts = await all(events.rollup(BUILT_IN_SIGNALS, BUCKET, window));
          expect(counts).toEqual(await all(memory.rollup(BUILT_IN_SIGNALS, BUCKET, window)));
        }
      },
    ),
    { numRuns: 40 },
  );
});
