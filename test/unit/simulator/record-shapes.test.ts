import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { type LoggedRecord, recordsOf, worldOf } from "./small-world.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/cloudtrail");
const read = (name: string): LoggedRecord[] => JSON.parse(readFileSync(join(FIXTURES, name), "utf8")).Records;
const sample = read("normal_5min_opensearch_catalog.json");
const real = [
  ...sample,
  ...readdirSync(join(FIXTURES, "stratus")).flatMap((name) => read(`stratus/${name}`)),
  ...read("traildiscover_one_per_api.json"),
].filter((record) => typeof record.eventID === "string" && record.userIdentity);

const simulated = [...recordsOf(worldOf(12, 3, 5))].map(({ record }) => record);

/** A kind of record: what is called, by whom in what way, and whether it failed. */
const kind = (record: LoggedRecord): string =>
  [
    record.eventSource,
    record.eventName,
    record.userIdentity.type,
    record.userIdentity.invokedBy ? "service" : "",
    record.errorCode ? "failed" : "",
  ].join(" ");

const byKind = (records: readonly LoggedRecord[]): Map<string, LoggedRecord[]> => {
  const groups = new Map<string, LoggedRecord[]>();
  for (const record of records) {
    const group = groups.get(kind(record));
    if (group) group.push(record);
    else groups.set(kind(record), [record]);
  }
  return groups;
};

/** Fields that came or went with CloudTrail's versions, or that only some bucket, trail or endpoint has. */
const VARYING = new Set([
  "tlsDetails",
  "apiVersion",
  "vpcEndpointId",
  "sharedEventID",
  "sessionCredentialFromConsole",
  "errorMessage",
  "resources",
  "additionalEventData",
]);

test("records have the top-level fields that real records of their kind have", () => {
  const ours = byKind(simulated);
  const compared: string[] = [];
  for (const [name, examples] of byKind(real)) {
    const own = ours.get(name);
    if (!own) continue;
    compared.push(name);
    const always = Object.keys(examples[0] ?? {}).filter(
      (field) => !VARYING.has(field) && examples.every((record) => field in record),
    );
    for (const record of own) {
      const missing = always.filter((field) => !(field in record));
      if (missing.length > 0) throw new Error(`${name}: ${record.eventID} lacks ${missing.join(", ")}`);
    }
  }
  expect(compared.length).toBeGreaterThan(30);
});

test("no record has a top-level field that CloudTrail does not have", () => {
  const known = new Set([
    ...real.flatMap((record) => Object.keys(record)),
    "serviceEventDetails",
    "sessionCredentialFromConsole",
    "vpcEndpointId",
    "additionalEventData",
  ]);
  const fields = new Set(simulated.flatMap((record) => Object.keys(record)));
  expect([...fields].filter((field) => !known.has(field))).toEqual([]);
});

test("identities have the fields of real ones", () => {
  const shapes = (records: readonly LoggedRecord[], type: string): Set<string> =>
    new Set(
      records
        .filter((record) => record.userIdentity.type === type)
        .flatMap((record) => Object.keys(record.userIdentity)),
    );
  for (const type of ["AssumedRole", "IAMUser", "AWSService"]) {
    const known = shapes(real, type);
    expect([...shapes(simulated, type)].filter((field) => !known.has(field))).toEqual([]);
  }
});

test("the sweep of AWS Config is the one of the five-minute sample: same calls, same failures", () => {
  const sweep = (records: readonly LoggedRecord[]): string[] => {
    const calls = records.filter(
      (record) => record.userIdentity.invokedBy === "AWS Internal" && record.eventSource === "s3.amazonaws.com",
    );
    return [...new Set(calls.map((record) => `${record.eventName} ${record.errorCode ?? ""}`))].sort();
  };
  const seen = new Set(sweep(sample));
  const made = sweep(simulated);
  expect(made.filter((call) => !seen.has(call)).every((call) => call.endsWith(" "))).toBe(true);
  expect(new Set(made.map((call) => call.split(" ")[0]))).toEqual(
    new Set(
      sweep(sample)
        .map((call) => call.split(" ")[0])
        .filter((name) => name !== "GetBucketLocation"),
    ),
  );
});

test("ids look like AWS's", () => {
  for (const record of simulated) {
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(record.eventID))
      throw new Error(record.eventID);
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(record.eventTime)) throw new Error(record.eventTime);
    if (!/^\d{12}$/.test(record.recipientAccountId)) throw new Error(record.recipientAccountId);
  }
  const launches = simulated.filter((record) => record.eventName === "RunInstances" && !record.errorCode);
  expect(launches.length).toBeGreaterThan(20);
  for (const launch of launches) {
    for (const item of launch["responseElements"].instancesSet.items) {
      expect(item.instanceId).toMatch(/^i-0[0-9a-f]{16}$/);
      expect(item.instanceType).toBe(launch["requestParameters"].instanceType);
    }
  }
});
