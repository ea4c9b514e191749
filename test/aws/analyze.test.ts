import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ended, type Folder, STRATUS, start, temporaryFolder } from "../cli/trailwatch.ts";
import { type Emulator, startEmulator } from "./emulator.ts";

const BUCKET = "org-trail-logs";
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };
const RECORDING = "aws.defense-evasion.cloudtrail-stop.json";

let emulator: Emulator;
let folder: Folder;
beforeAll(async () => {
  emulator = await startEmulator();
  folder = temporaryFolder();
  const s3 = new S3Client({
    endpoint: emulator.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const Body = gzipSync(readFileSync(join(STRATUS, RECORDING)));
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "AWSLogs/recording.json.gz", Body }));
}, 60_000);
afterAll(() => {
  emulator?.stop();
  folder?.remove();
});

test("a bucket is analysed, and the records behind an incident are fetched from it again", async () => {
  const trailwatch = (...args: string[]) =>
    ended(start([...args, ...folder.out("run"), "--endpoint-url", emulator.endpoint], CREDENTIALS));
  const analysis = await trailwatch("analyze", `s3://${BUCKET}/AWSLogs/`, "--format", "json", "-q");
  expect(analysis).toMatchObject({ code: 0, stderr: "" });
  const incident = JSON.parse(analysis.stdout).incidents[0];
  const raw = await trailwatch("timeline", incident.id, "--raw");
  expect(raw.code).toBe(0);
  const records = raw.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.map(({ eventID }) => eventID).sort()).toEqual([...incident.eventIds].sort());
  expect(records.map(({ eventName }) => eventName)).toContain("StopLogging");
}, 60_000);
