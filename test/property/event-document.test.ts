import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type EventDetails,
  type EventDocument,
  firstsFields,
  fromDocument,
  toDocument,
} from "#adapters/opensearch/documents/event-document.ts";
import { termOf } from "#adapters/opensearch/documents/long-text.ts";
import { searchableRest } from "#adapters/opensearch/documents/searchable-rest.ts";
import type { AccountContext } from "#core/domain/account.ts";
import { estimatesOf, mergeCost } from "#core/pricing/merged-cost.ts";
import { generatedEvents, launched, sampleEvent } from "../fakes/usage-events.ts";

const ACCOUNT: AccountContext = {
  id: "111111111111",
  alias: "shop",
  type: "production",
  ouPath: "/Workloads",
  costCenter: null,
  owner: null,
  tags: {},
  known: true,
};
const DETAILS: EventDetails = { counted: true, fingerprint: "f", firsts: [] };

/** As a cluster gives `_source` back. */
const stored = (document: EventDocument): EventDocument => JSON.parse(JSON.stringify(document)) as EventDocument;

test("an event comes back from its document as it was", () => {
  fc.assert(
    fc.property(generatedEvents, (entries) => {
      for (const { event, counted } of entries) {
        expect(fromDocument(stored(toDocument(event, ACCOUNT, { ...DETAILS, counted })))).toEqual(event);
      }
    }),
    { numRuns: 200 },
  );
});

test("long texts stand in a document by what they are searched by, and come back whole", () => {
  const long = (first: string): string => `${first}${"🚨".repeat(20_000)}`;
  const sample = sampleEvent({ id: "e" });
  const event = sampleEvent({
    id: "e",
    principal: { ...sample.principal, id: long("id"), session: long("session") },
    resources: ["short", long("resource"), long("another")],
    quantities: [launched(2, long("item"))],
  });
  const document = stored(
    toDocument(event, ACCOUNT, { ...DETAILS, firsts: [{ dimension: "principal", value: long("id") }] }),
  );
  expect(fromDocument(document)).toEqual(event);
  expect(document.principal).toBe(termOf(long("id")));
  expect(document.resources).toEqual(["short", termOf(long("resource")), termOf(long("another"))]);
  expect(new Set(document.resources).size).toBe(3);
  expect(document.firsts).toEqual(firstsFields([{ dimension: "principal", value: long("id") }]).firsts);
  const { event: _, rest, ...fields } = document;
  expect(JSON.stringify(fields).length).toBeLessThan(5000);
});

test("several estimates come back added up, whatever their size", () => {
  const nanos = fc.bigInt(0n, 400_000_000_000_000_000n);
  const estimate = fc.oneof(
    fc.record({
      kind: fc.constant("rate" as const),
      direction: fc.constantFrom("added", "removed"),
      lowPerHour: nanos,
      highPerHour: nanos,
      basis: fc.subarray(["list price", "on demand"]),
    }),
    fc.record({ kind: fc.constant("once" as const), low: nanos, high: nanos, basis: fc.subarray(["requests"]) }),
    fc.record({
      kind: fc.constant("unpriced" as const),
      direction: fc.constant("added" as const),
      reason: fc.constantFrom("no price", ""),
    }),
  );
  fc.assert(
    fc.property(fc.array(estimate, { maxLength: 2 }), (cost) => {
      const event = sampleEvent({ id: "e", cost });
      expect(fromDocument(stored(toDocument(event, ACCOUNT, DETAILS))).cost).toEqual(estimatesOf(mergeCost(cost), []));
    }),
  );
});

test("what no database can keep in a text is replaced wherever it stands", () => {
  const bad = "a\0b\ud800c";
  const good = "a\u2400b\ufffdc";
  const { principal, origin } = sampleEvent({ id: "" });
  const withText = (text: string) =>
    sampleEvent({
      id: text,
      account: text,
      region: text,
      service: text,
      action: text,
      errorCode: text,
      principal: { ...principal, id: text, name: text, arn: text, session: text, accessKeyId: text, account: text },
      origin: { ...origin, invokedBy: text, sourceIp: text, network: text, userAgent: text, vpcEndpointId: text },
      resources: [text],
      quantities: [
        {
          kind: "instances",
          change: "added",
          amount: 1,
          item: text,
          purchase: null,
          resourceIds: [text],
          attributes: { [text]: text },
        },
      ],
      counterparties: [text],
      sharedEventId: text,
      requestId: text,
      cost: [
        { kind: "rate", direction: "added", lowPerHour: 1n, highPerHour: 2n, basis: [text] },
        { kind: "unpriced", direction: "added", reason: text },
      ],
    });
  const account = { ...ACCOUNT, alias: bad, ouPath: bad, costCenter: bad, owner: bad };
  const details = { ...DETAILS, firsts: [{ dimension: "tool" as const, value: bad }], place: { file: bad, record: 1 } };
  const document = stored(
    toDocument(withText(bad), account, { ...details, rest: { request: JSON.stringify({ [bad]: bad }) } }),
  );
  expect(fromDocument(document)).toEqual(withText(good));
  const { firsts, item_amounts, made_ids, started_ids, ...texts } = document;
  expect([firsts, item_amounts, made_ids, started_ids]).toEqual([
    [`tool\0${good}`],
    [`instances ${good}\0${1}`],
    [`instances\0${good}`],
    undefined,
  ]);
  expect(JSON.stringify(texts)).not.toMatch(/\\u0000|\\ud800/);
});

test("whatever a record holds becomes an object that can be indexed", () => {
  const depth = (value: unknown): number =>
    typeof value !== "object" || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depth));
  const leaves = (value: unknown): readonly unknown[] =>
    typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 9, noNullPrototype: true } as object), (value) => {
      const rest = searchableRest(value);
      if (rest === undefined) return;
      expect(Array.isArray(rest)).toBe(false);
      expect(depth(rest)).toBeLessThanOrEqual(7);
      for (const leaf of leaves(rest)) expect(["string", "number", "boolean"]).toContain(typeof leaf);
    }),
  );
});

test("the rest is cut: long texts, deep objects, many values", () => {
  expect(searchableRest("DEFAULT")).toEqual({ value: "DEFAULT" });
  expect(searchableRest([["a"], { b: null }, []])).toEqual({ value: ["a"] });
  expect(searchableRest(null)).toBeUndefined();
  expect(searchableRest({ "": 1, empty: {}, long: "x".repeat(40_000) })).toEqual({ _: 1, long: "x".repeat(1000) });
  expect(searchableRest({ a: { b: { c: { d: { e: { f: { g: 1 } } } } } } })).toEqual({
    a: { b: { c: { d: { e: { f: '{"g":1}' } } } } },
  });
  expect(
    Object.keys(searchableRest(Object.fromEntries(Array.from({ length: 999 }, (_, n) => [n, n]))) ?? {}),
  ).toHaveLength(200);
  expect(searchableRest(JSON.parse('{"__proto__": {"constructor": 1}}'))).toEqual({ __proto___: { constructor_: 1 } });
});
