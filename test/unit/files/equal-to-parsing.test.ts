import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { RecordReader } from "#adapters/files/record-reader.ts";
import { detailNeeds, normaliseRecord } from "#core/normalise/index.ts";
import { cloudtrailRecord } from "../../fakes/records.ts";

const FIXTURES = new URL("../../fixtures/cloudtrail/", import.meta.url);
const readText = (name: string): string => readFileSync(new URL(name, FIXTURES), "utf8");

const real: readonly unknown[] = [
  ...JSON.parse(readText("normal_5min_opensearch_catalog.json")).Records,
  ...JSON.parse(readText("traildiscover_one_per_api.json")).Records,
  ...readText("panther_rule_tests.jsonl")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line).event),
];

const hash = (text: string): string => `hash of ${text}`;
const needs = (source: unknown, name: unknown) =>
  detailNeeds(typeof source === "string" ? source : "", typeof name === "string" ? name : "");

/** One reader for many records, as in a file: what it remembers of one must not show in another. */
function bothWays(reader: RecordReader, text: string): { readonly ours: unknown; readonly parsed: unknown } {
  const bytes = Buffer.from(text);
  const end = reader.scan(bytes, 0, bytes.length);
  expect(end).toBe(bytes.length);
  return {
    ours: normaliseRecord(reader.read(bytes, 0, end, needs), hash),
    parsed: normaliseRecord(JSON.parse(text), hash),
  };
}

test("every real record is read as if it had been parsed as a whole", () => {
  const reader = new RecordReader();
  expect(real.length).toBeGreaterThan(1500);
  for (const record of real) {
    for (const text of [JSON.stringify(record), JSON.stringify(record, null, 2)]) {
      const { ours, parsed } = bothWays(reader, text);
      expect(ours).toEqual(parsed);
    }
  }
});

const fields = Object.keys(cloudtrailRecord());
const value = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom("", "RunInstances", "eu-west-1", "true", "1", "2026-11-03T02:14:01Z"),
  fc.jsonValue({ maxDepth: 3 }),
);
const changes = fc.dictionary(
  fc.oneof(fc.constantFrom(...fields, "errorCode", "sharedEventID", "__proto__"), fc.string()),
  value,
  {
    maxKeys: 6,
  },
);

test("records with any values in any fields are read as if parsed as a whole", () => {
  const reader = new RecordReader();
  fc.assert(
    fc.property(changes, fc.constantFrom(...real.slice(0, 200)), fc.shuffledSubarray(fields), (change, base, drop) => {
      const record: Record<string, unknown> = { ...(base as object), ...change };
      for (const field of drop.slice(0, 2)) if (!(field in change)) delete record[field];
      const { ours, parsed } = bothWays(reader, JSON.stringify(record));
      expect(ours).toEqual(parsed);
    }),
    { numRuns: 1500 },
  );
});

test.each([
  [
    "a field named twice counts as it stands last",
    '{"eventName":"A","eventID":"x","eventName":"B","eventTime":"2026-11-03T02:14:00Z","eventSource":"ec2.amazonaws.com"}',
  ],
  [
    "an escaped name is a name",
    '{"event\\u004eame":"B","eventID":"x","eventTime":"2026-11-03T02:14:00Z","eventSource":"ec2.amazonaws.com"}',
  ],
  [
    "a number may go on where the last one ended",
    '{"eventName":"B","managementEvent":12,"eventID":"x","eventTime":"2026-11-03T02:14:00Z","eventSource":"ec2.amazonaws.com"}',
  ],
  ["an empty object", "{}"],
  ["an identity named twice", `{"userIdentity":{"type":"Root"},${JSON.stringify(cloudtrailRecord()).slice(1)}`],
])("%s", (_name, text) => {
  const reader = new RecordReader();
  bothWays(reader, text.replace('"managementEvent":12', '"managementEvent":1'));
  const { ours, parsed } = bothWays(reader, text);
  expect(ours).toEqual(parsed);
});
