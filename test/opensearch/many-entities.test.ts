import { isDeepStrictEqual } from "node:util";
import { beforeAll, expect, test } from "@jest/globals";
import type { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { type GeneratedEvent, sampleEvent } from "../fakes/usage-events.ts";
import { emptyPlace, refilled } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();

/** More entities than the pages of any answer hold, and more values than a shard names. */
const PRINCIPALS = 11_000;
const EVENTS = 2 * PRINCIPALS;
const START = Date.UTC(2026, 10, 3, 22);

const sample = sampleEvent({ id: "x" });

/** Two events of each principal, in different buckets and on both sides of midnight; some principals come more often. */
function* events(): Generator<GeneratedEvent> {
  for (let n = 0; n < EVENTS; n++) {
    const who = (n * 7919) % PRINCIPALS;
    const id = `arn:aws:iam::111111111111:user/${who % 3 === 0 ? "🚨" : "ana"}-${who}`;
    yield {
      counted: true,
      event: sampleEvent({
        id: `event-${String(n).padStart(6, "0")}`,
        time: START + (n % 37) * 6 * MINUTE,
        account: who % 5 === 0 ? "222222222222" : "111111111111",
        outcome: "denied",
        errorCode: "AccessDenied",
        principal: { ...sample.principal, id, name: id, session: "shared", accessKeyId: `AKIA${who % 10_500}` },
        resources: [`bucket/${who % 50 === 0 ? "busy" : n}`],
      }),
    };
  }
}

const ENTRIES = [...events()];
const memory = new MemoryEventStore(ENTRIES);
let store: OpenSearchEventStore;

beforeAll(async () => {
  store = await refilled(await emptyPlace(node), ENTRIES);
});

const signal = (id: string, per: Signal["per"]): Signal => ({
  id,
  title: id,
  unit: "denied calls",
  filter: { outcomes: ["denied"] },
  value: { of: "events" },
  per,
  direction: "rise",
  floor: 1,
  thresholds: null,
});

const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
};

/** Names the first difference: to tell all of them apart would take minutes. */
function expectSame<T>(rows: readonly T[], expected: readonly T[]): void {
  expect(rows.length).toBe(expected.length);
  const at = rows.findIndex((row, position) => !isDeepStrictEqual(row, expected[position]));
  expect({ at, row: rows[at] }).toEqual({ at, row: expected[at] });
}

test("a roll-up of many entities is complete and in order", async () => {
  const signals = [signal("z", "principal"), signal("a", "principal"), signal("m", "resource"), signal("r", "region")];
  const rows = await all(store.rollup(signals, BUCKET));
  expectSame(rows, await all(memory.rollup(signals, BUCKET)));
  expect(rows.length).toBeGreaterThan(4 * PRINCIPALS);
  const window = { start: START + HOUR + BUCKET, end: START + 3 * HOUR - 2 * BUCKET };
  expectSame(await all(store.rollup(signals, BUCKET, window)), await all(memory.rollup(signals, BUCKET, window)));
});

test("an answer that nobody reads to its end asks for no more pages", async () => {
  for await (const row of store.rollup([signal("a", "principal")], BUCKET)) {
    expect(row.signal).toBe("a");
    break;
  }
});

test("events are read on beyond what one search answers", async () => {
  expectSame(await store.events({}, 10_500), await memory.events({}, 10_500));
});

test("occurrences, first uses, deliveries and facets are exact, however many values there are", async () => {
  expect(await store.occurrences({})).toEqual(await memory.occurrences({}));
  expectSame(await all(store.deliveries(BUCKET)), await all(memory.deliveries(BUCKET)));
  expectSame(await all(store.firstSeen()), await all(memory.firstSeen()));
  const { facets, ...when } = await store.facets({});
  expect(when).toEqual({
    eventIds: ENTRIES.map(({ event }) => event)
      .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
      .slice(0, 200)
      .map(({ id }) => id),
    first: START,
    last: START + 36 * 6 * MINUTE,
  });
  expect(facets.resources[0]).toEqual({ value: "bucket/busy", count: EVENTS / 50 });
  expect(facets.resources.slice(1).map(({ value }) => value)).toEqual(
    ENTRIES.flatMap(({ event }) => event.resources)
      .filter((resource) => resource !== "bucket/busy")
      .sort()
      .slice(0, 19),
  );
  expect(facets.accessKeys.map(({ count }) => count)).toEqual(Array(20).fill(4));
});

test("who shares a key is counted, not estimated", async () => {
  const sharers: EventStore["sharers"] = (kind, values) => store.sharers(kind, values);
  expect(await sharers("session", ["shared"])).toEqual([
    { value: "shared", principals: PRINCIPALS, accessKeys: 10_500 },
  ]);
});

test("a value that no shard names among its most frequent is counted all the same", async () => {
  const DAYS = 8;
  const EACH_DAY = 8;
  const decoys = (day: number): string[] => Array.from({ length: 2100 }, (_, n) => `bucket/${day}-${1000 + n}`);
  const spread = "~ in every second event";
  const entries = Array.from({ length: DAYS * EACH_DAY }, (_, n): GeneratedEvent => {
    const day = Math.floor(n / EACH_DAY);
    const resources = [...decoys(day), ...(n % 2 === 0 ? [spread] : [])];
    return { counted: true, event: sampleEvent({ id: `e-${n}`, time: START + day * DAY, resources }) };
  });
  const { facets } = await (await refilled(await emptyPlace(node), entries)).facets({});
  expect(facets.resources).toEqual([
    { value: spread, count: (DAYS * EACH_DAY) / 2 },
    ...decoys(0)
      .slice(0, 19)
      .map((value) => ({ value, count: EACH_DAY })),
  ]);
});
