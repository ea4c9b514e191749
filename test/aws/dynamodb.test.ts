import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DynamoAllowance } from "#adapters/dynamodb/allowance.ts";
import { DynamoAnswerCache } from "#adapters/dynamodb/answer-cache.ts";
import { DynamoCheckpoints } from "#adapters/dynamodb/checkpoints.ts";
import { DynamoFindingStore } from "#adapters/dynamodb/finding-store.ts";
import { DynamoLeases } from "#adapters/dynamodb/leases.ts";
import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { DynamoModelStates } from "#adapters/dynamodb/model-states.ts";
import { FINDINGS, INCIDENTS, STATE } from "#adapters/dynamodb/tables.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { nanoUsd } from "#core/domain/money.ts";
import { checkpointsContract } from "../contract/checkpoints.ts";
import { allowanceContract } from "../contract/cost-history.ts";
import { findingStoreContract, sampleFinding } from "../contract/finding-store.ts";
import { answerCacheContract } from "../contract/keeping.ts";
import { leaseContract } from "../contract/leases.ts";
import { liveIncident, liveIncidentsContract } from "../contract/live-incidents.ts";
import { modelStatesContract } from "../contract/model-states.ts";
import { MemoryBlobs } from "../fakes/memory-keeping.ts";
import { dynamoClient, s3Client } from "./clients.ts";
import { type Emulator, startEmulator } from "./emulator.ts";
import { makeTable } from "./tables.ts";

let emulator: Emulator;
let client: DynamoDBClient;

beforeAll(async () => {
  emulator = await startEmulator();
  client = dynamoClient(emulator.endpoint);
}, 30_000);
afterAll(() => {
  client?.destroy();
  emulator?.stop();
});

const state = () => makeTable(client, STATE);
const blobs = () => new MemoryBlobs();

leaseContract("DynamoDB", async (clock) => new DynamoLeases(client, await state(), clock));
checkpointsContract("DynamoDB", async () => new DynamoCheckpoints(client, await state(), blobs()));
modelStatesContract("DynamoDB", async () => new DynamoModelStates(client, await state(), blobs()));
findingStoreContract(
  "DynamoDB",
  async () => new DynamoFindingStore(client, await makeTable(client, FINDINGS), blobs()),
);
liveIncidentsContract(
  "DynamoDB",
  async () => new DynamoLiveIncidents(client, await makeTable(client, INCIDENTS), blobs()),
);
allowanceContract("DynamoDB", async (clock) => new DynamoAllowance(client, await state(), nanoUsd(1), clock));
answerCacheContract("DynamoDB", async (clock) => new DynamoAnswerCache(client, await state(), blobs(), clock));

test("an incident whose item no table would take goes to a bucket and back, and its old text does not stay there", async () => {
  const s3 = s3Client(emulator.endpoint);
  await s3.send(new CreateBucketCommand({ Bucket: "trailwatch-state" }));
  const incidents = new DynamoLiveIncidents(
    client,
    await makeTable(client, INCIDENTS),
    new S3BlobStore(s3, "trailwatch-state"),
  );
  const reasons = Array.from({ length: 40_000 }, (_, at) => Math.sin(at).toString(36));
  const large = liveIncident("inc-1", {}, { findings: [sampleFinding("f-1", { severityReasons: reasons })] });
  expect(JSON.stringify(large).length).toBeGreaterThan(500_000);
  const version = await incidents.put(large, null);
  expect(await incidents.list(0)).toEqual([{ ...large, version }]);
  await incidents.put({ ...large, saidRevision: 1 }, version);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: "trailwatch-state" }));
  expect(Contents).toHaveLength(1);
  expect((await incidents.get("inc-1"))?.saidRevision).toBe(1);
});
