import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { openDictionaries } from "#adapters/duckdb/dictionary.ts";
import { DuckDbEventStore } from "#adapters/duckdb/duckdb-event-store.ts";
import { readFacets } from "#adapters/duckdb/event-facets.ts";
import { BUCKET, HOUR, MINUTE } from "#core/domain/time.ts";
import type { EventQuery, KeySharers } from "#core/ports/event-store.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { generatedEvents } from "../fakes/usage-events.ts";
import { eventStoreContract, type OpenEventStore } from "./event-store.ts";

const openMemory: OpenEventStore = async (entries, riskyAction) => ({
  store: new MemoryEventStore(entries, riskyAction),
  close: async () => {},
});

const openDuckDb = async (...[entries, riskyAction]: Parameters<OpenEventStore>) => {
  const instance = await filledDuckDb(entries);
  const store = await DuckDbEventStore.open(instance, { riskyAction });
  const connection = await instance.connect();
  return {
    store,
    facetsFromLargeDictionaries: (query: EventQuery) => readFacets(connection, openDictionaries(connection, 0), query),
    facetsOfManyCallers: (query: EventQuery) => readFacets(connection, openDictionaries(connection, 0), query, 0),
    close: async () => {
      connection.closeSync();
      await store.close();
      instance.closeSync();
    },
  };
};

eventStoreContract("in memory", openMemory);
eventStoreContract("DuckDB", openDuckDb);

const START = Date.UTC(2026, 10, 2, 23, 30);

const some = (...values: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...values]);

const fullQuery: fc.Arbitrary<Required<EventQuery>> = fc.record({
  window: fc.nat(180).map((minute) => ({ start: START + minute * MINUTE, end: START + minute * MINUTE + HOUR })),
  accounts: some("111111111111", "222222222222", "it's"),
  regions: some("global", "eu-west-1", "us-east-1"),
  accessKeys: some("AKIA1", "ASIA2"),
  sessions: some("deploy", "ana", "'; drop table events; --", "🚨 page"),
  networks: some("203.0.113.0/24", "ec2.amazonaws.com"),
  tools: some("console", "terraform", "sdk"),
  resources: some("function/resize", "bucket/logs", "it's"),
  principals: some("arn:aws:iam::111111111111:user/ana", "arn:aws:iam::222222222222:role/deploy"),
  ids: some("00000000-0000-4000-8000-000000000000"),
  counted: fc.constant(true as const),
  filter: fc.record(
    {
      outcomes: fc.subarray(["success", "denied"] as const),
      marks: fc.subarray(["root", "cross-account", "secret-read"] as const),
      readOnly: fc.boolean(),
      quantities: fc.subarray(["instances", "volumes", "object-reads"] as const),
      quantityChange: fc.constantFrom("added", "used", "removed"),
      services: some("ec2", "iam", "s3"),
    } as const,
    { requiredKeys: [] },
  ),
});

/** Few conditions at once, so that questions find something. */
const query: fc.Arbitrary<EventQuery> = fullQuery.chain((full) =>
  fc
    .subarray(Object.keys(full) as (keyof EventQuery)[], { minLength: 1, maxLength: 2 })
    .map((keys) => Object.fromEntries(keys.map((key) => [key, full[key]]))),
);

const SHARED = {
  network: ["203.0.113.0/24", "ec2.amazonaws.com"],
  session: ["deploy", "ana", "'; drop table events; --", "🚨 page"],
  resource: ["function/resize", "bucket/logs", "it's"],
} as const;

const byValue = (sharers: readonly KeySharers[]): KeySharers[] =>
  [...sharers].sort((a, b) => (a.value < b.value ? -1 : 1));

const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
};

test("DuckDB answers what the store in memory answers, whatever the events and the question", async () => {
  const risky = (_: string, action: string): boolean => /^(Run|Create|Delete)/.test(action);
  await fc.assert(
    fc.asyncProperty(generatedEvents, fc.array(query, { minLength: 1, maxLength: 4 }), async (entries, queries) => {
      const memory = await openMemory(entries, risky);
      const duckdb = await openDuckDb(entries, risky);
      try {
        expect(await duckdb.store.span()).toEqual(await memory.store.span());
        expect(await duckdb.store.coverage()).toEqual(await memory.store.coverage());
        expect(await duckdb.store.spend()).toEqual(await memory.store.spend());
        expect(await all(duckdb.store.deliveries(BUCKET))).toEqual(await all(memory.store.deliveries(BUCKET)));
        expect(await all(duckdb.store.firstSeen())).toEqual(await all(memory.store.firstSeen()));
        for (const [kind, values] of Object.entries(SHARED) as [keyof typeof SHARED, readonly string[]][]) {
          const memorys = await memory.store.sharers(kind, values);
          expect(byValue(await duckdb.store.sharers(kind, values))).toEqual(byValue(memorys));
        }
        for (const asked of [{}, ...queries]) {
          expect(await duckdb.store.events(asked, 30)).toEqual(await memory.store.events(asked, 30));
          expect(await duckdb.store.occurrences(asked)).toEqual(await memory.store.occurrences(asked));
          const facets = await memory.store.facets(asked);
          expect(await duckdb.store.facets(asked)).toEqual(facets);
          expect(await duckdb.facetsFromLargeDictionaries(asked)).toEqual(facets);
          expect(await duckdb.facetsOfManyCallers(asked)).toEqual(facets);
        }
      } finally {
        await duckdb.close();
      }
    }),
    { numRuns: 25, interruptAfterTimeLimit: 20_000 },
  );
}, 60_000);
