import type { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DuckDbEventStore } from "#adapters/duckdb/duckdb-event-store.ts";
import { readAll } from "#adapters/duckdb/read.ts";
import { BUCKET, MINUTE } from "#core/domain/time.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { launched, sampleEvent } from "../fakes/usage-events.ts";

const START = Date.UTC(2026, 10, 3, 2);
const change = (id: string, minute: number, changes: Parameters<typeof sampleEvent>[0] | object = {}) => ({
  event: sampleEvent({
    id,
    time: START + minute * MINUTE,
    readOnly: false,
    action: "PutBucketPolicy",
    service: "s3",
    ...changes,
  }),
  counted: true,
});

let instance: DuckDBInstance;
let store: DuckDbEventStore;
beforeAll(async () => {
  instance = await filledDuckDb([
    change("a", 1, { resources: ["arn:aws:s3:::logs"] }),
    change("b", 2, { resources: ["bucket/other", "bucket/logs"] }),
    change("c", 3, { resources: ["bucket/catalogs"] }),
    change("d", 4, { resources: ["bucket/logs"], readOnly: true }),
    change("e", 5, {
      action: "RunInstances",
      service: "ec2",
      quantities: [{ ...launched(1, "m5.large"), resourceIds: ["i-1"] }],
    }),
    change("f", 6, {
      principal: {
        ...sampleEvent({ id: "" }).principal,
        id: "arn:aws:iam::1:role/ops/deploy",
        name: "deploy",
        session: "run-7",
      },
    }),
  ]);
  store = await DuckDbEventStore.open(instance, { riskyAction: () => false });
});
afterAll(async () => {
  await store.close();
  instance.closeSync();
});

test.each([
  ["logs", ["a", "b"]],
  ["arn:aws:s3:::logs", ["a"]],
  ["bucket/logs", ["b"]],
  ["i-1", ["e"]],
  ["deploy", ["f"]],
  ["run-7", ["f"]],
  ["AKIA1", ["a", "b", "c", "e", "f"]],
  ["log", []],
  ["%", []],
  ["' or true --", []],
])("history of %s: who changed it", async (subject, expected) => {
  expect((await store.history(subject, 10)).map(({ event }) => event.id)).toEqual(expected);
});

test("history keeps the latest, in time order, and reads only when asked", async () => {
  expect((await store.history("AKIA1", 2)).map(({ event }) => event.id)).toEqual(["e", "f"]);
  expect((await store.history("logs", 10, true)).map(({ event }) => event.id)).toEqual(["a", "b", "d"]);
});

test("every event says in which file and where in it its record stands", async () => {
  const stored = await store.storedEvents({ ids: ["c", "a"] }, 10);
  expect(stored.map(({ event, file, record }) => [event.id, file, record])).toEqual([
    ["a", "logs/first.json.gz", 1],
    ["c", "logs/first.json.gz", 3],
  ]);
});

test("counts are kept in a table that people can query", async () => {
  for await (const _ of store.rollup(BUILT_IN_SIGNALS, BUCKET));
  const connection = await instance.connect();
  const rows = await readAll(
    connection,
    "select signal, region, value, bucket_seconds, epoch_ms(bucket)::double as bucket from usage_rollups where signal = 'instances-launched'",
  );
  connection.closeSync();
  expect(rows).toEqual([
    { signal: "instances-launched", region: "eu-west-1", value: 1, bucket_seconds: 300, bucket: START + BUCKET },
  ]);
});
