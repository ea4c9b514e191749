import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type EventWriteOptions,
  type EventWriteResult,
  UnwrittenEventsError,
  writeEvents,
} from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import type { QuarantinedEvent } from "#adapters/opensearch/documents/quarantine.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { DAY } from "#core/domain/time.ts";
import { BulkNode, REFUSALS, type Refused } from "../../fakes/bulk-node.ts";
import { sampleEvent } from "../../fakes/usage-events.ts";

const NAMES = indexNames("t-");
const TIME = Date.UTC(2026, 10, 3, 12);
const TODAY = NAMES.eventsAt(TIME);
const ACCOUNT = {
  id: "111111111111",
  alias: "shop",
  type: "production",
  ouPath: null,
  costCenter: null,
  owner: null,
  tags: {},
  known: true,
} as const;

const entry = (id: string, { time = TIME, fingerprint = `of ${id}`, text = "" } = {}): EventEntry => ({
  event: sampleEvent({ id, time, requestId: text || null }),
  account: ACCOUNT,
  details: { counted: true, fingerprint, firsts: [] },
});
const entries = (count: number): EventEntry[] => Array.from({ length: count }, (_, n) => entry(`e${n}`));

const pauses: number[] = [];
const write = (node: BulkNode, what: readonly EventEntry[], options: Partial<EventWriteOptions> = {}) => {
  pauses.length = 0;
  return writeEvents(node, NAMES, what, {
    now: () => TIME + 1000,
    pause: async (milliseconds) => void pauses.push(milliseconds),
    random: () => 1,
    ...options,
  });
};

const counts = ({ created, duplicates, conflicts, quarantined }: EventWriteResult) => [
  created,
  duplicates,
  conflicts,
  quarantined,
];
const unwrittenBy = async (writing: Promise<unknown>): Promise<UnwrittenEventsError> => {
  const error = await writing.catch((caught: unknown) => caught);
  if (!(error instanceof UnwrittenEventsError)) throw new Error("nothing was unwritten", { cause: error });
  return error;
};
const ids = (of: readonly EventEntry[]): string[] => of.map(({ event }) => event.id);
const events = (node: BulkNode): string[] =>
  [...node.documents.keys()].filter((key) => key.includes("usage-events")).map((key) => key.split("/")[1] as string);
const quarantined = (node: BulkNode) =>
  [...node.documents].filter(([key]) => key.startsWith(NAMES.quarantine)).map(([, document]) => document);

test("an event goes into the index of its own day, with the time it was indexed", async () => {
  const node = new BulkNode();
  const result = await write(node, [entry("a"), entry("b", { time: TIME - DAY })]);
  expect(result).toEqual({ read: 2, created: 2, duplicates: 0, conflicts: 0, quarantined: 0, reasons: {} });
  expect([...node.documents.keys()]).toEqual([`${TODAY}/a`, "t-usage-events-2026.11.02/b"]);
  expect(node.documents.get(`${TODAY}/a`)).toMatchObject({
    event_id: "a",
    "@timestamp": TIME,
    indexed_at: TIME + 1000,
  });
});

test("the same content again is a duplicate; other content is a conflict, kept in quarantine once", async () => {
  const node = new BulkNode();
  await write(node, entries(2));
  const again = [entry("e0"), entry("e1", { fingerprint: "other" }), entry("e2"), entry("e2")];
  const told: QuarantinedEvent[] = [];
  expect(counts(await write(node, again, { onQuarantined: (event) => told.push(event) }))).toEqual([1, 2, 1, 0]);
  expect(counts(await write(node, again))).toEqual([0, 3, 1, 0]);
  expect(told.map(({ entry: { event }, reason }) => [event.id, reason])).toEqual([["e1", "id-conflict"]]);
  expect(node.documents.get(`${TODAY}/e1`)).toMatchObject({ fingerprint: "of e1" });
  const [kept, ...more] = quarantined(node);
  expect(more).toEqual([]);
  expect(kept).toMatchObject({
    reason: "id-conflict",
    event_id: "e1",
    account: "111111111111",
    index: TODAY,
    detail: `event e1 stands with other content in ${TODAY}`,
  });
  expect(JSON.parse(kept?.["document"] as string)).toMatchObject({ event_id: "e1", fingerprint: "other" });
});

test.each([
  ["an immense term", REFUSALS.immenseTerm],
  ["a closed index", REFUSALS.closed],
])("what %s keeps out goes to quarantine in the node's words, and the others are written", async (_, refusal) => {
  const node = new BulkNode();
  node.refuseItem = ({ id, index }) => (id === "e1" && index === TODAY ? refusal : null);
  const told: QuarantinedEvent[] = [];
  const result = await write(node, entries(3), { onQuarantined: (event) => told.push(event) });
  expect(result).toMatchObject({ read: 3, created: 2, quarantined: 1, reasons: { "refused-by-store": 1 } });
  expect(quarantined(node)).toMatchObject([{ event_id: "e1", detail: `${refusal.type}: ${refusal.reason}` }]);
  expect(told.map((event) => event.entry.event.id)).toEqual(["e1"]);
  expect(pauses).toEqual([]);
});

test("an event of a deleted day goes to quarantine and does not bring its index back", async () => {
  const node = new BulkNode();
  const oldestDay = Date.UTC(2026, 10, 3);
  const result = await write(node, [entry("old", { time: oldestDay - 1 }), entry("new", { time: oldestDay })], {
    oldestDay,
  });
  expect(result).toMatchObject({ read: 2, created: 1, quarantined: 1, reasons: { "older-than-retention": 1 } });
  expect(events(node)).toEqual(["new"]);
  expect(quarantined(node)).toMatchObject([
    {
      event_id: "old",
      index: "t-usage-events-2026.11.02",
      detail: "the event is of 2026-11-02T23:59:59Z; what is kept begins at 2026-11-03T00:00:00Z",
    },
  ]);
});

test("a full queue: only the items that were refused are sent again, after growing pauses", async () => {
  const node = new BulkNode();
  const sent: string[][] = [];
  node.refuseRequest = (_, items) => {
    sent.push(items.map(({ id }) => id));
    return null;
  };
  node.refuseItem = ({ id }, request) => (request < 3 && Number(id.slice(1)) > request ? REFUSALS.queueFull : null);
  expect(counts(await write(node, entries(6)))).toEqual([6, 0, 0, 0]);
  expect(sent.map((items) => items.join(" "))).toEqual([
    "e0 e1 e2 e3 e4 e5",
    "e1 e2 e3 e4 e5",
    "e2 e3 e4 e5",
    "e3 e4 e5",
  ]);
  expect(pauses).toEqual([250, 500, 1000]);
});

test.each([REFUSALS.pressure, REFUSALS.breaker, { ...REFUSALS.red, status: 503 }])(
  "a request refused as a whole ($type) is sent again",
  async (refusal) => {
    const node = new BulkNode();
    node.refuseRequest = (request) => (request < 2 ? refusal : null);
    expect(counts(await write(node, entries(4)))).toEqual([4, 0, 0, 0]);
    expect(pauses).toEqual([250, 500]);
  },
);

test("pauses stop growing, scatter, and end: what is still refused is handed back as busy", async () => {
  const node = new BulkNode();
  node.refuseItem = ({ id }) => (id === "e2" ? REFUSALS.queueFull : null);
  const error = await unwrittenBy(write(node, entries(4), { retries: 9, random: () => 0 }));
  expect(error.code).toBe("OPENSEARCH_BUSY");
  expect(ids(error.unwritten)).toEqual(["e2"]);
  expect(counts(error.written)).toEqual([3, 0, 0, 0]);
  expect(pauses).toEqual([125, 250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  node.refuseItem = () => null;
  expect(counts(await write(node, error.unwritten))).toEqual([1, 0, 0, 0]);
});

test("a red index: its events are handed back, those of other days are written", async () => {
  const node = new BulkNode();
  node.refuseItem = ({ index }) => (index === TODAY ? REFUSALS.red : null);
  const error = await unwrittenBy(write(node, [entry("a"), entry("b", { time: TIME - DAY })]));
  expect([error.code, ids(error.unwritten), counts(error.written)]).toEqual(["OPENSEARCH_BUSY", ["a"], [1, 0, 0, 0]]);
});

test.each<[string, Refused, string]>([
  ["a disk that is full", REFUSALS.flood, "OPENSEARCH_READ_ONLY"],
  ["a read-only index", REFUSALS.writeBlock, "OPENSEARCH_READ_ONLY"],
  ["no permission", REFUSALS.noPermission, "OPENSEARCH_FORBIDDEN"],
  ["the limit of shards", REFUSALS.shardLimit, "OPENSEARCH_REFUSED"],
  ["a missing index", REFUSALS.noIndex, "OPENSEARCH_NOT_FOUND"],
])("%s: not tried again, nothing in quarantine, what was not written is handed back", async (_, refusal, code) => {
  const node = new BulkNode();
  node.refuseItem = ({ id }) => (Number(id.slice(1)) % 2 === 0 ? refusal : null);
  const error = await unwrittenBy(write(node, entries(5)));
  expect([error.code, ids(error.unwritten), counts(error.written)]).toEqual([code, ["e0", "e2", "e4"], [2, 0, 0, 0]]);
  expect(error.message).toContain(refusal.reason);
  expect([node.requests.length, pauses, quarantined(node)]).toEqual([1, [], []]);
});

test("a cluster that takes no writes: everything is handed back, and nothing more is read", async () => {
  const node = new BulkNode();
  node.refuseRequest = () => REFUSALS.clusterReadOnly;
  let taken = 0;
  async function* source() {
    for (const one of entries(500)) {
      taken++;
      yield one;
    }
  }
  const error = await unwrittenBy(
    writeEvents(node, NAMES, source(), { now: () => TIME, batchBytes: 4000, concurrency: 1 }),
  );
  expect([error.code, counts(error.written)]).toEqual(["OPENSEARCH_READ_ONLY", [0, 0, 0, 0]]);
  expect(error.unwritten).toHaveLength(taken);
  expect(taken).toBeLessThan(30);
});

test("a request that is too large is halved, and so are those after it", async () => {
  const node = new BulkNode();
  node.refuseRequest = (_, __, bytes) => (bytes > 10_000 ? { status: 413, type: "", reason: "" } : null);
  expect(counts(await write(node, entries(300), { batchBytes: 32_000, concurrency: 1 }))).toEqual([300, 0, 0, 0]);
  expect(node.requests.filter((bytes) => bytes > 10_000).length).toBeLessThan(5);
});

test("an event that alone is too large goes to quarantine, cut", async () => {
  const node = new BulkNode();
  node.refuseRequest = (_, items, bytes) =>
    bytes > 200_000 && items[0]?.index === TODAY ? { status: 413, type: "", reason: "" } : null;
  const huge = { ...entry("huge"), details: { ...entry("huge").details, fingerprint: "f".repeat(300_000) } };
  const result = await write(node, [entry("a"), huge, entry("b")]);
  expect(result).toMatchObject({ created: 2, quarantined: 1, reasons: { "too-large": 1 } });
  expect(quarantined(node)).toMatchObject([
    { event_id: "huge", reason: "too-large", document: expect.stringMatching(/^.{65536}$/) },
  ]);
});

test("an event that we fail on goes to quarantine alone", async () => {
  const node = new BulkNode();
  const odd = { ...entry("odd"), event: { ...entry("odd").event, quantities: null } } as unknown as EventEntry;
  expect(await write(node, [entry("a"), odd, entry("b")])).toMatchObject({
    read: 3,
    created: 2,
    quarantined: 1,
    reasons: { unprocessable: 1 },
  });
  expect(quarantined(node)).toMatchObject([
    { event_id: "odd", reason: "unprocessable", detail: expect.stringContaining("TypeError") },
  ]);
});

test("what makes a node refuse a whole request is found and goes to quarantine alone", async () => {
  const node = new BulkNode();
  node.refuseRequest = (_, items) =>
    items.some(({ id, index }) => id === "e5" && index === TODAY) ? REFUSALS.badId : null;
  expect(await write(node, entries(9))).toMatchObject({ created: 8, quarantined: 1 });
  expect(quarantined(node)).toMatchObject([{ event_id: "e5", reason: "refused-by-store" }]);
});

test("a document larger than a batch goes alone", async () => {
  const node = new BulkNode();
  await write(node, [entry("a"), entry("large", { text: "x".repeat(1500) }), entry("b"), entry("c")], {
    batchBytes: 2300,
  });
  expect(events(node).sort()).toEqual(["a", "b", "c", "large"]);
  expect(node.requests).toHaveLength(3);
});

test("no more requests are under way than asked for", async () => {
  const node = new BulkNode();
  await write(node, entries(60), { batchBytes: 2000, concurrency: 3 });
  expect([node.mostAtOnce, events(node).length]).toEqual([3, 60]);
});

test("what quarantine does not take either is handed back", async () => {
  const node = new BulkNode();
  node.refuseItem = ({ id, index }) =>
    index === NAMES.quarantine ? REFUSALS.flood : id === "e1" ? REFUSALS.immenseTerm : null;
  const error = await unwrittenBy(write(node, entries(3)));
  expect([error.code, ids(error.unwritten), counts(error.written)]).toEqual([
    "OPENSEARCH_READ_ONLY",
    ["e1"],
    [2, 0, 0, 0],
  ]);
  node.refuseItem = ({ id, index }) => (index === NAMES.quarantine || id === "e1" ? REFUSALS.immenseTerm : null);
  expect((await unwrittenBy(write(node, entries(3)))).message).toContain("neither among the events nor in quarantine");
});

/** The connection breaks before or after the node took a request. */
test("a node killed at any moment: running again leaves nothing missing and nothing double", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(12), fc.boolean(), fc.integer({ min: 1, max: 3 }), async (dies, before, concurrency) => {
      const node = new BulkNode();
      const gone = (): never => {
        throw new TrailwatchError("OPENSEARCH_UNREACHABLE", "connection reset", "Check that the cluster is up.");
      };
      node.refuseRequest = (request) => (before && request >= dies ? gone() : null);
      node.afterwards = (request) => void (request >= dies && gone());
      const all = entries(30);
      const first = await write(node, all, { batchBytes: 3500, concurrency }).catch((error: unknown) => error);
      if (first instanceof UnwrittenEventsError) {
        expect(first.code).toBe("OPENSEARCH_UNREACHABLE");
        const unwritten = new Set(ids(first.unwritten));
        const taken = ids(all.slice(0, first.written.read + unwritten.size));
        const stored = new Set(events(node));
        expect(taken.filter((id) => !unwritten.has(id) && !stored.has(id))).toEqual([]);
      }
      node.refuseRequest = () => null;
      node.afterwards = () => {};
      const stood = events(node).length;
      expect(counts(await write(node, all))).toEqual([30 - stood, stood, 0, 0]);
      expect(new Set(events(node)).size).toBe(30);
    }),
    { numRuns: 60 },
  );
});

test("whatever becomes of events, each is counted once", async () => {
  const fate = fc.constantFrom("taken", "taken", "refused", "busy once", "old");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ id: fc.nat(20), fate, other: fc.boolean() }), { maxLength: 40 }),
      async (cases) => {
        const node = new BulkNode();
        const busy = new Set<string>();
        const refused = new Set(cases.filter((one) => one.fate === "refused").map(({ id }) => `e${id}`));
        const slow = new Set(cases.filter((one) => one.fate === "busy once").map(({ id }) => `e${id}`));
        node.refuseItem = ({ id, index }) => {
          if (index === NAMES.quarantine) return null;
          if (refused.has(id)) return REFUSALS.immenseTerm;
          if (!slow.has(id) || busy.has(id)) return null;
          busy.add(id);
          return REFUSALS.queueFull;
        };
        const all = cases.map(({ id, fate: what, other }) =>
          entry(`e${id}`, {
            time: what === "old" ? TIME - 9 * DAY : TIME,
            fingerprint: other ? "other" : "same",
          }),
        );
        const result = await write(node, all, { batchBytes: 2000, oldestDay: TIME - DAY });
        expect(result.read).toBe(all.length);
        expect(result.created).toBe(events(node).length);
        expect(Object.values(result.reasons).reduce((sum, count) => sum + count, 0)).toBe(result.quarantined);
      },
    ),
    { numRuns: 60 },
  );
});
