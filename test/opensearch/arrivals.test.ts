import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { OpenSearchArrivals } from "#adapters/opensearch/arrivals.ts";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { compareText } from "#core/domain/ordering.ts";
import { bucketStart, DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { PricedUsageEvent, Quantity } from "#core/domain/usage-event.ts";
import { arrivalsContract, bucketsOf } from "../contract/arrivals.ts";
import { countedByRule, type HistoryEvent, pricedByRule, resourceHistory, sharedEvents } from "../fakes/settling.ts";
import { launched, sampleEvent } from "../fakes/usage-events.ts";
import { whileTimeLasts } from "../fakes/while-time-lasts.ts";
import { emptyPlace, entryOf, type RiskyAction } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const START = Date.UTC(2026, 10, 2, 23, 30);
const WRITTEN = START + 100 * DAY;
const EVER: TimeWindow = { start: 0, end: WRITTEN + DAY };
const riskyAction: RiskyAction = (_, action) => /^(Run|Create|Delete)/.test(action);

const open = async () => {
  const place = await emptyPlace(node);
  const { connection, names } = place;
  return {
    ...place,
    arrivals: new OpenSearchArrivals(connection, names, { riskyAction }),
    store: new OpenSearchEventStore(connection, names),
    write: async (entries: readonly EventEntry[], at: EpochMs): Promise<void> => {
      const { created } = await writeEvents(connection, names, entries, { now: () => at });
      expect(created).toBe(entries.length);
    },
  };
};
type Opened = Awaited<ReturnType<typeof open>>;

arrivalsContract("OpenSearch", async (risky) => {
  const { connection, names, write } = await open();
  return {
    arrivals: new OpenSearchArrivals(connection, names, { riskyAction: risky }),
    add: (entries, at) =>
      write(
        entries.map(({ event, counted }) => entryOf(event, risky, [], counted)),
        at,
      ),
  };
});

/** What an event is, and whether it counts. */
async function eventsIn({ store }: Opened): Promise<ReadonlyMap<string, string>> {
  const counted = new Set((await store.events({ counted: true }, 1000)).map(({ id }) => id));
  const text = (event: PricedUsageEvent): string =>
    JSON.stringify([counted.has(event.id), event], (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  return new Map((await store.events({}, 1000)).map((event) => [event.id, `${event.time} ${text(event)}`]));
}

/** Writes batches an hour apart and hears of each: what is other than before must be in the buckets that are named. */
async function hearBatches(place: Opened, batches: readonly (readonly EventEntry[])[]): Promise<void> {
  for (const [index, batch] of batches.entries()) {
    const at = WRITTEN + index * HOUR;
    const before = await eventsIn(place);
    await place.write(batch, at);
    const named = await bucketsOf(place.arrivals, at, EVER);
    const changed = [...(await eventsIn(place))].filter(([id, text]) => before.get(id) !== text);
    const buckets = new Set(changed.map(([, text]) => bucketStart(Number(text.split(" ", 1)))));
    expect([...buckets].filter((bucket) => !named.includes(bucket))).toEqual([]);
    expect(named).toEqual([...new Set(named)].sort((a, b) => a - b));
    // A run that died is followed by one that hears the same.
    expect(await bucketsOf(place.arrivals, at, EVER)).toEqual(named);
  }
}

/** In three batches, whatever the order. */
const inBatches = <T>(entries: fc.Arbitrary<readonly T[]>): fc.Arbitrary<readonly (readonly T[])[]> =>
  entries.chain((all) =>
    fc
      .array(fc.nat(2), { minLength: all.length, maxLength: all.length })
      .map((places) => [0, 1, 2].map((batch) => all.filter((_, index) => places[index] === batch))),
  );

const inOrder = <T extends { readonly event: PricedUsageEvent }>(entries: readonly T[]): readonly T[] =>
  [...entries].sort((a, b) => a.event.time - b.event.time || compareText(a.event.id, b.event.id));

test("shared actions count once, whichever copy comes first, and every count that changes is named", async () => {
  await fc.assert(
    fc.asyncProperty(
      inBatches(sharedEvents),
      whileTimeLasts(25_000, async (batches) => {
        const place = await open();
        await hearBatches(
          place,
          batches.map((batch) => batch.map(({ event }) => entryOf(event, riskyAction))),
        );
        const all = inOrder(batches.flat()).map(({ event }) => ({ event, counted: true }));
        const counts = countedByRule(all);
        expect(await place.store.events({ counted: true }, 100)).toEqual(
          all.filter((_, index) => counts[index]).map(({ event }) => event),
        );
      }),
    ),
    { numRuns: 6, endOnFailure: true },
  );
}, 90_000);

test("what is freed is priced, though its making comes after it, and every price that changes is named", async () => {
  await fc.assert(
    fc.asyncProperty(
      inBatches<HistoryEvent>(resourceHistory),
      whileTimeLasts(25_000, async (batches) => {
        const place = await open();
        await hearBatches(
          place,
          batches.map((batch) => batch.map(({ event, price }) => entryOf(event, riskyAction, [price]))),
        );
        expect(await place.store.events({}, 100)).toEqual(pricedByRule(inOrder(batches.flat())));
      }),
    ),
    { numRuns: 6, endOnFailure: true },
  );
}, 90_000);

const instance = (change: Quantity["change"], item: string | null): Quantity => ({
  ...launched(1, ""),
  change,
  item,
  resourceIds: ["i-1"],
});

test("the making of what was freed outside the window names the bucket that it changes", async () => {
  const { arrivals, store, write } = await open();
  const freed = sampleEvent({ id: "freed", time: START + 9 * DAY, quantities: [instance("removed", null)] });
  await write([entryOf(freed, riskyAction, [null])], WRITTEN);
  expect(await bucketsOf(arrivals, WRITTEN, EVER)).toEqual([freed.time]);
  const cost = [{ kind: "rate", direction: "added", lowPerHour: 5n, highPerHour: 7n, basis: ["list"] }] as const;
  const made = sampleEvent({ id: "made", time: START, quantities: [instance("added", "m5.large")], cost });
  await write([entryOf(made, riskyAction, [[5n, 7n]])], WRITTEN + HOUR);
  const window = { start: START - HOUR, end: START + HOUR };
  expect(await bucketsOf(arrivals, WRITTEN + HOUR, window)).toEqual([START, freed.time]);
  expect((await store.spend())[0]?.removedPerHour).toEqual({ low: "0.000000005", high: "0.000000007" });
  // Nothing came into it.
  expect(await bucketsOf(arrivals, WRITTEN + HOUR, { start: START - 2 * HOUR, end: START - HOUR })).toEqual([]);
});

test("what was priced costs again what it did by itself where what comes later says so", async () => {
  const { arrivals, store, write } = await open();
  const own = [{ kind: "unpriced", direction: "removed", reason: "it says no type" }] as const;
  const freeing = (id: string, time: EpochMs) =>
    entryOf(sampleEvent({ id, time, quantities: [instance("removed", null)], cost: own }), riskyAction, [null]);
  await write([freeing("stopped", START), freeing("terminated", START + 2 * HOUR)], WRITTEN);
  await bucketsOf(arrivals, WRITTEN, EVER);
  // Freed twice, so that the second time nothing is.
  expect((await store.events({ ids: ["terminated"] }, 1))[0]?.cost).toEqual([
    expect.objectContaining({ kind: "rate", direction: "removed", lowPerHour: 0n, highPerHour: 0n }),
  ]);
  const started = sampleEvent({ id: "made", time: START + HOUR, quantities: [instance("added", "m5.large")] });
  await write([entryOf(started, riskyAction, [null])], WRITTEN + HOUR);
  expect(await bucketsOf(arrivals, WRITTEN + HOUR, EVER)).toContain(START + 2 * HOUR);
  expect((await store.events({ ids: ["terminated"] }, 1))[0]?.cost).toEqual(own);
});

test("a writer that was busy for minutes is heard all the same", async () => {
  const { arrivals, write } = await open();
  const event = sampleEvent({ id: "slow", time: START });
  await write([entryOf(event, riskyAction)], WRITTEN - 4 * MINUTE);
  expect(await bucketsOf(arrivals, WRITTEN, EVER)).toEqual([START]);
});

test("more shared actions than a page are settled completely", async () => {
  const { arrivals, store, write } = await open();
  const visitor = { ...sampleEvent({ id: "" }).principal, account: "222222222222" };
  const copies = (account: string): readonly EventEntry[] =>
    Array.from({ length: 1200 }, (_, n) =>
      entryOf(
        sampleEvent({ id: `${account}-${n}`, sharedEventId: `s-${n}`, account, principal: visitor }),
        riskyAction,
      ),
    );
  await write(copies("111111111111"), WRITTEN);
  await bucketsOf(arrivals, WRITTEN, EVER);
  expect((await store.occurrences({ counted: true })).events).toBe(1200);
  await write(copies("222222222222"), WRITTEN + HOUR);
  expect(await bucketsOf(arrivals, WRITTEN + HOUR, EVER)).toEqual([START]);
  expect(await store.occurrences({ counted: true, accounts: ["222222222222"] })).toMatchObject({ events: 1200 });
  expect(await store.occurrences({ counted: true })).toMatchObject({ events: 1200 });
});
