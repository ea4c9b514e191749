import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { MemoryInsightLog } from "#adapters/memory/insight-log.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { parseConfig } from "#core/config/index.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { DAY, MINUTE } from "#core/domain/time.ts";
import { drillRecord } from "#core/drill/drill.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { MultiAccountLogs } from "#lambdas/MultiAccountLogs/handler.ts";
import { Ingest } from "#lambdas/MultiAccountLogs/ingest.ts";
import { selfTest } from "#lambdas/MultiAccountLogs/self-test.ts";
import { type DirectorySettings, Organization } from "#lambdas/shared/directory.ts";
import { Pace } from "#lambdas/shared/pace.ts";
import { BulkNode, REFUSALS } from "../fakes/bulk-node.ts";
import { cloudtrailRecord, eventId, recordsFile } from "../fakes/records.ts";
import {
  dataMessage,
  invocation,
  ORGANIZATION_ID,
  Overheard,
  packed,
  Snapshots,
  subscription,
  TIME,
} from "./support.ts";

const SETTINGS: DirectorySettings = {
  ORGANIZATION_ID,
  ENABLE_ACCOUNT_ENRICHMENT: true,
  ENABLE_ORG_CONTEXT: true,
  SYNC_INTERVAL_MINUTES: 15,
};
const EVENTS = "usage-events-2026.11.03";

let node: BulkNode;
let said: Overheard;
let insights: MemoryInsightLog;
let objects: Map<string, Uint8Array>;
let snapshots: Snapshots;
let time: number;
let settings: DirectorySettings;

beforeEach(() => {
  node = new BulkNode();
  said = new Overheard();
  insights = new MemoryInsightLog();
  objects = new Map();
  snapshots = new Snapshots();
  time = TIME;
  settings = SETTINGS;
});

function opened(): MultiAccountLogs {
  const now = () => time;
  const config = parseConfig({});
  const priceBook = createPriceBook();
  const organization = new Organization(snapshots, config, settings, now);
  const pause = async (milliseconds: number) => {
    time += milliseconds;
  };
  const pace = new Pace(node, { now, pause, random: () => 1 });
  const ingest = new Ingest({ names: indexNames(), pace, organization, insights, config, priceBook, now });
  return new MultiAccountLogs({
    ingest,
    organization,
    object: async ({ bucket, key }) => {
      const bytes = objects.get(`${bucket}/${key}`);
      if (bytes) return bytes;
      throw new TrailwatchError("AWS_NOT_FOUND", `no object ${key}`, "look");
    },
    selfTest: async () => selfTest(await organization.current(), settings, priceBook, now()),
    now,
  });
}

const handle = (event: unknown, logs = opened(), remainingMs?: number) =>
  logs.handle(event, invocation(remainingMs), said);
const record = (n: number, changes: Readonly<Record<string, unknown>> = {}) =>
  cloudtrailRecord({ eventID: eventId(n), ...changes });
const stored = (): string[] => [...node.documents.keys()].filter((key) => key.startsWith(EVENTS)).sort();
const quarantined = () =>
  [...node.documents].filter(([key]) => key.startsWith("trailwatch-quarantine/")).map(([, of]) => of);

describe("a subscription's payload", () => {
  test("each record is an event under its id, with price and account", async () => {
    const launch = record(2, {
      eventName: "RunInstances",
      readOnly: false,
      requestParameters: { instanceType: "m5.large" },
      responseElements: { instancesSet: { items: [{ instanceId: "i-1", instanceType: "m5.large" }] } },
    });
    expect(await handle(subscription([record(1), launch]))).toBeUndefined();
    expect(stored()).toEqual([`${EVENTS}/${eventId(1)}`, `${EVENTS}/${eventId(2)}`]);
    expect(node.documents.get(`${EVENTS}/${eventId(2)}`)).toMatchObject({
      account: "111122223333",
      account_alias: "payments-prod",
      account_type: "production",
      ou_path: "/Workloads/Prod",
      owner: "ana",
      cost_center: "42",
      call: "ec2:RunInstances",
      unpriced: false,
      added_low_nanos: expect.any(Number),
      amounts: { instances: { added: 1 } },
      rest: { request: { instanceType: "m5.large" } },
      delivered_at: TIME,
      indexed_at: TIME,
      firsts: expect.arrayContaining(["region\0eu-west-1"]),
    });
    expect(said.measured).toMatchObject({ recordsRead: 2, eventsIndexed: 2, recordsQuarantined: 0, accountsKnown: 1 });
    expect(said.measured).toMatchObject({ deliveryDelay: 360, indexDelay: 360, directoryAge: 300 });
  });

  test("a drill is noted, and is no event", async () => {
    const id = "drill-20261103t022000z-0a1b2c";
    const by = "arn:aws:sts::111122223333:assumed-role/Ops/ana";
    await handle(subscription([record(1), drillRecord(id, by, TIME, false)]));
    expect(stored()).toEqual([`${EVENTS}/${eventId(1)}`]);
    expect(node.documents.get("trailwatch-state/drill")).toMatchObject({
      version: 1,
      value: { id, by, sentAt: TIME, arrivedAt: TIME, over: false },
    });
    expect(said.measured).toMatchObject({ recordsRead: 1, eventsIndexed: 1 });
    await handle(subscription([drillRecord(id, by, TIME, true)]));
    expect(node.documents.get("trailwatch-state/drill")).toMatchObject({ value: { id, over: true } });
  });

  test("a poison record costs itself", async () => {
    const poison = [
      '{"eventID":',
      "null",
      '"text"',
      "[]",
      "{}",
      `${"[".repeat(9_000)}`,
      JSON.stringify(record(9, { eventTime: 5 })),
    ];
    const future = record(8, { eventTime: new Date(TIME + 3 * DAY).toISOString() });
    await handle(subscription([record(1), ...poison, future, record(2)]));
    expect(stored()).toEqual([`${EVENTS}/${eventId(1)}`, `${EVENTS}/${eventId(2)}`]);
    expect(quarantined()).toHaveLength(8);
    expect(new Set(quarantined().map(({ reason }) => reason))).toEqual(
      new Set(["broken-json", "not-a-record", "missing-field", "wrong-type", "in-the-future"]),
    );
    expect(said.measured).toMatchObject({ recordsRead: 10, eventsIndexed: 2, recordsQuarantined: 8 });
  });

  test("quarantine has each of them once, whenever it comes again, and tells those of other payloads apart", async () => {
    const logs = opened();
    const payload = (firstId: number) => ({ awslogs: { data: packed(dataMessage(["{", "["], firstId)) } });
    for (const firstId of [0, 0, 100]) await handle(payload(firstId), logs);
    expect(quarantined()).toHaveLength(4);
  });

  test("delivered again it changes nothing; with other content it is a conflict that is kept", async () => {
    const logs = opened();
    await handle(subscription([record(1), record(2)]), logs);
    await handle(subscription([record(1), record(2, { userAgent: "another" })]), logs);
    expect(stored()).toHaveLength(2);
    expect(quarantined()).toMatchObject([{ event_id: eventId(2), reason: "id-conflict" }]);
    expect(said.measured).toMatchObject({ eventsIndexed: 2, eventsRepeated: 1, recordsQuarantined: 1 });
  });

  test("CloudTrail's own findings are kept", async () => {
    const insight = {
      eventVersion: "1.08",
      eventTime: "2026-11-03T02:14:00Z",
      awsRegion: "eu-west-1",
      eventID: eventId(7),
      eventType: "AwsCloudTrailInsight",
      recipientAccountId: "111122223333",
      insightDetails: {
        state: "Start",
        eventSource: "ec2.amazonaws.com",
        eventName: "RunInstances",
        insightType: "ApiCallRateInsight",
        insightContext: { statistics: { baseline: { average: 0.1 }, insight: { average: 12 } } },
      },
      eventCategory: "Insight",
    };
    await handle(subscription([insight, record(1)]));
    expect(await insights.records({ start: 0, end: TIME })).toMatchObject([{ id: eventId(7), action: "RunInstances" }]);
    expect(stored()).toHaveLength(1);
  });

  test("an event of a day that is not kept any more goes to quarantine", async () => {
    await handle(subscription([record(1, { eventTime: "2025-01-01T00:00:00Z" })]));
    expect(quarantined()).toMatchObject([{ reason: "older-than-retention" }]);
  });

  test("a control message and an empty payload are no trouble", async () => {
    await handle({ awslogs: { data: packed({ ...dataMessage(["x"]), messageType: "CONTROL_MESSAGE" }) } });
    await handle(subscription([]));
    expect([stored(), quarantined()]).toEqual([[], []]);
  });

  test("what is no payload is kept with the reason, and does not come again", async () => {
    await handle({ awslogs: { data: "bm8gZ3ppcA==" } });
    expect(quarantined()).toMatchObject([{ reason: "broken-json", document: "bm8gZ3ppcA==" }]);
  });

  test("what is none of our triggers is refused", async () => {
    await expect(handle({ Records: [{ eventSource: "aws:s3" }] })).rejects.toThrow();
  });
});

describe("a cluster in trouble", () => {
  test.each([
    ["is full", REFUSALS.queueFull],
    ["is red", REFUSALS.red],
    ["has tripped a breaker", REFUSALS.breaker],
  ])("that %s is asked less and less, and gets everything when it recovers", async (_, refusal) => {
    node.refuseRequest = (request) => (request < 6 ? refusal : null);
    await handle(subscription([record(1), record(2)]));
    expect(stored()).toHaveLength(2);
    expect(node.requests).toHaveLength(7);
    expect(time - TIME).toBe(31_500);
  });

  test("the whole batch fails when its time is over, so that it comes again", async () => {
    node.refuseRequest = () => REFUSALS.queueFull;
    await expect(handle(subscription([record(1)]))).rejects.toMatchObject({ code: "OPENSEARCH_BUSY" });
    // 255 seconds: seven requests within the first minute, then two a minute.
    expect(node.requests.length).toBeLessThanOrEqual(14);
    expect(said.measured).toMatchObject({ batchesFailed: 1, recordsRead: 0 });
  });

  test("documents that were refused alone fail the batch too", async () => {
    node.refuseItem = ({ id }) => (id === eventId(2) ? REFUSALS.pressure : null);
    await expect(handle(subscription([record(1), record(2), record(3)]))).rejects.toMatchObject({
      code: "OPENSEARCH_BUSY",
    });
    expect(stored()).toEqual([`${EVENTS}/${eventId(1)}`, `${EVENTS}/${eventId(3)}`]);
    node.refuseItem = () => null;
    await handle(subscription([record(1), record(2), record(3)]));
    expect(stored()).toHaveLength(3);
  });

  test("later batches of the same process do not add to the load", async () => {
    node.refuseRequest = () => REFUSALS.queueFull;
    const logs = opened();
    let failed = 0;
    for (let n = 0; n < 20; n++) {
      await handle(subscription([record(n)]), logs, 60_000).catch(() => failed++);
    }
    expect(failed).toBe(20);
    const minutes = (time - TIME) / MINUTE;
    expect(node.requests.length).toBeLessThan(12 + 2 * minutes);
  });

  test.each([
    ["no permission", REFUSALS.noPermission, "OPENSEARCH_FORBIDDEN"],
    ["a full disk", REFUSALS.flood, "OPENSEARCH_READ_ONLY"],
    ["a cluster that takes no writes", REFUSALS.clusterReadOnly, "OPENSEARCH_READ_ONLY"],
  ])("%s fails the batch at once", async (_, refusal, code) => {
    node.refuseRequest = () => refusal;
    node.refuseItem = () => refusal;
    await expect(handle(subscription([record(1)]))).rejects.toMatchObject({ code });
    expect(stored()).toEqual([]);
  });

  test("a connection that breaks after the node took the batch: sent again, nothing double", async () => {
    node.afterwards = (request) => {
      if (request === 0) throw new TrailwatchError("OPENSEARCH_UNREACHABLE", "no answer", "wait");
    };
    await handle(subscription([record(1), record(2)]));
    expect(stored()).toHaveLength(2);
    expect(said.measured).toMatchObject({ eventsIndexed: 0, eventsRepeated: 2 });
  });

  test("quarantine that fails fails the batch: nothing is lost", async () => {
    node.refuseItem = ({ index }) => (index === "trailwatch-quarantine" ? REFUSALS.queueFull : null);
    await expect(handle(subscription(["{", record(1)]), opened(), 60_000)).rejects.toMatchObject({
      code: "OPENSEARCH_BUSY",
    });
  });
});

describe("files that a queue announces", () => {
  const KEY =
    "AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/11/03/111122223333_CloudTrail_eu-west-1_20261103T0220Z_abcdefghijklmnop.json.gz";
  const message = (messageId: string, key: string) => ({
    eventSource: "aws:sqs",
    messageId,
    body: JSON.stringify({ Records: [{ s3: { bucket: { name: "logs" }, object: { key } } }] }),
  });
  const file = (n: number): string => {
    const key = KEY.replace("abcdefghijklmnop", String(n).padStart(16, "0"));
    objects.set(`logs/${key}`, gzipSync(recordsFile([record(n), record(n + 100)])));
    return key;
  };

  test("are read, with the time at which they were delivered", async () => {
    const key = file(1);
    expect(await handle({ Records: [message("m1", key)] })).toEqual({ batchItemFailures: [] });
    expect(node.documents.get(`${EVENTS}/${eventId(1)}`)).toMatchObject({
      delivered_at: TIME,
      file: `s3://logs/${key}`,
      record: 1,
    });
    expect(said.measured).toMatchObject({ recordsRead: 2, eventsIndexed: 2 });
  });

  test("the same event by the log and by the file is one", async () => {
    const logs = opened();
    await handle(subscription([record(1), record(101)]), logs);
    await handle({ Records: [message("m1", file(1))] }, logs);
    expect(stored()).toHaveLength(2);
    expect(said.measured).toMatchObject({ eventsRepeated: 2, recordsQuarantined: 0 });
  });

  test("one that is not to be had, or no notice at all, comes again alone", async () => {
    const odd = { ...message("m2", ""), body: "hello" };
    const answer = await handle({ Records: [message("m1", "AWSLogs/gone.json.gz"), odd, message("m3", file(1))] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }, { itemIdentifier: "m2" }] });
    expect(stored()).toHaveLength(2);
  });

  test("digests, and what is none of CloudTrail's, are no events", async () => {
    const digest = KEY.replaceAll("CloudTrail", "CloudTrail-Digest");
    objects.set("logs/notes.txt", Buffer.from("hello"));
    expect(await handle({ Records: [message("m1", digest), message("m2", "notes.txt")] })).toEqual({
      batchItemFailures: [],
    });
    expect([stored(), quarantined()]).toEqual([[], []]);
  });

  test("while the cluster takes nothing the others are not tried, and all come again", async () => {
    node.refuseRequest = () => REFUSALS.queueFull;
    const records = [1, 2, 3].map((n) => message(`m${n}`, file(n)));
    expect(await handle({ Records: records }, opened(), 60_000)).toEqual({
      batchItemFailures: [{ itemIdentifier: "m1" }, { itemIdentifier: "m2" }, { itemIdentifier: "m3" }],
    });
    expect(node.requests.length).toBeLessThan(8);
  });
});

describe("a stream", () => {
  const of = (sequenceNumber: string, data: string) => ({
    eventSource: "aws:kinesis",
    kinesis: { sequenceNumber, data, partitionKey: "p" },
  });

  test("is taken in order, and what cannot be read does not stop it", async () => {
    const event = {
      Records: [of("1", packed(dataMessage([record(1)]))), of("2", "????"), of("3", packed(dataMessage([record(3)])))],
    };
    expect(await handle(event)).toEqual({ batchItemFailures: [] });
    expect(stored()).toHaveLength(2);
    expect(quarantined()).toMatchObject([{ file: "stream record 2" }]);
  });

  test("goes on where it failed", async () => {
    node.refuseItem = ({ id }) => (id === eventId(2) ? REFUSALS.queueFull : null);
    const event = { Records: [1, 2, 3].map((n) => of(String(n), packed(dataMessage([record(n)])))) };
    expect(await handle(event, opened(), 60_000)).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
    expect(stored()).toEqual([`${EVENTS}/${eventId(1)}`]);
  });
});

describe("a replay", () => {
  test("of records and of files: what is there already is not counted twice, and does not look late", async () => {
    const logs = opened();
    await handle(subscription([record(1)]), logs);
    objects.set("logs/AWSLogs/x.json.gz", gzipSync(recordsFile([record(1), record(2)])));
    const replay = {
      records: [JSON.stringify(record(1)), JSON.stringify(record(3))],
      objects: [{ bucket: "logs", key: "AWSLogs/x.json.gz" }],
    };
    time += 10 * DAY;
    expect(await handle({ replay }, logs)).toEqual({
      records: 4,
      created: 2,
      duplicates: 2,
      conflicts: 0,
      quarantined: 0,
      insights: 0,
    });
    expect(stored()).toHaveLength(3);
    expect(said.measured.indexDelay).toBe(360);
  });
});

describe("a direct invocation", () => {
  test.each([[null], [undefined], [{}], [""]])("with %j tells how events are enriched", async (event) => {
    expect(await handle(event)).toMatchObject({
      ok: true,
      problem: null,
      enrichment: {
        ENABLE_ACCOUNT_ENRICHMENT: true,
        ENABLE_ORG_CONTEXT: true,
        organizationId: ORGANIZATION_ID,
        accountsKnown: 1,
        snapshotAgeMinutes: 5,
      },
      example: {
        account: { id: "111122223333", alias: "payments-prod", ouPath: "/Workloads/Prod", owner: "ana" },
        call: "ec2:RunInstances",
        quantities: [{ kind: "instances", change: "added", amount: 1, item: "m5.large" }],
        usdPerHour: { low: expect.any(String) },
      },
    });
    expect(node.requests).toEqual([]);
  });

  test("says what is missing and what to do", async () => {
    snapshots.snapshot = null;
    expect(await handle({})).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/no snapshot.*DirectorySnapshotFunction/),
      enrichment: { accountsKnown: 0, snapshotAgeMinutes: null },
      example: { account: { known: false } },
    });
  });

  test("says when the snapshot is old, or another organization's", async () => {
    time += 3 * 60 * MINUTE;
    expect(await handle({})).toMatchObject({ ok: false, problem: expect.stringContaining("185 minutes old") });
    settings = { ...SETTINGS, ORGANIZATION_ID: "o-anotherone00" };
    expect(await handle({})).toMatchObject({ ok: false, problem: expect.stringContaining("o-anotherone00") });
  });

  test("a single account has no organization to know", async () => {
    settings = { ...SETTINGS, ORGANIZATION_ID: null };
    expect(await handle({})).toMatchObject({ ok: true, enrichment: { accountsKnown: 0 } });
    expect(snapshots.reads).toBe(0);
  });
});

describe("switches", () => {
  const document = async () => {
    await handle(subscription([record(1)]));
    return node.documents.get(`${EVENTS}/${eventId(1)}`);
  };

  test("without enrichment an account is a number, in its unit", async () => {
    settings = { ...SETTINGS, ENABLE_ACCOUNT_ENRICHMENT: false };
    const found = await document();
    expect(found).toMatchObject({
      account_alias: "111122223333",
      ou_path: "/Workloads/Prod",
      account_type: "production",
    });
    expect(found).not.toHaveProperty("owner");
    expect(found).not.toHaveProperty("cost_center");
  });

  test("without the organization's context it has a name, and no unit or type", async () => {
    settings = { ...SETTINGS, ENABLE_ORG_CONTEXT: false };
    const found = await document();
    expect(found).toMatchObject({ account_alias: "payments-prod", owner: "ana", account_type: "unknown" });
    expect(found).not.toHaveProperty("ou_path");
  });
});
