import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { type LoggedRecord, recordsOf, type SmallWorld, worldOf } from "./small-world.ts";

const world = worldOf(6, 6, 7);
const all = [...recordsOf(world)];
const unique = new Map(all.map(({ record }) => [record.eventID, record]));

const fingerprint = (of: SmallWorld): string => {
  const hash = createHash("sha256");
  for (const [path, text] of of.files) hash.update(path).update("\0").update(text).update("\0");
  return hash.digest("hex");
};

test("the counts of the truth are the counts of the files", () => {
  const { truth, files } = world;
  expect(all.length).toBe(truth.events + truth.duplicates);
  expect(unique.size).toBe(truth.events);
  const byAccount: Record<string, number> = {};
  for (const record of unique.values())
    byAccount[record.recipientAccountId] = (byAccount[record.recipientAccountId] ?? 0) + 1;
  expect(byAccount).toEqual(truth.eventsByAccount);
  const kinds = (kind: string): number => [...files.keys()].filter((path) => path.includes(`/${kind}/`)).length;
  expect(kinds("CloudTrail")).toBe(truth.files.log);
  expect(kinds("CloudTrail-Insight")).toBe(truth.files.insight);
  expect(kinds("CloudTrail-Digest")).toBe(truth.files.digest);
  expect(truth.duplicates).toBeGreaterThan(0);
});

test("repeats are the same record again, in another file", () => {
  const places = new Map<string, { path: string; record: LoggedRecord }[]>();
  for (const entry of all) places.set(entry.record.eventID, [...(places.get(entry.record.eventID) ?? []), entry]);
  const repeated = [...places.values()].filter((entries) => entries.length > 1);
  expect(repeated.length).toBe(world.truth.duplicates);
  for (const [first, second] of repeated) {
    expect(second?.record).toEqual(first?.record);
    expect(second?.path).not.toBe(first?.path);
  }
});

test("the same seed gives the same bytes, another seed another world", () => {
  const small = fingerprint(worldOf(2, 2, 3));
  expect(fingerprint(worldOf(2, 2, 3))).toBe(small);
  expect(fingerprint(worldOf(2, 2, 4))).not.toBe(small);
});

test("paths are CloudTrail's, and each record is in the file of its account and region", () => {
  const pattern =
    /^AWSLogs\/o-[a-z0-9]{10}\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4}\/\d\d\/\d\d)\/\1_CloudTrail_\2_(\d{8})T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/;
  for (const { path, record } of all) {
    const match = pattern.exec(path);
    if (!match) throw new Error(`not CloudTrail's: ${path}`);
    if (record.recipientAccountId !== match[1] || record.awsRegion !== match[2])
      throw new Error(`${record.eventID} is in ${path}`);
    if (match[3]?.replaceAll("/", "") !== match[4])
      throw new Error(`the folder and the name differ in their day: ${path}`);
  }
});

test("late files are named, and their events are old when they arrive", () => {
  expect(world.truth.lateFiles.length).toBeGreaterThan(0);
  for (const late of world.truth.lateFiles) {
    const text = world.files.get(late.path);
    const times = (JSON.parse(text ?? "null") as { Records: LoggedRecord[] }).Records.map(
      (record) => record.eventTime,
    ).sort();
    expect(times).toHaveLength(late.records);
    expect([times[0], times.at(-1)]).toEqual([late.oldest, late.newest]);
    expect(Date.parse(late.delivered) - Date.parse(late.newest)).toBeGreaterThan(5 * 3_600_000);
  }
});

test("the outage is silent, before and after it there is something", () => {
  const { outage } = world.truth;
  if (!outage) throw new Error("this world should have an outage");
  const times = [...unique.values()]
    .filter((record) => record.recipientAccountId === outage.account)
    .map((record) => record.eventTime);
  expect(times.filter((time) => time >= outage.start && time < outage.end)).toEqual([]);
  expect(times.some((time) => time < outage.start)).toBe(true);
  expect(times.some((time) => time >= outage.end)).toBe(true);
  expect(outage.lostRecords).toBeGreaterThan(0);
});

test("an action across accounts is in both, with one shared id", () => {
  const copies = new Map<string, LoggedRecord[]>();
  for (const record of unique.values()) {
    if (record.eventName !== "AssumeRole" || record.userIdentity.type === "AWSService" || !record.sharedEventID)
      continue;
    copies.set(record.sharedEventID, [...(copies.get(record.sharedEventID) ?? []), record]);
  }
  expect(copies.size).toBeGreaterThan(10);
  for (const [first, second, ...more] of copies.values()) {
    expect(more).toEqual([]);
    expect(second?.recipientAccountId).not.toBe(first?.recipientAccountId);
    expect(second?.["requestParameters"]).toEqual(first?.["requestParameters"]);
  }
});

test("digest files name the files of their hour by their hash, and the digest before", () => {
  const digests = [...world.files].filter(([path]) => path.includes("/CloudTrail-Digest/"));
  let named = 0;
  let previous: string | null = null;
  for (const [path, text] of digests) {
    const digest = JSON.parse(text);
    expect(digest.digestS3Object).toBe(path);
    expect(digest.previousDigestHashValue).toBe(previous);
    previous = createHash("sha256").update(text).digest("hex");
    for (const file of digest.logFiles) {
      named++;
      expect(
        createHash("sha256")
          .update(world.files.get(file.s3Object) ?? "")
          .digest("hex"),
      ).toBe(file.hashValue);
    }
  }
  expect(named).toBeGreaterThan(5);
});

test("organization.json lists every account that has records, with its unit", () => {
  const file = JSON.parse(world.files.get("organization.json") ?? "null");
  const ids = file.Accounts.map((account: { Id: string }) => account.Id);
  for (const id of Object.keys(world.truth.eventsByAccount)) expect(ids).toContain(id);
  const units = new Set(file.OrganizationalUnits.map((unit: { Path: string }) => unit.Path));
  units.add(`${file.Organization.Id}/${file.Roots[0].Id}/`);
  for (const account of file.Accounts) expect(units).toContain(account.Paths[0]);
});

test("impossible worlds are refused with the value", () => {
  expect(() => worldOf(0, 3, 1)).toThrow("at least one account, not 0");
  expect(() => worldOf(3, 0.5, 1)).toThrow("at least one whole day, not 0.5");
  expect(() => worldOf(3, 3, 1.5)).toThrow("whole number, not 1.5");
});
