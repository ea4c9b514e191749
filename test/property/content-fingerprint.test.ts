import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { contentFingerprint } from "#adapters/files/content-fingerprint.ts";
import { canonicalJson } from "#core/normalise/index.ts";
import { cloudtrailRecord } from "../fakes/records.ts";

const of = (text: string): string => {
  const bytes = Buffer.from(`  ${text} `);
  return contentFingerprint(bytes, 2, bytes.length - 1);
};

/** Every character of every string, and of every name, as an escape. */
const escaped = (text: string): string =>
  text.replace(/"((?:[^"\\]|\\.)*)"/g, (literal) => {
    const units = [...Array((JSON.parse(literal) as string).length).keys()];
    const value = JSON.parse(literal) as string;
    return `"${units.map((at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")}"`;
  });

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
};

const json = fc.jsonValue({ maxDepth: 5, stringUnit: "grapheme" });

test("the same content has one fingerprint, whatever order, white space and escapes it has", () => {
  fc.assert(
    fc.property(json, (value) => {
      const print = of(JSON.stringify(value));
      expect(of(JSON.stringify(value, null, 2))).toBe(print);
      expect(of(JSON.stringify(reversed(value)))).toBe(print);
      expect(of(escaped(JSON.stringify(value)))).toBe(print);
    }),
    { numRuns: 500 },
  );
});

test("other content has another", () => {
  fc.assert(
    fc.property(json, json, (one, other) => {
      const same = canonicalJson(plain(one)) === canonicalJson(plain(other));
      expect(of(JSON.stringify(one)) === of(JSON.stringify(other))).toBe(same);
    }),
    { numRuns: 1_000 },
  );
  const texts = [
    "{}",
    "[]",
    '""',
    "0",
    "1",
    "-1",
    "true",
    "false",
    "null",
    '"0"',
    '"true"',
    "[[]]",
    "[{}]",
    '{"a":1,"b":2}',
    '{"a":2,"b":1}',
    '{"b":{"a":1}}',
    '{"a":{"b":1}}',
    '["a","b"]',
    '["b","a"]',
    '["ab"]',
    '["a",["b"]]',
  ];
  expect(new Set(texts.map(of)).size).toBe(texts.length);
});

test("numbers are what they say", () => {
  expect(of("[1.0,1e2,-0,12345678901234567890]")).toBe(of("[1,100,0,12345678901234567000]"));
});

test("what repeats in other records is hashed once, and counts the same", () => {
  const value = { type: "Root" };
  const prints = [1, 2].map((id) => {
    const bytes = Buffer.from(JSON.stringify({ id, userIdentity: value }));
    const start = bytes.indexOf('{"type"');
    return contentFingerprint(bytes, 0, bytes.length, { start, end: bytes.length - 1, value });
  });
  expect(prints).toEqual([1, 2].map((id) => of(JSON.stringify({ userIdentity: value, id }))));
});

test("bytes that are no JSON have a fingerprint too", () => {
  const record = JSON.stringify(cloudtrailRecord());
  const broken = [record.replace(":{", ":{x"), record.slice(0, -1), `${record}x`, '{"a" 1}', "[1", '"', "", '["\\x"]'];
  for (const text of broken) expect(of(text)).not.toBe(of(record));
  expect(of(broken[0] as string)).toBe(of(broken[0] as string));
  expect(of("[".repeat(1_000) + "]".repeat(1_000))).not.toBe(of("[".repeat(1_001) + "]".repeat(1_001)));
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
