import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type EventDetails, toDocument } from "#adapters/opensearch/documents/event-document.ts";
import { documentText } from "#adapters/opensearch/documents/event-text.ts";
import {
  type RestTexts,
  restValue,
  searchableRest,
  searchableRestText,
} from "#adapters/opensearch/documents/searchable-rest.ts";
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
  const part = fc.jsonValue().map((value) => JSON.stringify(value));
  const rest = fc.option(fc.record({ request: part, error: part, additional: part }, { requiredKeys: [] }), {
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

/** As it would be written if it were built; equal to the letter, since an index refuses a name that stands twice. */
const restOf = (rest: RestTexts): string | undefined => JSON.stringify(searchableRest(restValue(rest)));

/** What parsing would change, or a document may not hold: each inside what may stand as it is. */
const SUSPECT = [
  '"a\\u0000b"',
  '"\\ud800"',
  '"\ud83d\udea8"',
  '"\u2028\u2029"',
  '"\\u2028"',
  '"\x7f"',
  '"a\\/b"',
  '"tab\tinside"',
  "-0",
  "-1",
  "1.0",
  "1e3",
  "1e999",
  "007",
  "123456789012345",
  "12345678901234567890",
  "null",
  "{}",
  "[]",
  "[[1],2]",
  '{"a":{}}',
  '{"__proto__":1}',
  '{"constructor":{"prototype":1}}',
  '{"a":1,"a":2}',
  '{"b":1,"2":2,"1":3}',
  '{"a":1,"A":2,"ab":{"a":3}}',
  '{"":1}',
  '{"a b":1,"a.b":2,"é":3}',
  '{"a": 1}',
  '{"a":1,}',
  '{"a":1',
  "[1,]",
  "tru",
  "truex",
  "false",
  "x",
  '"',
  "",
  `"${"x".repeat(1_000)}"`,
  `"${"x".repeat(1_001)}"`,
  `{"${"n".repeat(200)}":1}`,
  `{"${"n".repeat(201)}":1}`,
  `{${Array.from({ length: 199 }, (_, n) => `"n${n}":${n}`).join(",")}}`,
  `{${Array.from({ length: 300 }, (_, n) => `"n${n}":${n}`).join(",")}}`,
  `[${Array.from({ length: 300 }, () => '{"a":1}').join(",")}]`,
  ...[3, 4, 5, 6].map((levels) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`),
  ...[4, 5].map((levels) => `${'{"a":['.repeat(levels)}1${"]}".repeat(levels)}`),
];

test("what may be searched is the same from the text of a record as from its value", () => {
  for (const one of SUSPECT) {
    for (const text of [one, `{"x":${one}}`, `{"x":[${one},"y"],"z":true}`, `[{"x":${one}}]`]) {
      expect(searchableRestText({ request: text })).toEqual(restOf({ request: text }));
      expect(searchableRestText({ error: '"e"', additional: text })).toEqual(
        restOf({ error: '"e"', additional: text }),
      );
    }
  }
});

test("what may be searched is cut the same way as text", () => {
  const any = fc.oneof(
    fc.jsonValue({ maxDepth: 9, noNullPrototype: true } as object),
    fc.array(fc.array(fc.jsonValue({ maxDepth: 2 }))),
    fc.dictionary(fc.constantFrom("__proto__", "constructor", "a b", "x".repeat(300), "é", "1", ""), fc.jsonValue()),
    fc.dictionary(fc.string({ unit: "grapheme-ascii", maxLength: 4 }), fc.oneof(fc.nat(), fc.string(), fc.boolean())),
    fc.constant(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`n${n}`, n % 3 ? "v" : [n, { n }]]))),
    fc.constant({ long: ["x".repeat(3_000)], bad: "a\0b\ud800c" }),
  );
  const text = fc.oneof(
    any.map((value) => JSON.stringify(value)),
    any.map((value) => JSON.stringify(value, null, 1)),
    fc.constantFrom(...SUSPECT),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.record({ request: text, error: text, additional: text }, { requiredKeys: [] }), (rest) => {
      expect(searchableRestText(rest)).toEqual(restOf(rest));
    }),
    { numRuns: 2_000 },
  );
});
