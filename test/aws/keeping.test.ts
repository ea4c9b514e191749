import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { S3FailedBatches } from "#adapters/s3/failed-batches.ts";
import { S3SnapshotStore } from "#adapters/s3/snapshot-store.ts";
import { FailureQueue } from "#adapters/sqs/failure-queue.ts";
import { blobStoreContract, failedBatchesContract, snapshotStoreContract } from "../contract/keeping.ts";
import { s3Client, sqsClient } from "./clients.ts";
import { type Emulator, startEmulator } from "./emulator.ts";

let emulator: Emulator;
let s3: S3Client;
let sqs: SQSClient;
let buckets = 0;

beforeAll(async () => {
  emulator = await startEmulator();
  s3 = s3Client(emulator.endpoint);
  sqs = sqsClient(emulator.endpoint);
}, 30_000);
afterAll(() => emulator?.stop());

async function bucket(): Promise<string> {
  const Bucket = `trailwatch-state-${++buckets}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

blobStoreContract("S3", async () => new S3BlobStore(s3, await bucket()));
snapshotStoreContract("S3", async () => new S3SnapshotStore(s3, await bucket()));
failedBatchesContract("S3", async () => new S3FailedBatches(s3, await bucket()));

const RECORD = {
  version: "1.0",
  timestamp: "2026-11-03T02:14:05.123Z",
  requestContext: {
    requestId: "r-1",
    functionArn: "arn:aws:lambda:eu-west-1:111122223333:function:MultiAccountLogsFunction:$LATEST",
    condition: "RetriesExhausted",
    approximateInvokeCount: 3,
  },
};

test("every snapshot stays under its time", async () => {
  const Bucket = await bucket();
  const snapshots = new S3SnapshotStore(s3, Bucket);
  for (const takenAt of [1_793_000_000_000, 1_793_000_900_000])
    await snapshots.write("organization", { takenAt, content: takenAt });
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual([
    "snapshots/organization/2026-10-26T07:33:20.000Z.json",
    "snapshots/organization/2026-10-26T07:48:20.000Z.json",
    "snapshots/organization/latest.json",
  ]);
});

test("what Lambda itself put into the bucket is found in its two places, by time too", async () => {
  const Bucket = await bucket();
  const put = (Key: string, body: object) => s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(body) }));
  const invoked = "aws/lambda/async/MultiAccountLogsFunction/2026/11/03/2026-11-03T02.14.05-6b1f";
  const streamed = "aws/lambda/0b1c7d3e/shardId-000001/2026/11/03/2026-11-03T02.20.00-77aa";
  await put(invoked, {
    ...RECORD,
    requestPayload: { awslogs: { data: "H4sI" } },
    responsePayload: { errorType: "Error", errorMessage: "no" },
  });
  await put(streamed, { ...RECORD, payload: '{"Records": [{"eventID": "1"}]}' });
  const batches = new S3FailedBatches(s3, Bucket);
  const found = async (selection = {}) => {
    const ids: string[] = [];
    for await (const { id } of batches.list(selection)) ids.push(id);
    return ids;
  };
  expect(await found()).toEqual([streamed, invoked]);
  const second = Date.UTC(2026, 10, 3, 2, 14, 5);
  expect(await found({ from: second, to: second + 1000 })).toEqual([invoked]);
  expect(await found({ from: second + 1 })).toEqual([streamed]);
  expect(await batches.read(invoked)).toEqual({
    source: "MultiAccountLogsFunction",
    requestId: "r-1",
    failedAt: Date.UTC(2026, 10, 3, 2, 14, 5, 123),
    reason: "Error: no",
    payload: { awslogs: { data: "H4sI" } },
  });
  expect((await batches.read(streamed)).payload).toEqual({ Records: [{ eventID: "1" }] });
});

test("a queue gives what failed as the function gets it, until it is done", async () => {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: "failed", Attributes: { VisibilityTimeout: "0" } }),
  );
  const send = (body: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  await send(JSON.stringify({ ...RECORD, requestPayload: { awslogs: { data: "H4sI" } } }));
  await send('{"Records": [{"s3": {"object": {"key": "AWSLogs/x.json.gz"}}}]}');
  await send(JSON.stringify({ ...RECORD, DDBStreamBatchInfo: { shardId: "s" } }));
  const queue = new FailureQueue(sqs, QueueUrl ?? "");
  expect(await queue.waiting()).toBe(3);
  const received = await queue.receive();
  const of = (source: string | null, payload: unknown) =>
    received.find((one) => one.source === source && (payload === null) === (one.payload === null));
  expect(of("MultiAccountLogsFunction", {})).toMatchObject({
    failedAt: Date.UTC(2026, 10, 3, 2, 14, 5, 123),
    reason: "RetriesExhausted",
    payload: { awslogs: { data: "H4sI" } },
  });
  expect(of(null, {})).toMatchObject({
    payload: { Records: [{ eventSource: "aws:sqs", body: expect.stringContaining("AWSLogs/x.json.gz") }] },
  });
  const lost = of("MultiAccountLogsFunction", null);
  expect(lost).toMatchObject({ payload: null });
  for (const one of received) if (one !== lost) await one.done();
  expect(await queue.waiting()).toBe(1);
});
