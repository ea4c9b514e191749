import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { beforeEach, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { S3FailedBatches } from "#adapters/s3/failed-batches.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { failedBatch } from "../../contract/keeping.ts";

const s3 = mockClient(S3Client);
beforeEach(() => {
  s3.reset();
});

const failure = (name: string) => Object.assign(new Error("no"), { name });
const body = (text: string) => ({
  Body: { transformToByteArray: async () => new TextEncoder().encode(text) } as never,
});
const batches = (): S3FailedBatches => new S3FailedBatches(new S3Client({}), "state");

test.each([
  ["SlowDown", "AWS_THROTTLED"],
  ["AccessDenied", "AWS_ACCESS_DENIED"],
  ["NoSuchBucket", "AWS_NOT_FOUND"],
])("%s is %s, whatever was tried", async (name, code) => {
  for (const command of [GetObjectCommand, PutObjectCommand, ListObjectsV2Command, DeleteObjectCommand]) {
    s3.on(command as typeof GetObjectCommand).rejects(failure(name));
  }
  const blobs = new S3BlobStore(new S3Client({}), "state");
  await expect(blobs.get("a")).rejects.toMatchObject({ code });
  await expect(blobs.put("a", new Uint8Array())).rejects.toMatchObject({ code });
  await expect(blobs.remove("a")).rejects.toMatchObject({ code });
  await expect(batches().list()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code });
});

test("all pages of a listing are read", async () => {
  const key = (second: number) => `failed/F/2026/11/03/2026-11-03T02.14.0${second}.000-r.json.gz`;
  s3.on(ListObjectsV2Command).resolves({});
  s3.on(ListObjectsV2Command, { Prefix: "failed/", Delimiter: "/" }).resolves({
    CommonPrefixes: [{ Prefix: "failed/F/" }],
  });
  s3.on(ListObjectsV2Command, { Prefix: "failed/F/" }).resolves({
    Contents: [{ Key: key(1) }],
    NextContinuationToken: "2",
  });
  s3.on(ListObjectsV2Command, { Prefix: "failed/F/", ContinuationToken: "2" }).resolves({
    Contents: [{ Key: key(2) }],
  });
  const ids: string[] = [];
  for await (const { id } of batches().list()) ids.push(id);
  expect(ids).toEqual([key(1), key(2)]);
});

test("what is no snapshot, or no batch, is said to be none", async () => {
  s3.on(GetObjectCommand).resolves(body('{"content": 1}'));
  await expect(new S3SnapshotStore(new S3Client({}), "state").latest("x")).rejects.toMatchObject({
    code: "INPUT_UNREADABLE",
    message: expect.stringContaining("snapshots/x/latest.json"),
  });
  const stray = "aws/lambda/async/F/2026/11/03/2026-11-03T02.14.05-x";
  await expect(batches().read(stray)).rejects.toMatchObject({ code: "INPUT_UNREADABLE" });
  for (const foreign of ["null", "[]", '{"a": 1}', '{"requestId": "r"}']) {
    s3.on(GetObjectCommand).resolves(body(foreign));
    await expect(batches().read("failed/F/2026/11/03/2026-11-03T02.14.05.000-r.json.gz")).rejects.toMatchObject({
      code: "INPUT_UNREADABLE",
    });
  }
  s3.on(GetObjectCommand).resolves(body("not JSON"));
  await expect(batches().read(stray)).rejects.toMatchObject({ code: "INPUT_UNREADABLE" });
  const context = { requestId: "r", functionArn: "arn:aws:lambda:eu-west-1:111122223333:function:F" };
  s3.on(GetObjectCommand).resolves(body(JSON.stringify({ requestContext: context, KinesisBatchInfo: {} })));
  await expect(batches().read(stray)).rejects.toMatchObject({
    message: expect.stringContaining("does not hold the event"),
  });
});

test("a request id that is none cannot lead elsewhere in the bucket", async () => {
  s3.on(PutObjectCommand).resolves({});
  expect(await batches().keep(failedBatch({ requestId: "../../snapshots/x" }))).toBe(
    "failed/MultiAccountLogsFunction/2026/11/03/2026-11-03T02.00.00.000-______snapshots_x.json.gz",
  );
});
