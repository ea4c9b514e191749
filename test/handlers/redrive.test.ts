import { beforeEach, describe, expect, test } from "@jest/globals";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { AuditRecord } from "#core/ports/audit-log.ts";
import type { SourceFile } from "#core/ports/event-source.ts";
import { Redrive } from "#lambdas/Redrive/handler.ts";
import { isArrival, type RedriveSource } from "#lambdas/Redrive/source.ts";
import { BucketSource, QueueSource, TrailFiles, TrailLogs } from "#lambdas/Redrive/sources.ts";
import { MemoryFailedBatches } from "../fakes/memory-failed-batches.ts";
import { invocation, Overheard, TIME } from "./support.ts";

let audit: AuditRecord[];
let invoked: unknown[];
let answer: (payload: unknown) => unknown;

beforeEach(() => {
  audit = [];
  invoked = [];
  answer = () => null;
});

const redrive = (source: RedriveSource) =>
  new Redrive({
    sourceOf: () => source,
    invoke: async (payload) => {
      invoked.push(payload);
      return answer(payload);
    },
    audit: { add: async (record) => void audit.push(record) },
    now: () => TIME,
  });
const run = (source: RedriveSource, event: object, remainingMs = 900_000) =>
  redrive(source).handle(event, invocation(remainingMs), new Overheard());
const refused = () => {
  throw new TrailwatchError("AWS_FAILED", "the function failed: OPENSEARCH_BUSY", "look");
};
const subscription = (n: number) => ({ awslogs: { data: String(n) } });

describe("what failed, from the bucket", () => {
  let failed: MemoryFailedBatches;
  const batch = (n: number, payload: unknown = subscription(n)) => ({
    source: "MultiAccountLogsFunction",
    requestId: `r${n}`,
    failedAt: TIME + n * 1000,
    reason: "busy",
    payload,
  });
  const left = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { id } of failed.list()) ids.push(id);
    return ids;
  };

  beforeEach(async () => {
    failed = new MemoryFailedBatches();
    for (let n = 0; n < 25; n++) await failed.keep(batch(n));
  });

  test("is given again in order, and removed", async () => {
    expect(await run(new BucketSource(failed, {}), { from: "failed" })).toMatchObject({
      redriven: 25,
      failed: 0,
      next: null,
    });
    expect(invoked).toEqual(Array.from({ length: 25 }, (_, n) => subscription(n)));
    expect(await left()).toEqual([]);
  });

  test("only that of a time range", async () => {
    await run(new BucketSource(failed, { from: TIME + 5_000, to: TIME + 8_000 }), { from: "failed" });
    expect(invoked).toEqual([5, 6, 7].map(subscription));
  });

  test("what fails stays, and the others are not held up by it", async () => {
    answer = (payload) => (JSON.stringify(payload).includes('"3"') ? refused() : null);
    expect(await run(new BucketSource(failed, {}), { from: "failed" })).toMatchObject({
      redriven: 24,
      failed: 1,
      reasons: [expect.stringContaining("OPENSEARCH_BUSY")],
    });
    expect(await left()).toHaveLength(1);
  });

  test("stops where everything fails, and says where to go on", async () => {
    answer = refused;
    const first = await run(new BucketSource(failed, {}), { from: "failed" });
    expect(first).toMatchObject({ redriven: 0, failed: 3 });
    expect(invoked).toHaveLength(3);
    expect(await left()).toHaveLength(25);
  });

  test("goes on in the next call when the time is over", async () => {
    let calls = 0;
    const clock = { ...invocation(), getRemainingTimeInMillis: () => (calls < 12 ? 900_000 : 0) };
    answer = () => void calls++;
    const source = new BucketSource(failed, {});
    const first = await redrive(source).handle({ from: "failed" }, clock, new Overheard());
    expect(first).toMatchObject({ redriven: 12, next: expect.any(String) });
    calls = -100;
    const second = await redrive(source).handle({ from: "failed", next: first.next }, clock, new Overheard());
    expect(second).toMatchObject({ redriven: 13, next: null });
    expect(await left()).toEqual([]);
  });

  test("are listed once for all steps of a call", async () => {
    let listings = 0;
    const { list } = failed;
    failed.list = (selection) => {
      listings++;
      return list.call(failed, selection);
    };
    expect(await run(new BucketSource(failed, {}), { from: "failed" })).toMatchObject({ redriven: 25, next: null });
    expect(listings).toBe(1);
  });

  test("what cannot be read stays and counts as failed, and what is behind it is given again", async () => {
    const { read } = failed;
    failed.read = async (id) => {
      if (!/-r([4-7]|24)$/.test(id)) return read.call(failed, id);
      throw new TrailwatchError("INPUT_UNREADABLE", `${id} cannot be replayed: unexpected end of file`, "Look at it.");
    };
    expect(await run(new BucketSource(failed, {}), { from: "failed" })).toMatchObject({
      redriven: 20,
      failed: 5,
      passedOver: 0,
      reasons: Array.from({ length: 5 }, () => expect.stringContaining("cannot be replayed: unexpected end of file")),
      next: null,
    });
    expect(await left()).toHaveLength(5);
  });

  test("what was done is on record, also where the call fails", async () => {
    const { read } = failed;
    failed.read = async (id) => {
      if (!id.endsWith("-r12")) return read.call(failed, id);
      throw new TrailwatchError("AWS_ACCESS_DENIED", "no rights", "Grant them.");
    };
    await expect(run(new BucketSource(failed, {}), { from: "failed", by: "ana" })).rejects.toThrow("no rights");
    expect(audit).toMatchObject([
      {
        action: "replay",
        by: "ana",
        details: {
          asked: { from: "failed" },
          done: { redriven: 10, next: expect.stringMatching(/-r9$/), error: expect.stringContaining("no rights") },
        },
      },
    ]);
  });

  test("of other functions stays: their schedules have made up for it", async () => {
    await failed.keep(batch(99, { Records: [{ eventSource: "aws:dynamodb" }] }));
    expect(await run(new BucketSource(failed, {}), { from: "failed" })).toMatchObject({ redriven: 25, passedOver: 1 });
    expect(await left()).toHaveLength(1);
  });
});

describe("queues", () => {
  const queue = (payloads: readonly unknown[]) => {
    const waiting = payloads.map((payload, at) => ({ payload, at }));
    const gone: number[] = [];
    return {
      gone,
      receive: async () =>
        waiting.splice(0, 10).map(({ payload, at }) => ({
          source: null,
          failedAt: TIME,
          reason: "given up",
          payload,
          done: async () => void gone.push(at),
        })),
    };
  };
  const message = (n: number) => ({ Records: [{ eventSource: "aws:sqs", messageId: `m${n}`, body: "{}" }] });

  test("are emptied one after the other", async () => {
    const first = queue(Array.from({ length: 12 }, (_, n) => message(n)));
    const second = queue([subscription(1)]);
    answer = (payload) => ("awslogs" in (payload as object) ? null : { batchItemFailures: [] });
    expect(await run(new QueueSource([first, second]), { from: "queue" })).toMatchObject({ redriven: 13, next: null });
    expect([first.gone.length, second.gone.length]).toEqual([12, 1]);
  });

  test("a batch of which a part failed has failed, and shows up again", async () => {
    const only = queue([message(1), message(2)]);
    answer = (payload) => ({
      batchItemFailures: JSON.stringify(payload).includes("m1") ? [{ itemIdentifier: "m1" }] : [],
    });
    expect(await run(new QueueSource([only]), { from: "queue" })).toMatchObject({ redriven: 1, failed: 1 });
    expect(only.gone).toEqual([1]);
  });

  test("a message that does not hold its batch stays; another function's goes", async () => {
    const only = queue([null, { Records: [{ eventSource: "aws:dynamodb" }] }]);
    expect(await run(new QueueSource([only]), { from: "queue" })).toMatchObject({ redriven: 0, passedOver: 2 });
    expect(only.gone).toEqual([1]);
  });

  test("without any there is nothing to do", async () => {
    expect(await run(new QueueSource([]), { from: "queue" })).toMatchObject({ redriven: 0, next: null });
  });
});

describe("a time range of the trail", () => {
  const EVENT = {
    from: "trail",
    start: "2026-11-03T02:00:00Z",
    end: "2026-11-03T03:00:00Z",
    by: "arn:aws:iam::1:user/ana",
  };
  const files = (count: number) => ({
    name: "s3://logs",
    async *files(): AsyncGenerator<SourceFile> {
      for (let n = 0; n < count; n++) {
        const path = `s3://logs/AWSLogs/${String(n).padStart(4, "0")}.json.gz`;
        yield { path, size: 1, tag: "", localPath: null, reopenable: true, open: async () => new Uint8Array() };
      }
    },
  });

  test("by its files, some at a time", async () => {
    answer = () => ({ records: 10, created: 4, duplicates: 6 });
    const window = { start: 0, end: TIME };
    expect(await run(new TrailFiles(files(45), window), EVENT)).toMatchObject({
      redriven: 3,
      records: 30,
      created: 12,
      duplicates: 18,
      next: null,
    });
    const keys = invoked.flatMap((payload) => (payload as { replay: { objects: { key: string }[] } }).replay.objects);
    expect(keys).toHaveLength(45);
    expect(keys[44]).toEqual({ bucket: "logs", key: "AWSLogs/0044.json.gz" });
  });

  test("goes on behind the last file", async () => {
    const source = new TrailFiles(files(45), { start: 0, end: TIME });
    const { next } = await run(source, EVENT, 0);
    expect([invoked.length, next]).toEqual([1, "s3://logs/AWSLogs/0019.json.gz"]);
    await run(source, { ...EVENT, next });
    expect(invoked).toHaveLength(3);
  });

  test("is listed once for all steps of a call, and anew only where another call goes on", async () => {
    let listings = 0;
    const counted = {
      name: "s3://logs",
      files: () => {
        listings++;
        return files(45).files();
      },
    };
    const window = { start: 0, end: TIME };
    await run(new TrailFiles(counted, window), EVENT);
    expect([invoked.length, listings]).toEqual([3, 1]);
    await run(new TrailFiles(counted, window), { ...EVENT, next: "s3://logs/AWSLogs/0019.json.gz" });
    expect([invoked.length, listings]).toEqual([5, 2]);
  });

  test("a listing that broke off is not taken for the end", async () => {
    let listings = 0;
    const breaking = {
      name: "s3://logs",
      async *files(): AsyncGenerator<SourceFile> {
        listings++;
        let listed = 0;
        for await (const file of files(45).files()) {
          if (listings === 1 && listed++ === 30) throw new TrailwatchError("AWS_THROTTLED", "slow down", "Try again.");
          yield file;
        }
      },
    };
    const source = new TrailFiles(breaking, { start: 0, end: TIME });
    const { next } = await source.step(null);
    await expect(source.step(next)).rejects.toMatchObject({ code: "AWS_THROTTLED" });
    expect(await source.step(next)).toMatchObject({ pieces: [{}], next: "s3://logs/AWSLogs/0039.json.gz" });
  });

  test("by its log group, in calls that Lambda takes", async () => {
    const pages = [
      { messages: Array.from({ length: 40 }, () => "x".repeat(100_000)), next: "token" },
      { messages: [], next: "token2" },
      { messages: ["last"], next: null },
    ];
    const asked: (string | null)[] = [];
    const source = new TrailLogs({
      read: async (next) => {
        asked.push(next);
        return pages[asked.length - 1] ?? { messages: [], next: null };
      },
    });
    expect(await run(source, EVENT)).toMatchObject({ redriven: 4, next: null });
    expect(asked).toEqual([null, "token", "token2"]);
    const records = invoked.flatMap((payload) => (payload as { replay: { records: string[] } }).replay.records);
    expect(records).toHaveLength(41);
    for (const payload of invoked) expect(JSON.stringify(payload).length).toBeLessThan(6_000_000);
  });

  test("leaves a record of who asked, and what became of it", async () => {
    await run(new TrailFiles(files(1), { start: 0, end: TIME }), EVENT);
    expect(audit).toMatchObject([
      { at: TIME, action: "replay", by: EVENT.by, details: { asked: { from: "trail" }, done: { redriven: 1 } } },
    ]);
  });
});

test.each([
  [{}],
  [{ from: "everywhere" }],
  [{ from: "trail", start: "yesterday", end: "2026-11-03T03:00:00Z" }],
  [{ from: "queue", colour: "blue" }],
])("%j is no request", async (event) => {
  await expect(run(new QueueSource([]), event)).rejects.toThrow();
  expect(audit).toEqual([]);
});

test("a record that cannot be kept does not hide why the call failed", async () => {
  const step = async () => {
    throw new TrailwatchError("AWS_ACCESS_DENIED", "no rights to the bucket", "Grant them.");
  };
  const add = async () => {
    throw new TrailwatchError("AWS_FAILED", "no record", "Try again.");
  };
  const failing = new Redrive({ sourceOf: () => ({ step }), invoke: refused, audit: { add }, now: () => TIME });
  const said = new Overheard();
  await expect(failing.handle({ from: "queue" }, invocation(), said)).rejects.toThrow("no rights to the bucket");
  expect(said.lines).toMatchObject([{ message: "the record of what was given again was not kept" }]);
});

test("what arrives is told from what other functions were given", () => {
  expect([subscription(1), { replay: {} }, { Records: [{ eventSource: "aws:kinesis" }] }].every(isArrival)).toBe(true);
  for (const other of [null, "x", {}, { Records: [] }, { Records: [{ EventSource: "aws:sns" }] }]) {
    expect(isArrival(other)).toBe(false);
  }
});
