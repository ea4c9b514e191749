import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { contentFingerprint } from "#adapters/files/content-fingerprint.ts";
import { RecordReader } from "#adapters/files/record-reader.ts";
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

test("the kernel's is the same", () => {
  const reader = new RecordReader();
  const both = (bytes: Buffer): void =>
    expect(reader.contentFingerprint(bytes, 2, bytes.length - 1)).toBe(contentFingerprint(bytes, 2, bytes.length - 1));
  const pieces = [
    '"',
    '\\"',
    "\\\\",
    "\\u0041",
    "\\ud83d\\udea8",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "a",
    "1",
    "-1.5",
    "0",
  ];
  const texts = fc.oneof(
    json.map((value) => JSON.stringify(value)),
    json.map((value) => JSON.stringify(value, null, 1)),
    json.map((value) => escaped(JSON.stringify(value))),
    fc.array(fc.constantFrom(...pieces)).map((some) => some.join("")),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom("", ",", "}", '"'), (text, behind) => both(Buffer.from(`  ${text}${behind} `))),
    { numRuns: 3_000 },
  );
  for (const levels of [63, 64, 65, 66]) both(Buffer.from(`  ${"[".repeat(levels)}${"]".repeat(levels)} `));
  both(Buffer.from(`  ${JSON.stringify(cloudtrailRecord({ a: "x".repeat(300_000), b: '"'.repeat(300_000) }))} `));
});

test("bytes that are no JSON have a fingerprint too", () => {
  const record = JSON.stringify(cloudtrailRecord());
  const broken = [record.replace(":{", ":{x"), record.slice(0, -1), `${record}x`, '{"a" 1}', "[1", '"', "", '["\\x"]'];
  for (const text of broken) expect(of(text)).not.toBe(of(record));
  expect(of(broken[0] as string)).toBe(of(broken[0] as string));
  expect(of("[".repeat(1_000) + "]".repeat(1_000))).not.toBe(of("[".repeat(1_001) + "]".repeat(1_001)));
});

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
