import { beforeAll, describe, expect, test } from "@jest/globals";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type ForestOptions, OpenSearchForest } from "#adapters/opensearch/forest/forest-results.ts";
import { HeldResults } from "#adapters/opensearch/forest/held-results.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import {
  createDetector,
  readRun,
  startDetector,
  stopDetector,
} from "#adapters/opensearch/provisioning/detector-api.ts";
import { type DetectorSpec, detectorBody, detectorSpecs } from "#adapters/opensearch/provisioning/detectors.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import { parseConfig } from "#core/config/index.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { DetectorResult } from "#core/ports/second-opinion.ts";
import { distinctFindings } from "#core/second-opinion/distinct-findings.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { liveNode } from "./support/live-node.ts";
import { nodeWith } from "./support/plugin-node.ts";

const node = nodeWith("opensearch-anomaly-detection");

const ENTITIES = [
  "111111111111|eu-west-1",
  "111111111111|us-east-1",
  "222222222222|eu-west-1",
  "333333333333|us-east-1",
];
const TYPES: Readonly<Record<string, string>> = { "222222222222": "development", "333333333333": "development" };
const NOW = Date.now();
const HISTORY = 2 * DAY;
const START = bucketStart(NOW - HISTORY);
/** Past what a live detector learns from before it is sure of anything, and judged at its first run. */
const SPIKE = bucketStart(NOW - 25 * MINUTE) - 3 * BUCKET;
const FURTHER = bucketStart(NOW - 6 * HOUR);

const by = (category: "entity" | "account-type", signal: string) => ({
  signal: BUILT_IN_SIGNALS.find(({ id }) => id === signal) ?? raise(signal),
  by: category,
});
const raise = (signal: string): never => {
  throw new Error(`no such signal: ${signal}`);
};

let names: IndexNames;
let specs: readonly DetectorSpec[];
const ids = new Map<string, string>();
const idOf = (spec: DetectorSpec | undefined): string => ids.get(spec?.name ?? "") ?? raise(spec?.name ?? "");

beforeAll(async () => {
  names = indexNames(node.namespace);
  specs = detectorSpecs(
    [by("entity", "instances-launched"), by("entity", "denied-calls"), by("account-type", "instances-launched")],
    { names, config: parseConfig({}).opensearch, latenessMinutes: 15 },
  );
  for (const { name, body } of indexTemplates(names, { replicas: 0, shards: 1 })) {
    await node.connection.send("PUT", `/_index_template/${name}`, { body });
  }
  await writeRollups();
  // the last one is configured and not made
  for (const spec of specs.slice(0, 2)) {
    ids.set(spec.name, await createDetector(node.connection, detectorBody(spec, node.version, names, false)));
  }
  await startDetector(node.connection, idOf(specs[0]), { start: START, end: bucketStart(NOW) });
  await until("the run over the past is finished", async () => {
    const { historical } = await readRun(node.connection, idOf(specs[0]));
    return historical?.state === "FINISHED";
  });
  await refresh(node.connection, `${names.forestResults}-history-*`);
}, 240_000);

/** A few launches an hour everywhere; two entities launch a fleet at the same time, one of them another earlier. */
async function writeRollups(): Promise<void> {
  const lines: string[] = [];
  for (const [place, entity] of ENTITIES.entries()) {
    const [account = "", region = ""] = entity.split("|");
    for (const signal of ["instances-launched", "denied-calls"]) {
      for (let bucket = START; bucket < bucketStart(NOW); bucket += BUCKET) {
        const value = valueAt(place, bucket, signal);
        lines.push(
          JSON.stringify({ create: { _index: names.rollupsAt(bucket), _id: `${signal}|${entity}|${bucket}` } }),
        );
        lines.push(
          JSON.stringify({
            "@timestamp": bucket,
            bucket_minutes: 5,
            signal,
            account,
            region,
            entity,
            account_type: TYPES[account] ?? "production",
            value,
            root: Math.sqrt(value),
            written_at: NOW,
          }),
        );
      }
    }
  }
  for (let at = 0; at < lines.length; at += 4000) {
    const part = lines.slice(at, at + 4000).map((line) => `${line}\n`);
    const { body } = await node.connection.send("POST", "/_bulk", { query: { refresh: true }, lines: part.join("") });
    expect(body.errors).toBe(false);
  }
}

function valueAt(place: number, bucket: EpochMs, signal: string): number {
  const spike = signal === "instances-launched" && (place === 0 || place === 3);
  if (spike && (bucket === SPIKE || (place === 0 && bucket === FURTHER))) return 400;
  return (((bucket / BUCKET) * 7 + place * 3) % 5) + 2;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 180_000; Date.now() < end; ) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`not in three minutes: ${what}`);
}

const open = (options?: ForestOptions): Promise<OpenSearchForest> =>
  OpenSearchForest.open(node.connection, names, specs, options);

async function collected(results: AsyncIterable<DetectorResult>): Promise<readonly DetectorResult[]> {
  const all: DetectorResult[] = [];
  for await (const result of results) all.push(result);
  return all;
}

const large = (results: readonly DetectorResult[]) =>
  distinctFindings(results)
    .filter(({ actual }) => (actual ?? 0) >= 100)
    .map(({ entity, window: { start, end }, actual }) => ({
      entity: entity.of === "region" ? `${entity.account}|${entity.region}` : entity.of,
      start,
      buckets: (end - start) / BUCKET,
      actual,
    }));

const PLANTED = [
  { entity: ENTITIES[0], start: FURTHER, buckets: 1, actual: 400 },
  { entity: ENTITIES[0], start: SPIKE, buckets: 1, actual: 400 },
  { entity: ENTITIES[3], start: SPIKE, buckets: 1, actual: 400 },
];
const span = { start: START, end: NOW };

test("every entity that alerted is reported, page after page", async () => {
  const whole = await collected((await open()).results(span));
  expect(large(whole)).toEqual(PLANTED);
  const paged = await collected((await open({ pageSize: 1 })).results(span));
  expect(new Set(paged.map((one) => JSON.stringify(one)))).toEqual(new Set(whole.map((one) => JSON.stringify(one))));
  const early = await collected((await open()).results({ start: START, end: FURTHER + BUCKET }));
  expect(large(early)).toEqual(PLANTED.slice(0, 1));
});

test("whether an entity was judged in a window is asked of its own results", async () => {
  const about = { signal: "instances-launched", account: "222222222222", region: "eu-west-1" };
  const window = { start: FURTHER, end: FURTHER + HOUR };
  const forest = await open();
  expect(
    await forest.judged([
      { ...about, window },
      { ...about, region: "us-east-1", window },
      { ...about, signal: "denied-calls", window },
      { ...about, window: { start: START - DAY, end: START } },
      { ...about, window: { start: FURTHER, end: FURTHER + BUCKET } },
    ]),
  ).toEqual([true, false, false, false, true]);
  expect(await forest.judged([])).toEqual([]);
});

test("a detector that was never started is stopped, one that was never made absent", async () => {
  const states = await (await open()).detectors(NOW);
  expect(states).toEqual([
    { signal: "instances-launched", by: "region", unheard: { why: "stopped" }, until: bucketStart(NOW) },
    { signal: "denied-calls", by: "region", unheard: { why: "stopped" }, until: null },
    { signal: "instances-launched", by: "account-type", unheard: { why: "absent" }, until: null },
  ]);
});

test("windows that are judged live, and again after a restart, are new results of known findings", async () => {
  const id = idOf(specs[0]);
  const before = await collected((await open()).results(span));
  const held = new HeldResults();
  const heldNow = async () => collected((await open({ held, pageSize: 2 })).results(span));
  expect(large(await heldNow())).toEqual(PLANTED);
  for (let start = 0; start < 2; start++) {
    const known = (await collected((await open()).results(span))).length;
    await startDetector(node.connection, id);
    await until("the live spikes are written", async () => {
      return (await collected((await open()).results(span))).length >= known + 2;
    });
    await stopDetector(node.connection, id, await readRun(node.connection, id));
  }
  const after = await collected((await open()).results(span));
  expect(after.length).toBeGreaterThanOrEqual(before.length + 4);
  expect(large(after)).toEqual(PLANTED);
  const known = (results: readonly DetectorResult[]) => results.map((one) => JSON.stringify(one)).sort();
  expect(known(await heldNow())).toEqual(known(after));
}, 480_000);

test("one that runs is heard while its newest result is fresh, and silent once it is older than it should be", async () => {
  const spec = specs[1];
  await startDetector(node.connection, idOf(spec));
  const state = async (now: EpochMs) =>
    (await (await open()).detectors(now)).find(({ signal }) => signal === "denied-calls");
  await until("it has learned", async () => (await state(Date.now()))?.unheard?.why !== "learning");
  const heard = await state(Date.now());
  expect(heard).toMatchObject({ unheard: null, until: expect.any(Number) });
  expect(Date.now() - (heard?.until ?? 0)).toBeLessThan(45 * MINUTE);
  expect(await state(Date.now() + HOUR)).toEqual({
    ...heard,
    unheard: { why: "silent", since: heard?.until },
  });
}, 240_000);

describe("where the engine does not know detectors at all", () => {
  const core = liveNode();

  test("each is absent, and nothing is found", async () => {
    const elsewhere = await OpenSearchForest.open(
      {
        ...core.connection,
        send: (method, path, request) =>
          core.connection.send(method, path.replace("/_anomaly_detection/", "/_no_such_plugin/"), request),
      },
      indexNames(core.namespace),
      specs,
    );
    expect((await elsewhere.detectors(NOW)).map(({ unheard }) => unheard?.why)).toEqual(["absent", "absent", "absent"]);
    expect(await collected(elsewhere.results(span))).toEqual([]);
    const asked = { signal: "instances-launched", account: "111111111111", region: "eu-west-1", window: span };
    expect(await elsewhere.judged([asked])).toEqual([false]);
  });
});
