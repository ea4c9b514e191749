import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import {
  type EventWriteOptions,
  UnwrittenEventsError,
  writeEvents,
} from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { DAY } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { generatedEvents, sampleEvent } from "../fakes/usage-events.ts";
import { emptyPlace, type Place } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();

const TIME = Date.UTC(2026, 10, 3, 12);

const entry = (event: PricedUsageEvent, details: Partial<EventEntry["details"]> = {}): EventEntry => ({
  event,
  account: {
    id: event.account,
    alias: "shop",
    type: "production",
    ouPath: "/Workloads",
    costCenter: "1",
    owner: "ana",
    tags: {},
    known: true,
  },
  details: { counted: true, fingerprint: "f", firsts: [], ...details },
});
const plain = (id: string, time = TIME): EventEntry => entry(sampleEvent({ id, time }));

const write = (
  { connection, names }: Place,
  entries: readonly EventEntry[],
  options: Partial<EventWriteOptions> = {},
) => writeEvents(connection, names, entries, { now: () => TIME, pause: async () => {}, ...options });

async function unwritten(writing: Promise<unknown>): Promise<readonly [string, string, readonly string[]]> {
  const error = await writing.catch((caught: unknown) => caught);
  if (!(error instanceof UnwrittenEventsError)) throw new Error("nothing was unwritten", { cause: error });
  return [error.code, error.message, error.unwritten.map(({ event }) => event.id)];
}

async function stored({ connection, names }: Place): Promise<readonly PricedUsageEvent[]> {
  await connection.send("POST", `/${names.events}/_refresh`);
  return new OpenSearchEventStore(connection, names).events({}, 1000);
}

async function quarantined({ connection, names }: Place) {
  await connection.send("POST", `/${names.quarantine}/_refresh`);
  const { body } = await connection.send("POST", `/${names.quarantine}/_search`, {
    body: { size: 100, sort: ["event_id"] },
  });
  return body.hits.hits.map(({ _source }: { _source: Readonly<Record<string, string>> }) => _source);
}

const today = ({ names }: Place): string => `/${names.eventsAt(TIME)}`;

test("events come back as they were written; written again they are duplicates", async () => {
  await fc.assert(
    fc.asyncProperty(generatedEvents, async (generated) => {
      const place = await emptyPlace(node);
      const entries = generated.map(({ event }) => entry(event, { fingerprint: event.id }));
      expect(await write(place, entries)).toMatchObject({ read: entries.length, created: entries.length });
      const expected = new Map(generated.map(({ event }) => [event.id, event]));
      expect(new Map((await stored(place)).map((event) => [event.id, event]))).toEqual(expected);
      expect(await write(place, entries)).toMatchObject({ created: 0, duplicates: entries.length });
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

/** Whatever stands in the rest of a record, and whatever its texts are. */
test("nothing that a record can hold keeps an event out", async () => {
  const place = await emptyPlace(node);
  const rests: readonly unknown[] = [
    "DEFAULT",
    17,
    ["a", ["b", { c: null }]],
    { "": "", " ": " ", ".": 1, "a.b": { "": { "..": [] } }, "\0": "\0" },
    { deep: JSON.parse(`${'{"d":'.repeat(90)}1${"}".repeat(90)}`) },
    { long: "x".repeat(100_000), wide: "\u{1f6a8}".repeat(20_000), mixed: [1, "a", { b: true }, null] },
    Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`key${n}`, "é".repeat(300)])),
    JSON.parse('{"__proto__": {"constructor": "x"}}'),
    { lone: "\ud800", number: 1e308, small: -0.5 },
  ];
  const texts = ["\0", "\ud800x", "AWS Internal", "x".repeat(40_000), "\u{1f6a8}".repeat(9000), "::ffff:1.2.3.4", ""];
  const { principal, origin } = sampleEvent({ id: "" });
  const entries = [
    ...rests.map((rest, n) =>
      entry(sampleEvent({ id: `rest-${n}`, time: TIME }), { rest: { request: JSON.stringify(rest) } }),
    ),
    ...texts.map((text, n) =>
      entry(
        sampleEvent({
          id: `text-${n}`,
          time: TIME,
          principal: { ...principal, id: text, name: text, session: text, arn: text },
          origin: { ...origin, sourceIp: text, network: text, userAgent: text },
          resources: [text],
          requestId: text,
          sharedEventId: text,
        }),
        { firsts: [{ dimension: "principal", value: text }], place: { file: text, record: 1 } },
      ),
    ),
  ];
  expect(await write(place, entries)).toMatchObject({ created: entries.length, quarantined: 0 });
  expect(await stored(place)).toHaveLength(entries.length);
});

test("what a rest holds is found by its path", async () => {
  const place = await emptyPlace(node);
  await write(place, [entry(sampleEvent({ id: "a", time: TIME }), { rest: { request: '{"engine":"mysql"}' } })]);
  await stored(place);
  const { body } = await place.connection.send("POST", `${today(place)}/_search`, {
    body: { query: { term: { "rest.request.engine": "mysql" } } },
  });
  expect(body.hits.total.value).toBe(1);
});

test("the same id with other content stays as it was; what came is in quarantine, once", async () => {
  const place = await emptyPlace(node);
  await write(place, [plain("a"), plain("b")]);
  const again = [
    plain("a"),
    entry(sampleEvent({ id: "b", time: TIME, region: "us-east-1" }), { fingerprint: "other" }),
  ];
  expect(await write(place, again)).toMatchObject({ created: 0, duplicates: 1, conflicts: 1, quarantined: 0 });
  expect(await write(place, again)).toMatchObject({ created: 0, duplicates: 1, conflicts: 1, quarantined: 0 });
  expect((await stored(place)).map(({ id, region }) => [id, region])).toEqual([
    ["a", "eu-west-1"],
    ["b", "eu-west-1"],
  ]);
  const [kept, ...more] = await quarantined(place);
  expect([more, kept]).toMatchObject([[], { reason: "id-conflict", event_id: "b" }]);
  expect(JSON.parse(kept.document)).toMatchObject({ event_id: "b", region: "us-east-1" });
});

test("a day whose fields have other types refuses its events, and those of other days are written", async () => {
  const place = await emptyPlace(node);
  await place.connection.send("PUT", today(place), {
    body: { mappings: { properties: { call: { type: "integer" } } } },
  });
  const result = await write(place, [plain("a"), plain("b", TIME - DAY)]);
  expect(result).toMatchObject({ created: 1, quarantined: 1, reasons: { "refused-by-store": 1 } });
  expect(await quarantined(place)).toMatchObject([
    { event_id: "a", reason: "refused-by-store", detail: expect.stringContaining("failed to parse field [call]") },
  ]);
});

test("a closed day keeps its events out", async () => {
  const place = await emptyPlace(node);
  await write(place, [plain("a")]);
  await place.connection.send("POST", `${today(place)}/_close`);
  expect(await write(place, [plain("b")])).toMatchObject({ created: 0, quarantined: 1 });
});

test.each(["read_only_allow_delete", "write", "read_only"])(
  "a day with the block %s: its events are handed back, and are written when the block is lifted",
  async (block) => {
    const place = await emptyPlace(node);
    await write(place, [plain("a")]);
    const set = (value: true | null) =>
      place.connection.send("PUT", `${today(place)}/_settings`, { body: { [`index.blocks.${block}`]: value } });
    await set(true);
    const entries = [plain("b"), plain("c", TIME - DAY)];
    const [code, message, left] = await unwritten(write(place, entries));
    expect([code, left]).toEqual(["OPENSEARCH_READ_ONLY", ["b"]]);
    expect(message).toContain(place.names.eventsAt(TIME));
    await set(null);
    expect(await write(place, entries)).toMatchObject({ created: 1, duplicates: 1 });
  },
);

test("a red day: its events are handed back as busy, and are written when its shards are there", async () => {
  const place = await emptyPlace(node);
  await place.connection.send("PUT", today(place), {
    query: { wait_for_active_shards: 0, timeout: "1s" },
    body: { settings: { "index.routing.allocation.require._name": "nobody" } },
  });
  const [code, message, left] = await unwritten(
    write(place, [plain("a"), plain("b", TIME - DAY)], { shardTimeoutMs: 500, retries: 1 }),
  );
  expect([code, left]).toEqual(["OPENSEARCH_BUSY", ["a"]]);
  expect(message).toContain("primary shard is not active");
  await place.connection.send("PUT", `${today(place)}/_settings`, {
    body: { "index.routing.allocation.require._name": null },
  });
  expect(await write(place, [plain("a")])).toMatchObject({ created: 1 });
});

test("an event older than what is kept goes to quarantine, and its day does not come back", async () => {
  const place = await emptyPlace(node);
  const result = await write(place, [plain("old", TIME - 9 * DAY), plain("new")], { oldestDay: TIME - DAY });
  expect(result).toMatchObject({ created: 1, quarantined: 1, reasons: { "older-than-retention": 1 } });
  const { body } = await place.connection.send("GET", `/_cat/indices/${place.names.events}`, {
    query: { format: "json" },
  });
  expect(body.map(({ index }: { index: string }) => index)).toEqual([place.names.eventsAt(TIME)]);
});
