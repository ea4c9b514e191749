import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { BUCKET, HOUR, MINUTE } from "#core/domain/time.ts";
import type { EventFacets, EventQuery, KeySharers } from "#core/ports/event-store.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { generatedEvents } from "../fakes/usage-events.ts";
import { whileTimeLasts } from "../fakes/while-time-lasts.ts";
import type { OpenEventStore, OpenStore } from "./event-store.ts";

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

export interface ComparedStore extends OpenStore {
  /** Other ways to the same facets, which the store takes where there is much. */
  readonly facetsOtherwise?: readonly ((query: EventQuery) => Promise<EventFacets>)[];
}

/** A store gives the answers of the one in memory, whatever the events and the question. */
export function answersLikeMemory(
  name: string,
  open: (...args: Parameters<OpenEventStore>) => Promise<ComparedStore>,
): void {
  test(`${name} answers what the store in memory answers, whatever the events and the question`, async () => {
    const risky = (_: string, action: string): boolean => /^(Run|Create|Delete)/.test(action);
    await fc.assert(
      fc.asyncProperty(
        generatedEvents,
        fc.array(query, { minLength: 1, maxLength: 4 }),
        whileTimeLasts(20_000, async (entries, queries) => {
          const memory = new MemoryEventStore(entries, risky);
          const { store, facetsOtherwise = [], close } = await open(entries, risky);
          try {
            expect(await store.span()).toEqual(await memory.span());
            expect(await store.coverage()).toEqual(await memory.coverage());
            expect(await store.spend()).toEqual(await memory.spend());
            expect(await all(store.deliveries(BUCKET))).toEqual(await all(memory.deliveries(BUCKET)));
            expect(await all(store.firstSeen())).toEqual(await all(memory.firstSeen()));
            for (const [kind, values] of Object.entries(SHARED) as [keyof typeof SHARED, readonly string[]][]) {
              expect(byValue(await store.sharers(kind, values))).toEqual(byValue(await memory.sharers(kind, values)));
            }
            for (const asked of [{}, ...queries]) {
              expect(await store.events(asked, 30)).toEqual(await memory.events(asked, 30));
              expect(await store.occurrences(asked)).toEqual(await memory.occurrences(asked));
              const facets = await memory.facets(asked);
              expect(await store.facets(asked)).toEqual(facets);
              for (const otherwise of facetsOtherwise) expect(await otherwise(asked)).toEqual(facets);
            }
          } finally {
            await close();
          }
        }),
      ),
      { numRuns: 25 },
    );
  }, 60_000);
}
