import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type EventDetails, toDocument } from "#adapters/opensearch/documents/event-document.ts";
import { documentText } from "#adapters/opensearch/documents/event-text.ts";
import { searchableRest, searchableRestText } from "#adapters/opensearch/documents/searchable-rest.ts";
import type { AccountContext } from "#core/domain/account.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import { generatedEvents, sampleEvent } from "../fakes/usage-events.ts";

const ACCOUNT: AccountContext = {
  id: "111111111111",
  alias: 'shop "one"',
  type: "production",
  ouPath: "/Workloads",
  costCenter: null,
  owner: "ana",
  tags: {},
  known: true,
};
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("an event's JSON is that of its document", () => {
  const rest = fc.option(fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, unknown>>, {
    nil: undefined,
  });
  fc.assert(
    fc.property(generatedEvents, rest, fc.boolean(), (entries, given, placed) => {
      for (const { event, counted } of entries) {
        const details: EventDetails = {
          counted,
          fingerprint: "f",
          firsts: firstSeenValues(event, counted, () => true),
          ...(given === undefined ? {} : { rest: given }),
          ...(placed ? { place: { file: "logs/it's", record: 7 }, deliveredAt: 5, indexedAt: 9 } : {}),
        };
        expect(JSON.parse(documentText(event, ACCOUNT, details))).toEqual(plain(toDocument(event, ACCOUNT, details)));
      }
    }),
    { numRuns: 100 },
  );
});

test("a long text is no different, wherever it stands and whatever was written before", () => {
  const long = "🚨".repeat(1_500);
  const sample = sampleEvent({ id: "e" });
  const details: EventDetails = { counted: true, fingerprint: "f", firsts: [] };
  const events = [
    sampleEvent({ id: long }),
    sampleEvent({ id: "e", principal: { ...sample.principal, session: long } }),
    sampleEvent({ id: "e", resources: ["a", long] }),
    sampleEvent({ id: "e", origin: { ...sample.origin, userAgent: long } }),
  ];
  for (const event of [...events, sample, ...events]) {
    expect(JSON.parse(documentText(event, ACCOUNT, details))).toEqual(plain(toDocument(event, ACCOUNT, details)));
  }
  const account = { ...ACCOUNT, owner: long };
  expect(JSON.parse(documentText(sample, account, details))).toEqual(plain(toDocument(sample, account, details)));
});

test("what may be searched is cut the same way as text", () => {
  const any = fc.oneof(
    fc.jsonValue({ maxDepth: 9, noNullPrototype: true } as object),
    fc.array(fc.array(fc.jsonValue({ maxDepth: 2 }))),
    fc.dictionary(fc.constantFrom("__proto__", "constructor", "a b", "x".repeat(300), "é", "1", ""), fc.jsonValue()),
    fc.constant(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`n${n}`, n % 3 ? "v" : [n, { n }]]))),
    fc.constant({ long: ["x".repeat(3_000)], bad: "a\0b\ud800c" }),
  );
  fc.assert(
    fc.property(any, (value) => {
      const text = searchableRestText(value);
      expect(text === undefined ? undefined : JSON.parse(text)).toEqual(
        plain(searchableRest(value) ?? null) ?? undefined,
      );
    }),
    { numRuns: 1_000 },
  );
});
