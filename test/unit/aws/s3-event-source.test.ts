import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { mayHoldBelow } from "#adapters/s3/prefix.ts";
import { parseS3Url, S3EventSource } from "#adapters/s3/s3-event-source.ts";
import type { ReadSelection } from "#core/ports/event-source.ts";

const ROOT = "AWSLogs/o-abcdefghij";
const file = (account: string, region: string, day: string, folder = "CloudTrail"): string =>
  `${ROOT}/${account}/${folder}/${region}/${day}/${account}_CloudTrail_${region}_${day.replaceAll("/", "")}T0005Z_abcdefghij123456.json.gz`;

const KEYS = [
  file("111111111111", "eu-west-1", "2026/10/31"),
  file("111111111111", "eu-west-1", "2026/11/01"),
  file("111111111111", "eu-west-1", "2026/11/02"),
  file("111111111111", "us-east-1", "2026/11/01"),
  file("111111111111", "eu-west-1", "2026/11/01", "CloudTrail-Digest"),
  file("222222222222", "eu-west-1", "2026/11/01"),
  "notes/readme.txt",
].sort();

const s3 = mockClient(S3Client);
const listed: string[] = [];

/** Answers like the service, two keys a page. */
function serveKeys(): void {
  s3.on(ListObjectsV2Command).callsFake(({ Prefix = "", Delimiter, ContinuationToken = "0" }) => {
    listed.push(Prefix);
    const entries = new Map<string, object>();
    for (const key of KEYS.filter((candidate) => candidate.startsWith(Prefix))) {
      const cut = Delimiter ? key.indexOf(Delimiter, Prefix.length) : -1;
      if (cut < 0) entries.set(key, { Key: key, Size: 3, ETag: '"tag"' });
      else entries.set(key.slice(0, cut + 1), { Prefix: key.slice(0, cut + 1) });
    }
    const at = Number(ContinuationToken);
    const page = [...entries.values()].slice(at, at + 2);
    return {
      Contents: page.filter((entry) => "Key" in entry),
      CommonPrefixes: page.filter((entry) => "Prefix" in entry),
      ...(at + 2 < entries.size ? { NextContinuationToken: String(at + 2) } : {}),
    };
  });
}

async function paths(selection: ReadSelection, url = "s3://trail-bucket"): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of new S3EventSource(new S3Client({}), url).files(selection)) found.push(path);
  return found;
}

beforeEach(() => {
  s3.reset();
  listed.length = 0;
  serveKeys();
});

test("without a selection everything but digests is listed flat, in key order", async () => {
  const found = await paths({});
  expect(found).toEqual(KEYS.filter((key) => !key.includes("Digest")).map((key) => `s3://trail-bucket/${key}`));
  expect(new Set(listed)).toEqual(new Set([""]));
});

test("what a selection rules out is not listed", async () => {
  const found = await paths({
    accounts: ["111111111111"],
    regions: ["eu-west-1"],
    from: Date.UTC(2026, 10, 1),
    to: Date.UTC(2026, 10, 2),
  });
  expect(found).toEqual(
    [
      `s3://trail-bucket/${file("111111111111", "eu-west-1", "2026/11/01")}`,
      // delivered the day after, where late events of the first lie
      `s3://trail-bucket/${file("111111111111", "eu-west-1", "2026/11/02")}`,
      "s3://trail-bucket/notes/readme.txt",
    ].sort(),
  );
  for (const part of ["222222222222", "us-east-1", "2026/10/", "Digest"]) {
    expect(listed.filter((prefix) => prefix.includes(part))).toEqual([]);
  }
});

test("walking and listing flat find the same files", async () => {
  expect(await paths({ from: 0 })).toEqual(await paths({}));
});

test("a month is walked for the day before it only where late files could lie", () => {
  const november = `${ROOT}/111111111111/CloudTrail/eu-west-1/2026/11/`;
  expect(mayHoldBelow(november, { to: Date.UTC(2026, 9, 31, 12) })).toBe(true);
  expect(mayHoldBelow(november, { to: Date.UTC(2026, 9, 29, 12) })).toBe(false);
  expect(mayHoldBelow(november, { from: Date.UTC(2026, 11, 1) })).toBe(false);
  expect(mayHoldBelow("anything/else/", { from: Date.UTC(2030, 0, 1) })).toBe(true);
});

const failure = (name: string, status: number): Error =>
  Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode: status } });

test.each([
  ["ExpiredToken", 400, "AWS_CREDENTIALS"],
  ["SlowDown", 503, "AWS_THROTTLED"],
  ["NoSuchBucket", 404, "AWS_NOT_FOUND"],
  ["AccessDenied", 403, "AWS_ACCESS_DENIED"],
  ["SomethingElse", 500, "AWS_FAILED"],
])("%s while listing (%i) is %s", async (name, status, code) => {
  s3.on(ListObjectsV2Command).rejects(failure(name, status));
  await expect(paths({})).rejects.toMatchObject({ code, message: expect.stringContaining("s3://trail-bucket/") });
});

test("an object that cannot be read names its key and the permission", async () => {
  s3.on(GetObjectCommand).rejects(failure("AccessDenied", 403));
  for await (const found of new S3EventSource(new S3Client({}), "s3://trail-bucket/notes").files({})) {
    await expect(found.open()).rejects.toMatchObject({
      code: "AWS_ACCESS_DENIED",
      message: expect.stringContaining("notes/readme.txt"),
      nextStep: expect.stringContaining("s3:GetObject"),
    });
  }
});

test("an address that is none is refused", () => {
  expect(() => parseS3Url("s3://")).toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(parseS3Url("s3://trail-bucket/a/b")).toEqual({ bucket: "trail-bucket", prefix: "a/b" });
});
