import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { settleEvents } from "#adapters/opensearch/documents/settle.ts";
import { compareText } from "#core/domain/ordering.ts";
import { DAY, HOUR, type TimeWindow } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { countedByRule, pricedByRule, resourceHistory, sharedEvents } from "../fakes/settling.ts";
import { type GeneratedEvent, launched, sampleEvent } from "../fakes/usage-events.ts";
import { emptyPlace, entryOf as entryBy, type Place } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();

const START = Date.UTC(2026, 10, 2, 23, 30);
const WINDOW: TimeWindow = { start: START - HOUR, end: START + DAY };
const riskyAction = (_: string, action: string): boolean => /^(Run|Create|Delete)/.test(action);

const entryOf = (event: PricedUsageEvent, prices: EventEntry["details"]["prices"] = []): EventEntry =>
  entryBy(event, riskyAction, prices);

const write = async ({ connection, names }: Place, entries: readonly EventEntry[]): Promise<void> => {
  const { created } = await writeEvents(connection, names, entries, { now: () => START });
  expect(created).toBe(entries.length);
};
const settle = ({ connection, names }: Place, window = WINDOW) =>
  settleEvents(connection, names, window, { riskyAction });

/** As a store answers: in the order of time, then id. */
const inOrder = (entries: readonly GeneratedEvent[]): readonly GeneratedEvent[] =>
  [...entries].sort((a, b) => a.event.time - b.event.time || compareText(a.event.id, b.event.id));

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

test("shared actions count once, with what they are the first of; settling again changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(sharedEvents, async (entries) => {
      const place = await emptyPlace(node);
      await write(
        place,
        entries.map(({ event }) => entryOf(event)),
      );
      const ordered = inOrder(entries).map(({ event }) => ({ event, counted: true }));
      const counted = countedByRule(ordered);
      const expected = ordered.map(({ event }, at) => ({ event, counted: counted[at] ?? true }));
      const { recounted } = await settle(place);
      expect(recounted).toBe(counted.filter((counts) => !counts).length);
      const store = new OpenSearchEventStore(place.connection, place.names);
      const memory = new MemoryEventStore(expected, riskyAction);
      expect(await store.events({ counted: true }, 100)).toEqual(await memory.events({ counted: true }, 100));
      expect(await all(store.firstSeen())).toEqual(await all(memory.firstSeen()));
      expect(await settle(place)).toEqual({ recounted: 0, repriced: 0, changed: null });
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

test("what is freed is priced by the core's rule; settling again changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(resourceHistory, async (history) => {
      const place = await emptyPlace(node);
      await write(
        place,
        history.map(({ event, price }) => entryOf(event, [price])),
      );
      await settle(place);
      const store = new OpenSearchEventStore(place.connection, place.names);
      expect(await store.events({}, 100)).toEqual(pricedByRule(history));
      expect(await settle(place)).toEqual({ recounted: 0, repriced: 0, changed: null });
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

const copy = (id: string, changes: Partial<PricedUsageEvent> = {}): PricedUsageEvent =>
  sampleEvent({ id, time: START, sharedEventId: "s", ...changes });
const VISITOR = { ...sampleEvent({ id: "" }).principal, account: "222222222222" };

test("a copy that comes later changes which one counts, and settling says of when", async () => {
  const place = await emptyPlace(node);
  const store = new OpenSearchEventStore(place.connection, place.names);
  const counted = async () => (await store.events({ counted: true }, 10)).map(({ id }) => id);
  await write(place, [entryOf(copy("owners", { principal: VISITOR })), entryOf(copy("alone", { sharedEventId: "t" }))]);
  expect(await settle(place)).toEqual({ recounted: 0, repriced: 0, changed: null });
  await write(place, [entryOf(copy("callers", { principal: VISITOR, account: "222222222222" }))]);
  expect(await settle(place)).toEqual({ recounted: 1, repriced: 0, changed: { start: START, end: START + 1 } });
  expect(await counted()).toEqual(["alone", "callers"]);
  await place.connection.send("DELETE", `/${place.names.eventsAt(START)}/_doc/callers`);
  expect(await settle(place)).toMatchObject({ recounted: 1 });
  expect(await counted()).toEqual(["alone", "owners"]);
});

test("thousands of shared actions are paged through completely", async () => {
  const place = await emptyPlace(node);
  const pairs = Array.from({ length: 1200 }, (_, n) => `pair-${String(n).padStart(5, "0")}`);
  const alone = Array.from({ length: 2500 }, (_, n) => `alone-${String(n).padStart(5, "0")}`);
  await write(place, [
    ...alone.map((id) => entryOf(copy(id, { sharedEventId: id }))),
    ...pairs.flatMap((id) =>
      ["111111111111", "222222222222"].map((account) =>
        entryOf(copy(`${id}-${account}`, { sharedEventId: id, account, principal: VISITOR })),
      ),
    ),
  ]);
  expect(await settle(place)).toMatchObject({ recounted: 1200 });
  expect(await settle(place)).toMatchObject({ recounted: 0, changed: null });
});

const instance = (change: "added" | "removed", item: string | null) => ({
  ...launched(1, ""),
  change,
  item,
  resourceIds: ["i-1"],
});

test("what was made on another day prices what is freed in the window, and what is outside is left alone", async () => {
  const place = await emptyPlace(node);
  const freed = (id: string, time: number) =>
    entryOf(sampleEvent({ id, time, action: "TerminateInstances", quantities: [instance("removed", null)] }));
  const made = sampleEvent({ id: "made", time: START - 30 * DAY, quantities: [instance("added", "m5.large")] });
  await write(place, [entryOf(made, [[100n, 200n]]), freed("freed", START), freed("later", START + 2 * DAY)]);
  expect(await settle(place)).toEqual({ recounted: 0, repriced: 1, changed: { start: START, end: START + 1 } });
  const store = new OpenSearchEventStore(place.connection, place.names);
  const [priced] = await store.events({ ids: ["freed"] }, 1);
  expect(priced?.cost).toMatchObject([{ kind: "rate", direction: "removed", lowPerHour: 100n, highPerHour: 200n }]);
  expect((await store.events({ ids: ["later"] }, 1))[0]?.cost).toEqual([]);
});

test("an event that somebody else changes meanwhile is looked at again, not written over", async () => {
  const place = await emptyPlace(node);
  const { connection, names } = place;
  await write(place, [
    entryOf(copy("owners", { principal: VISITOR })),
    entryOf(copy("callers", { principal: VISITOR, account: "222222222222" })),
  ]);
  let changes = 0;
  const shared = {
    ...connection,
    send: async (...[method, path, request]: Parameters<typeof connection.send>) => {
      if (path === "/_bulk" && changes < 1) {
        changes++;
        await connection.send("POST", `/${names.eventsAt(START)}/_update/owners`, {
          body: { doc: { owner: "other" } },
        });
      }
      return connection.send(method, path, request);
    },
  };
  const result = await settleEvents(shared, names, WINDOW, { riskyAction });
  const { body } = await connection.send("GET", `/${names.eventsAt(START)}/_doc/owners`);
  expect([result.recounted, body._source.counted, body._source.owner]).toEqual([1, false, "other"]);
});
