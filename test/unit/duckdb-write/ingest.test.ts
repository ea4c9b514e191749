import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "@jest/globals";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { StandardInput } from "#adapters/files/standard-input.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { IngestSummary } from "#core/domain/ingest.ts";
import { type IngestOptions, ingest } from "../../../cli/ingest/index.ts";
import { rawRecords } from "../../../cli/ingest/raw-records.ts";
import { inTemporaryFolder, rowsOf } from "../../fakes/ingest.ts";
import { cloudtrailRecord, eventId, recordsFile } from "../../fakes/records.ts";

type Files = Readonly<Record<string, Uint8Array | string>>;

interface Place {
  readonly logs: string;
  readonly store: string;
  write(files: Files): void;
  read(options?: Partial<IngestOptions>): Promise<IngestSummary>;
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
}

const inPlace = (use: (place: Place) => Promise<void>): Promise<void> =>
  inTemporaryFolder(async (folder) => {
    const logs = join(folder, "logs");
    const store = join(folder, "store.duckdb");
    await use({
      logs,
      store,
      write(files) {
        for (const [name, content] of Object.entries(files)) {
          mkdirSync(dirname(join(logs, name)), { recursive: true });
          writeFileSync(join(logs, name), content);
        }
      },
      read: (options) =>
        ingest({ sources: [new LocalEventSource(logs)], selection: {}, storePath: store, workers: 0, ...options }),
      rows: (sql) => rowsOf(store, sql),
    });
  });

const addsUp = ({ read, stored, duplicates, quarantined, leftOut }: IngestSummary): boolean =>
  read === stored + duplicates + leftOut + Object.values(quarantined).reduce((sum, count) => sum + count, 0);

const records = (...changes: readonly Record<string, unknown>[]): Buffer =>
  recordsFile(changes.map((change) => cloudtrailRecord(change)));

test("what is read stands in the views as it was logged", () =>
  inPlace(async ({ write, read, rows, logs }) => {
    write({
      "a.json": records(
        { eventID: eventId(1) },
        { eventID: "not a uuid", requestID: "also none", errorCode: "AccessDenied", vpcEndpointId: "vpce-1" },
      ),
    });
    const summary = await read();
    expect(summary).toMatchObject({ files: 1, read: 2, stored: 2, first: Date.UTC(2026, 10, 3, 2, 14) });
    expect(addsUp(summary)).toBe(true);
    const found = await rows("select * from usage_events order by record");
    expect(found).toMatchObject([
      {
        event_id: eventId(1),
        account: "111122223333",
        region: "eu-west-1",
        service: "ec2",
        action: "DescribeInstances",
        read_only: true,
        category: "management",
        outcome: "success",
        error_code: null,
        principal: "arn:aws:iam::111122223333:user/alice",
        access_key_id: "AKIAEXAMPLE",
        source_ip: "198.51.100.7",
        tool: "aws-cli",
        request_id: "0c1b2a39-4855-4657-8a9b-0c1b2a394855",
        unpriced: false,
        added_usd_hour_low: null,
        counted: true,
        file: join(logs, "a.json"),
        record: 1,
      },
      {
        event_id: "not a uuid",
        request_id: "also none",
        outcome: "denied",
        error_code: "AccessDenied",
        vpc_endpoint: "vpce-1",
        record: 2,
      },
    ]);
    const places = found.map(({ file, record }) => ({ file: file as string, record: record as number })).reverse();
    const texts: string[] = [];
    const elsewhere = () => Promise.reject(new Error("nothing here is of S3"));
    for await (const text of rawRecords(places, elsewhere)) texts.push(text);
    expect(texts.map((text) => JSON.parse(text).eventID)).toEqual(["not a uuid", eventId(1)]);
  }));

test("one id counts once, whatever order its fields are written in; another content is a conflict that is kept", () =>
  inPlace(async ({ write, read, rows, logs }) => {
    const reversed = Object.fromEntries(Object.entries(cloudtrailRecord({ eventID: eventId(2) })).reverse());
    write({
      "1.json": records({ eventID: eventId(1) }, { eventID: eventId(2) }, { eventID: eventId(3) }),
      "2.json": Buffer.from(
        JSON.stringify({
          Records: [
            cloudtrailRecord({ eventID: eventId(1) }),
            reversed,
            cloudtrailRecord({ eventID: eventId(3), userAgent: "other" }),
          ],
        }),
      ),
    });
    const summary = await read();
    expect(summary).toMatchObject({
      read: 6,
      stored: 3,
      duplicates: 2,
      conflicts: 1,
      quarantined: { "id-conflict": 1 },
    });
    expect(addsUp(summary)).toBe(true);
    expect(await rows("select distinct file from usage_events")).toEqual([{ file: join(logs, "1.json") }]);
    const [conflict] = await rows("select * from conflicts");
    expect(conflict).toMatchObject({ event_id: eventId(3), other_file: join(logs, "2.json") });
    expect(JSON.parse(conflict?.["other_record"] as string).userAgent).toBe("other");
  }));

test("the same record through standard input is a duplicate, whatever can be read again; another content still is none", () =>
  inPlace(async ({ write, read, logs }) => {
    const input = (...changes: readonly Record<string, unknown>[]) => ({
      sources: [
        new StandardInput(
          (async function* () {
            yield records(...changes);
          })(),
        ),
      ],
    });
    const [r1, r2, r3] = [{ eventID: eventId(1) }, { eventID: eventId(2) }, { eventID: eventId(3) }];
    write({ "a.json": records(r1, r2, r3) });
    await read();
    expect(await read(input(r1))).toMatchObject({ stored: 3, duplicates: 1, conflicts: 0, quarantined: {} });
    expect(await read(input({ ...r2, userAgent: "other" }))).toMatchObject({ duplicates: 1, conflicts: 1 });
    // Neither is to be had any more: the stored fingerprint is of the file's bytes.
    rmSync(join(logs, "a.json"));
    expect(await read(input({ eventName: "RunInstances", ...r3 }))).toMatchObject({ duplicates: 2, conflicts: 1 });
  }));

test("records without an id are known by their content", () =>
  inPlace(async ({ write, read, rows }) => {
    const none = { eventID: undefined };
    write({ "1.json": records(none, { ...none, eventName: "RunInstances" }), "2.json": records(none) });
    expect(await read()).toMatchObject({ read: 3, stored: 2, duplicates: 1, conflicts: 0 });
    const ids = (await rows("select event_id from usage_events")).map(({ event_id }) => event_id as string);
    expect(ids.every((id) => /^sha256:[0-9a-f]{64}$/.test(id))).toBe(true);
  }));

test("a second run reads what is new and nothing twice; a file that changed is read again in place of what it was", () =>
  inPlace(async ({ write, read, rows, logs }) => {
    write({ "1.json": records({ eventID: eventId(1) }) });
    await read();
    write({
      "0.json": records({ eventID: eventId(5) }),
      "2.json": records({ eventID: eventId(1) }, { eventID: eventId(2) }),
    });
    const second = await read();
    expect(second).toMatchObject({ files: 3, filesSkipped: 1, read: 4, stored: 3, duplicates: 1 });
    expect(addsUp(second)).toBe(true);
    write({ "2.json": records({ eventID: eventId(7) }) });
    utimesSync(join(logs, "2.json"), 1, 1);
    const third = await read();
    expect(third).toMatchObject({ files: 3, filesSkipped: 2, read: 3, stored: 3, duplicates: 0 });
    const ids = await rows("select event_id from usage_events order by event_id");
    expect(ids.map(({ event_id }) => event_id)).toEqual([eventId(1), eventId(5), eventId(7)]);
  }));

test("an interrupted run leaves whole files, and the next goes on to the same end", () =>
  inPlace(async ({ write, read, rows }) => {
    const files: Record<string, Buffer> = {};
    for (let file = 0; file < 20; file++) {
      const ids = Array.from({ length: 30 }, (_, n) => ({ eventID: eventId(file * 100 + n) }));
      files[`${String(file).padStart(2, "0")}.json`] = records(...ids);
    }
    write(files);
    const stop = new AbortController();
    const interrupted = read({
      signal: stop.signal,
      onProgress: ({ files: done }) => {
        if (done >= 5) stop.abort();
      },
    });
    await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
    const perFile = await rows("select file, count(*)::int as events from usage_events group by file");
    expect(perFile.length).toBeGreaterThanOrEqual(5);
    expect(perFile.length).toBeLessThan(20);
    expect(perFile.every(({ events }) => events === 30)).toBe(true);
    const summary = await read();
    expect(summary).toMatchObject({ files: 20, read: 600, stored: 600, duplicates: 0 });
    expect(summary.filesSkipped).toBe(perFile.length);
  }));

test("the same input gives the same store, and a selection counts what it leaves out", () =>
  inPlace(async ({ write, read, rows, store }) => {
    write({
      "b.json": records({ eventID: eventId(2), awsRegion: "us-east-1" }),
      "a.json": records({ eventID: eventId(1) }),
    });
    await read();
    const all = "select * from events order by key";
    const first = await rows(all);
    const again = join(dirname(store), "again.duckdb");
    await read({ storePath: again });
    expect(await rowsOf(again, all)).toEqual(first);
    const west = join(dirname(store), "west.duckdb");
    const selected = await read({ storePath: west, selection: { regions: ["eu-west-1"] } });
    expect(selected).toMatchObject({ read: 2, stored: 1, leftOut: 1 });
  }));

test("files that are not CloudTrail's are counted by reason, unreadable input is quarantined and listed", () =>
  inPlace(async ({ write, read, logs, store }) => {
    write({
      "a.json": records({ eventID: eventId(1) }),
      "organization.json": JSON.stringify({ Accounts: [] }),
      "digest.json.gz": gzipSync(JSON.stringify({ digestS3Bucket: "b", logFiles: [] })),
      "torn.json.gz": gzipSync(records({ eventID: eventId(2) })).subarray(0, 60),
    });
    const quarantinePath = join(dirname(store), "quarantine.ndjson");
    const summary = await read({ quarantinePath });
    expect(summary.filesLeftOut).toEqual({ digest: 1, "not-cloudtrail": 1 });
    expect(summary).toMatchObject({ files: 2, read: 2, stored: 1, quarantined: { "truncated-gzip": 1 } });
    expect(addsUp(summary)).toBe(true);
    const lines = readFileSync(quarantinePath, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { file: join(logs, "torn.json.gz"), reason: "truncated-gzip", position: expect.stringContaining("byte") },
    ]);
  }));

test("what a selection left out is read when another is asked for, and what stands whole is not read again", () =>
  inPlace(async ({ write, read, rows }) => {
    const west = { regions: ["eu-west-1"] };
    write({
      "a.json": records({ eventID: eventId(1) }),
      "b.json": records({ eventID: eventId(2) }, { eventID: eventId(3), awsRegion: "us-east-1" }),
    });
    expect(await read({ selection: west })).toMatchObject({ stored: 2, leftOut: 1 });
    expect(await read({ selection: west })).toMatchObject({ filesSkipped: 2, stored: 2, leftOut: 1 });
    const whole = await read();
    expect(whole).toMatchObject({ files: 2, filesSkipped: 1, read: 3, stored: 3, leftOut: 0, duplicates: 0 });
    expect(await read()).toMatchObject({ filesSkipped: 2, stored: 3 });
    expect(await rows("select event_id from usage_events")).toHaveLength(3);
  }));

test("a file that could not be read is tried again by the next run", () =>
  inPlace(async ({ write, read, logs }) => {
    write({ "a.json": records({ eventID: eventId(1) }) });
    const bytes = readFileSync(join(logs, "a.json"));
    const file = { path: "s3://logs/a.json", size: bytes.length, tag: "etag", localPath: null, reopenable: true };
    const source = (open: () => Promise<Uint8Array>) => ({
      name: "logs",
      async *files() {
        yield { ...file, open };
      },
    });
    const refused = source(() => Promise.reject(new TrailwatchError("INPUT_UNREADABLE", "refused", "Allow it.")));
    const readable = source(async () => bytes);
    const local = {
      name: "gone",
      async *files() {
        yield { ...file, localPath: join(logs, "gone.json"), open: async () => bytes };
      },
    };
    for (const unreadable of [refused, local]) {
      const summary = await read({ sources: [unreadable] });
      expect(summary).toMatchObject({ read: 1, stored: 0, filesSkipped: 0, quarantined: { "unreadable-file": 1 } });
    }
    const again = await read({ sources: [readable] });
    expect(again).toMatchObject({ read: 1, stored: 1, filesSkipped: 0, quarantined: {} });
    expect(await read({ sources: [readable] })).toMatchObject({ filesSkipped: 1, stored: 1 });
  }));

test("events that another file still holds outlive the file that they were kept from", () =>
  inPlace(async ({ write, read, rows, logs }) => {
    // Read first, so that it is kept from; listed last, so that what has copies is skipped before it is replaced.
    write({ "9.json": records({ eventID: eventId(1) }, { eventID: eventId(2) }, { eventID: eventId(4) }) });
    await read();
    write({
      "2.json": records({ eventID: eventId(1) }, { eventID: eventId(3) }),
      "3.json": records({ eventID: eventId(4), userAgent: "other" }),
      "1.json": records({ eventID: eventId(8) }),
    });
    expect(await read()).toMatchObject({ stored: 5, duplicates: 1, conflicts: 1 });
    write({ "9.json": records({ eventID: eventId(2) }) });
    utimesSync(join(logs, "9.json"), 1, 1);
    const summary = await read();
    expect(summary).toMatchObject({
      files: 4,
      filesSkipped: 1,
      stored: 5,
      duplicates: 0,
      conflicts: 0,
      quarantined: {},
    });
    expect(addsUp(summary)).toBe(true);
    const ids = await rows("select event_id from usage_events order by event_id");
    expect(ids.map(({ event_id }) => event_id)).toEqual([1, 2, 3, 4, 8].map(eventId));
    expect(await rows("select * from conflicts")).toEqual([]);
  }));

test("an action logged in two accounts counts in the caller's, or in the owner's when a service calls", () =>
  inPlace(async ({ write, read, rows }) => {
    const owner = "999988887777";
    const topic = (account: string) => [
      { ARN: `arn:aws:sns:eu-west-1:${account}:topic`, accountId: account, type: "AWS::SNS::Topic" },
    ];
    const bucket = [{ ARN: "arn:aws:s3:::logs", accountId: owner, type: "AWS::S3::Bucket" }];
    const byService = {
      userIdentity: { type: "AWSService", invokedBy: "delivery.logs.amazonaws.com" },
      resources: topic(owner),
    };
    write({
      "a.json": records(
        { eventID: eventId(1), sharedEventID: "shared-1", recipientAccountId: owner },
        { eventID: eventId(2), sharedEventID: "shared-1" },
        { eventID: eventId(3), sharedEventID: "shared-2", ...byService },
        { eventID: eventId(4), sharedEventID: "shared-2", ...byService, recipientAccountId: owner },
        { eventID: eventId(5), sharedEventID: "shared-3" },
        { eventID: eventId(6), sharedEventID: "shared-4", ...byService, resources: bucket },
        {
          eventID: eventId(7),
          sharedEventID: "shared-4",
          ...byService,
          resources: bucket,
          recipientAccountId: owner,
        },
      ),
    });
    expect(await read()).toMatchObject({ stored: 7 });
    const counted = await rows("select event_id from usage_events where counted order by event_id");
    expect(counted.map(({ event_id }) => event_id)).toEqual([2, 4, 5, 7].map(eventId));
  }));

test("the copy of an action in another account counts again when the caller's is gone", () =>
  inPlace(async ({ write, read, rows, logs }) => {
    const shared = { sharedEventID: "shared-1" };
    write({
      "a.json": records({ eventID: eventId(1), ...shared }),
      "b.json": records({ eventID: eventId(2), ...shared, recipientAccountId: "999988887777" }),
    });
    const counted = "select event_id from usage_events where counted";
    await read();
    expect(await rows(counted)).toEqual([{ event_id: eventId(1) }]);
    write({ "a.json": records({ eventID: eventId(3) }) });
    utimesSync(join(logs, "a.json"), 1, 1);
    await read();
    expect(await rows(`${counted} order by event_id`)).toEqual([{ event_id: eventId(2) }, { event_id: eventId(3) }]);
  }));

test("what is freed is priced from its making, once, and stays unpriced where the making is not in the logs", () =>
  inPlace(async ({ write, read, rows }) => {
    const instances = (...ids: readonly string[]) => ({
      instancesSet: { items: ids.map((instanceId) => ({ instanceId, instanceType: "m5.large" })) },
    });
    const at = (minute: number): string => `2026-11-03T02:${String(minute).padStart(2, "0")}:00Z`;
    const freeing = (n: number, eventName: string, minute: number, ...ids: readonly string[]) => ({
      eventID: eventId(n),
      eventName,
      readOnly: false,
      eventTime: at(minute),
      requestParameters: { instancesSet: { items: ids.map((instanceId) => ({ instanceId })) } },
      responseElements: {
        instancesSet: {
          items: ids.map((instanceId) => ({
            instanceId,
            previousState: { name: "running" },
            currentState: { name: "shutting-down" },
          })),
        },
      },
    });
    write({
      "a.json": records(
        {
          eventID: eventId(1),
          eventName: "RunInstances",
          readOnly: false,
          eventTime: at(0),
          requestParameters: { instanceType: "m5.large", instancesSet: { items: [{ minCount: 2, maxCount: 2 }] } },
          responseElements: instances("i-1", "i-2"),
        },
        freeing(2, "TerminateInstances", 5, "i-1"),
        freeing(3, "TerminateInstances", 6, "i-unknown"),
        freeing(4, "TerminateInstances", 7, "i-2", "i-unknown-too"),
      ),
    });
    await read();
    const found = await rows(
      "select event_id, added_usd_hour_low::double as added, removed_usd_hour_low::double as removed, unpriced from usage_events order by event_id",
    );
    const added = found[0]?.["added"] as number;
    expect(added).toBeGreaterThan(0);
    expect(found[1]?.["removed"]).toBeCloseTo(added / 2, 9);
    expect(found[1]?.["unpriced"]).toBe(false);
    expect(found[2]).toMatchObject({ removed: null, unpriced: true });
    expect(found[3]?.["removed"]).toBeCloseTo(added / 2, 9);
    expect(found[3]?.["unpriced"]).toBe(true);
  }));

test("an instance that is started again is priced from its launch, and stopping it frees as much", () =>
  inPlace(async ({ write, read, rows }) => {
    const change = (n: number, eventName: string, previous: string, ...ids: readonly string[]) => ({
      eventID: eventId(n),
      eventName,
      readOnly: false,
      eventTime: `2026-11-03T02:0${n}:00Z`,
      responseElements: {
        instancesSet: { items: ids.map((instanceId) => ({ instanceId, previousState: { name: previous } })) },
      },
    });
    const launch = {
      eventID: eventId(1),
      eventName: "RunInstances",
      readOnly: false,
      eventTime: "2026-11-03T02:01:00Z",
      requestParameters: { instanceType: "m5.large" },
      responseElements: { instancesSet: { items: [{ instanceId: "i-1", instanceType: "m5.large" }] } },
    };
    write({
      "a.json": records(
        launch,
        change(2, "StopInstances", "running", "i-1"),
        change(3, "StartInstances", "stopped", "i-1"),
        change(4, "StopInstances", "running", "i-1"),
        change(5, "StartInstances", "stopped", "i-1", "i-unknown"),
        change(6, "StartInstances", "stopped", "i-unknown"),
      ),
    });
    const sql = `select added_usd_hour_low::double as added, removed_usd_hour_low::double as removed, unpriced
      from usage_events order by event_id`;
    await read();
    const found = await rows(sql);
    const price = found[0]?.["added"] as number;
    expect(price).toBeGreaterThan(0);
    expect(found).toEqual([
      { added: price, removed: null, unpriced: false },
      { added: null, removed: price, unpriced: false },
      { added: price, removed: null, unpriced: false },
      { added: null, removed: price, unpriced: false },
      { added: price, removed: null, unpriced: true },
      { added: null, removed: null, unpriced: true },
    ]);
    write({ "b.json": records({ eventID: eventId(9) }) });
    await read();
    expect((await rows(sql)).slice(0, 6)).toEqual(found);
  }));

test("a store that is open elsewhere, of another version, or none at all is refused with what to do", () =>
  inPlace(async ({ write, read, store }) => {
    write({ "a.json": records({ eventID: eventId(1) }) });
    await read();
    const holder = `import { DuckDBInstance } from "@duckdb/node-api";
      const instance = await DuckDBInstance.create(${JSON.stringify(store)});
      process.stdout.write("open"); setTimeout(() => instance.closeSync(), 60000);`;
    const { spawn } = await import("node:child_process");
    const child = spawn(process.execPath, ["--input-type=module", "-e", holder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await expect(read()).rejects.toMatchObject({ code: "STORE_BUSY", nextStep: expect.stringContaining("other") });
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));

    const instance = await DuckDBInstance.create(store);
    const connection = await instance.connect();
    await connection.run("update meta set value = '0' where name = 'schema_version'");
    connection.closeSync();
    instance.closeSync();
    await expect(read()).rejects.toMatchObject({ code: "STORE_VERSION" });

    writeFileSync(store, "this is no database, but it is long enough to be looked at as one");
    await expect(read()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  }));

test("threads read the same as none", () =>
  inPlace(async ({ write, read, rows, logs, store }) => {
    const files: Record<string, Buffer> = {};
    for (let file = 0; file < 12; file++) {
      const ids = Array.from({ length: 50 }, (_, n) => ({
        eventID: eventId(file * 40 + n),
        userAgent: `agent ${n % 7}`,
      }));
      files[`${String(file).padStart(2, "0")}.json.gz`] = gzipSync(records(...ids));
    }
    write({ ...files, "07b.json": "[{}" });
    const alone = await read();
    const threaded = join(dirname(store), "threaded.duckdb");
    const script = `import { ingest } from ${JSON.stringify(fileURLToPath(new URL("../../../cli/ingest/index.ts", import.meta.url)))};
      import { LocalEventSource } from ${JSON.stringify(fileURLToPath(new URL("../../../adapters/files/local-event-source.ts", import.meta.url)))};
      const summary = await ingest({ sources: [new LocalEventSource(${JSON.stringify(logs)})], selection: {}, storePath: ${JSON.stringify(threaded)}, workers: 2 });
      process.stdout.write(JSON.stringify(summary));`;
    const node24 = fileURLToPath(new URL("../../../node_modules/node/bin/node", import.meta.url));
    const child = spawnSync(node24, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 30_000 });
    expect(child.stderr).toBe("");
    expect(JSON.parse(child.stdout)).toEqual(alone);
    const sql = "select * exclude (cost_basis, unpriced_reasons) from usage_events order by key";
    expect(await rowsOf(threaded, sql)).toEqual(await rows(sql));
  }));
