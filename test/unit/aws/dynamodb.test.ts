import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { DynamoAnswerCache } from "#adapters/dynamodb/answer-cache.ts";
import { DynamoCheckpoints } from "#adapters/dynamodb/checkpoints.ts";
import { DynamoFindingStore } from "#adapters/dynamodb/finding-store.ts";
import { DynamoLeases } from "#adapters/dynamodb/leases.ts";
import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { DynamoModelStates } from "#adapters/dynamodb/model-states.ts";
import { KEPT } from "#adapters/dynamodb/retention.ts";
import { BLOBS, EXPIRING_BLOBS } from "#adapters/dynamodb/tables.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { DAY } from "#core/domain/time.ts";
import type { LiveIncident } from "#core/ports/live-incidents.ts";
import { fence } from "../../contract/checkpoints.ts";
import { sampleFinding } from "../../contract/finding-store.ts";
import { TestClock } from "../../contract/leases.ts";
import { liveIncident } from "../../contract/live-incidents.ts";
import { MemoryBlobs } from "../../fakes/memory-keeping.ts";

const dynamo = mockClient(DynamoDBDocumentClient);
let blobs: MemoryBlobs;
beforeEach(() => {
  dynamo.reset();
  blobs = new MemoryBlobs();
});

const client = new DynamoDBClient({});
const incidents = () => new DynamoLiveIncidents(client, "incidents", blobs);
const states = () => new DynamoModelStates(client, "state", blobs);
const SHARD = { account: "111111111111", of: 1, shard: 0 };

/** Text that no compression shortens much. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join("");
}

const large = (): LiveIncident =>
  liveIncident("inc-1", {}, { findings: [sampleFinding("f-1", { severityReasons: [noise(200_000)] })] });

/** The item that the last write sent. */
const lastItem = () => dynamo.commandCalls(PutCommand).at(-1)?.args[0].input.Item as Record<string, unknown>;

const refusal = (Item: object) =>
  new ConditionalCheckFailedException({ message: "no", $metadata: {}, Item: Item as never });

describe("an item stays small", () => {
  test("what is long when compressed lies in a blob, which is removed when it is replaced", async () => {
    dynamo.on(PutCommand).resolves({});
    await incidents().put(large(), null);
    const first = lastItem();
    expect(first["body"]).toBeUndefined();
    expect(Buffer.byteLength(JSON.stringify(first))).toBeLessThan(1000);
    expect([...blobs.kept.keys()]).toEqual([first["blob"]]);
    dynamo.on(PutCommand).resolves({ Attributes: first });
    await incidents().put(large(), 1);
    expect([...blobs.kept.keys()]).toEqual([lastItem()["blob"]]);
    expect(lastItem()["blob"]).not.toBe(first["blob"]);
    dynamo.on(PutCommand).resolves({ Attributes: lastItem() });
    await incidents().put(liveIncident("inc-1"), 2);
    expect(blobs.kept.size).toBe(0);
    expect(lastItem()["body"]).toBeInstanceOf(Uint8Array);
  });

  test("a write that was refused leaves no blob; of one that perhaps took effect it stays", async () => {
    dynamo.on(PutCommand).rejects(refusal({ version: { N: "7" } }));
    await expect(incidents().put(large(), 1)).rejects.toMatchObject({ code: "CHANGED_MEANWHILE" });
    expect(blobs.kept.size).toBe(0);
    dynamo.on(PutCommand).rejects(Object.assign(new Error("socket hang up"), { name: "TimeoutError" }));
    await expect(incidents().put(large(), 1)).rejects.toMatchObject({ code: "AWS_FAILED" });
    expect(blobs.kept.size).toBe(1);
  });

  test("a blob is not removed by the request that wrote it, sent twice", async () => {
    dynamo.on(PutCommand).callsFake(({ Item }) => ({ Attributes: Item }));
    await states().save(SHARD, { version: 1, text: noise(50_000) }, fence(1));
    expect([...blobs.kept.keys()]).toEqual([lastItem()["blob"]]);
  });

  test("what was written stays written where the old blob cannot be removed", async () => {
    dynamo.on(PutCommand).resolves({ Attributes: { blob: "incidents/old" } });
    blobs.remove = async () => {
      throw new Error("S3 is away");
    };
    expect(await incidents().put(large(), 3)).toBe(4);
  });
});

describe("a request that is sent again because its answer was lost", () => {
  test("is known as one's own write of an incident", async () => {
    dynamo.on(PutCommand).callsFake(({ Item }) => {
      throw refusal({ version: { N: "1" }, writeId: { S: Item.writeId } });
    });
    expect(await incidents().put(large(), null)).toBe(1);
    expect(blobs.kept.size).toBe(1);
  });

  test("is known as one's own lease", async () => {
    dynamo.on(UpdateCommand).callsFake(({ ExpressionAttributeValues }) => {
      throw refusal({ token: { N: "4" }, attempt: { S: ExpressionAttributeValues[":attempt"] } });
    });
    const clock = new TestClock();
    const lease = await new DynamoLeases(client, "state", clock).acquire("roll-up", "a", 60_000);
    expect(lease).toEqual({ name: "roll-up", holder: "a", token: 4, until: clock.time + 60_000 });
  });
});

describe("a blob that is gone", () => {
  test("was replaced: the item is read again", async () => {
    dynamo.on(PutCommand).resolves({});
    await incidents().put(liveIncident("inc-1", { saidRevision: 1 }), 1);
    const now = lastItem();
    dynamo.on(QueryCommand).resolves({ Items: [{ ...now, body: undefined, blob: "incidents/gone" }] });
    dynamo.on(GetCommand).resolves({ Item: now });
    expect((await incidents().list(0)).map(({ version }) => version)).toEqual([2]);
    // it has been said since the outbox was read
    expect(await incidents().outbox(0, 10)).toEqual([]);
  });

  test("of an incident that is gone too, or leads elsewhere, it is not in the list", async () => {
    dynamo
      .on(QueryCommand)
      .resolves({ Items: [{ kind: "incident", id: "inc-1", version: 1, blob: "incidents/gone" }] });
    dynamo
      .on(GetCommand)
      .resolvesOnce({})
      .resolves({ Item: { id: "inc-1", forwardedTo: "inc-2" } });
    expect(await incidents().list(0)).toEqual([]);
    expect(await incidents().list(0)).toEqual([]);
  });

  test("for good is said, but for model states, which are made anew", async () => {
    const item = { id: "inc-1", key: "states#111111111111#1#0", version: 1, blob: "incidents/gone" };
    dynamo.on(GetCommand).resolves({ Item: item });
    dynamo.on(BatchGetCommand).resolves({ Responses: { state: [item] } });
    await expect(incidents().get("inc-1")).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
    expect(await states().load([SHARD])).toEqual([null]);
    dynamo.on(BatchGetCommand).resolves({ Responses: { state: [{ ...item, key: "checkpoint#roll-up" }] } });
    await expect(new DynamoCheckpoints(client, "state", blobs).read("roll-up")).rejects.toMatchObject({
      code: "STORE_UNUSABLE",
    });
  });
});

describe("answers in parts", () => {
  test("all pages of a query are read, of every part of the findings", async () => {
    const store = new DynamoFindingStore(client, "findings", blobs);
    dynamo.on(PutCommand).resolves({});
    await store.replace([{ subject: "a", findings: [sampleFinding("f-1")], memo: null }], 5, fence(1));
    const item = lastItem();
    dynamo.on(QueryCommand).resolves({ Items: [] });
    dynamo
      .on(QueryCommand, {
        IndexName: "byEnd",
        ConsistentRead: true,
        ExpressionAttributeValues: { ":part": 3, ":time": 7 },
      })
      .resolvesOnce({ Items: [item], LastEvaluatedKey: { key: "x" } })
      .resolves({ Items: [item, item] });
    const found = [];
    for await (const { subject } of store.endingSince(7)) found.push(subject);
    expect(found).toEqual(["a", "a", "a"]);
    const calls = dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input);
    expect(calls).toHaveLength(9);
    expect(calls.filter(({ ExclusiveStartKey }) => ExclusiveStartKey)).toHaveLength(1);
  });

  test("what a batch left undone is asked for again; at most a hundred keys at once", async () => {
    const shards = Array.from({ length: 130 }, (_, shard) => ({ ...SHARD, of: 256, shard }));
    let calls = 0;
    dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
      const { Keys } = RequestItems.state;
      expect(Keys.length).toBeLessThanOrEqual(100);
      calls++;
      const done = calls === 1 ? Keys.slice(0, 60) : Keys;
      return {
        Responses: { state: done.map(({ key }: { key: string }) => ({ key, version: 1, blob: "states/a" })) },
        UnprocessedKeys: calls === 1 ? { state: { Keys: Keys.slice(60) } } : {},
      };
    });
    const packed = states();
    dynamo.on(PutCommand).resolves({});
    await packed.save(SHARD, { version: 1, text: noise(50_000) }, fence(1));
    blobs.kept.set("states/a", [...blobs.kept.values()][0] as Uint8Array);
    const loaded = await packed.load([...shards, shards[0] as typeof SHARD]);
    const text = noise(50_000);
    expect(loaded.filter((one) => one?.text === text)).toHaveLength(131);
    expect(calls).toBe(3);
  });

  test("a table that does little at a time gets done", async () => {
    dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
      const [first, ...rest] = RequestItems.state.Keys;
      return { Responses: { state: [first] }, UnprocessedKeys: rest.length > 0 ? { state: { Keys: rest } } : {} };
    });
    const shards = Array.from({ length: 12 }, (_, shard) => ({ ...SHARD, of: 16, shard }));
    expect(await states().load(shards)).toHaveLength(12);
    expect(dynamo.commandCalls(BatchGetCommand)).toHaveLength(12);
  });

  test("a table that never gets done is too busy", async () => {
    dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => ({ UnprocessedKeys: RequestItems }));
    await expect(states().load([SHARD])).rejects.toMatchObject({ code: "AWS_THROTTLED" });
  });
});

test.each([
  ["ProvisionedThroughputExceededException", "AWS_THROTTLED"],
  ["ThrottlingException", "AWS_THROTTLED"],
  ["AccessDeniedException", "AWS_ACCESS_DENIED"],
  ["ResourceNotFoundException", "AWS_NOT_FOUND"],
  ["ValidationException", "AWS_REFUSED"],
])("%s is %s, with the right it takes", async (name, code) => {
  const failure = Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } });
  dynamo.on(GetCommand).rejects(failure).on(PutCommand).rejects(failure).on(QueryCommand).rejects(failure);
  dynamo.on(UpdateCommand).rejects(failure).on(BatchGetCommand).rejects(failure);
  const all: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => incidents().get("x"), "dynamodb:GetItem"],
    [() => incidents().list(0), "dynamodb:Query"],
    [() => incidents().put(liveIncident("x"), null), "dynamodb:PutItem"],
    [() => new DynamoLeases(client, "state", new TestClock()).acquire("a", "b", 1), "dynamodb:UpdateItem"],
    [() => states().load([SHARD]), "dynamodb:BatchGetItem"],
  ];
  for (const [ask, action] of all) {
    const nextStep = code === "AWS_ACCESS_DENIED" ? expect.stringContaining(action) : expect.any(String);
    await expect(ask()).rejects.toMatchObject({ code, nextStep });
  }
});

test("ids that lead in a circle are said to", async () => {
  dynamo.on(GetCommand, { Key: { kind: "incident", id: "a" } }).resolves({ Item: { id: "a", forwardedTo: "b" } });
  dynamo.on(GetCommand, { Key: { kind: "incident", id: "b" } }).resolves({ Item: { id: "b", forwardedTo: "a" } });
  await expect(incidents().get("a")).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
});

test("what is over may be deleted after 400 days; what is open stays", async () => {
  dynamo.on(PutCommand).resolves({});
  await incidents().put(liveIncident("inc-1"), null);
  expect(lastItem()["expiresAt"]).toBeUndefined();
  const end = Date.UTC(2026, 10, 3);
  await incidents().put(liveIncident("inc-1", {}, { state: "closed", window: { start: 0, end } }), 1);
  expect(lastItem()["expiresAt"]).toBe(Date.UTC(2027, 11, 8) / 1000);
});

test("no bucket deletes a text that an item names", async () => {
  const s3 = mockClient(S3Client);
  s3.on(PutObjectCommand).resolves({});
  dynamo.on(PutCommand).resolves({});
  const bucket = new S3BlobStore(new S3Client({}), "state");
  const clock = new TestClock();
  await new DynamoLiveIncidents(client, "incidents", bucket).put(large(), null);
  const findings = large().draft.findings;
  await new DynamoFindingStore(client, "f", bucket).replace([{ subject: "a", findings, memo: null }], 0, fence(1));
  await new DynamoModelStates(client, "state", bucket).save(SHARD, { version: 1, text: noise(50_000) }, fence(1));
  await new DynamoCheckpoints(client, "state", bucket).write("a", noise(200_000), fence(1));
  await new DynamoAnswerCache(client, "state", bucket, clock).write("a", noise(500_000), clock.time + DAY);
  const days = s3.commandCalls(PutObjectCommand).map(({ args }) => {
    const { Key = "" } = args[0].input;
    expect(Key.startsWith(BLOBS)).toBe(true);
    return EXPIRING_BLOBS.find(({ prefix }) => Key.startsWith(prefix))?.days ?? null;
  });
  expect(days).toEqual([500, 500, null, null, 2]);
  expect(KEPT / DAY).toBeLessThan(500);
});
