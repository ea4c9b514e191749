import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { CoreNode } from "./core-node.ts";
import type { Json } from "./exchange.ts";
import { type StandIn, startStandIn } from "./index.ts";
import { coreUrl, standInTest } from "./own-tests.ts";
import { exchanges } from "./recordings.ts";
import { RECORDED_NOW, ReplayData } from "./replay-data.ts";

/** What a test can make happen on the stand-in that it cannot on somebody's node. */

const core = new CoreNode(coreUrl);
const own = `t-${randomBytes(3).toString("hex")}-`;
const RESULTS = `opensearch-ad-plugin-result-${own}controls`;
const DETECTORS = "/_plugins/_anomaly_detection/detectors";
const MINUTE_MS = 60_000;
const NOW = RECORDED_NOW + 700_000;
const data = new ReplayData(core, 0, own);
let standIn: StandIn;

beforeAll(async () => {
  await data.load();
});

afterAll(async () => {
  await data.clear();
  await core.ask("DELETE", `/${RESULTS}*`);
});

standInTest("a request whose like was never recorded is refused, and said so", async () => {
  await withStandIn(async () => {
    const answer = await send("GET", "/_plugins/_ism/policies");
    expect(answer).toEqual({
      status: 501,
      body: { stand_in: "refused", request: "GET /_plugins/_ism/policies", reason: "no such request was recorded" },
    });
    await send("POST", DETECTORS, { ...detectorNamed("a"), ui_metadata: 1, shingle_size: undefined });
    expect(standIn.refused).toEqual([
      "GET /_plugins/_ism/policies: no such request was recorded",
      `POST ${DETECTORS}: a detector sent without shingle_size`,
    ]);
    expect(standIn.dropped).toEqual(["ui_metadata"]);
  });
});

standInTest("a historical run finds the planted spike by the plain rule, in its own window", async () => {
  await withStandIn(async () => {
    const id = await create("historical");
    const range = { start_time: 1_795_077_600_000, end_time: 1_795_135_200_000 };
    const { _id: task_id } = (await send("POST", `${DETECTORS}/${id}/_start`, range)).body;
    const states: string[] = [];
    while (!["FINISHED", "FAILED"].includes(states.at(-1) ?? "")) {
      await standIn.idle();
      const { body } = await send("GET", `${DETECTORS}/${id}?task=true`);
      states.push(body.historical_analysis_task.state);
    }
    expect(states).toEqual(["CREATED", "RUNNING", "RUNNING", "FINISHED"]);
    const found = await results({ bool: { filter: [{ term: { task_id } }, { term: { anomaly_grade: 1 } }] } });
    expect(found.map(({ entity, data_start_time }) => [entity[0].value, data_start_time])).toContainEqual([
      "222222222222|us-east-1",
      1_795_128_000_000,
    ]);
  });
});

standInTest("windows come again after a stop and a start, and once more after a restart; then silence", async () => {
  await withStandIn(async () => {
    const id = await create("real-time");
    const path = `${DETECTORS}/${id}`;
    const windows = async (): Promise<number[]> => {
      const entity = { nested: { path: "entity", query: { term: { "entity.value": "111111111111|us-east-1" } } } };
      const found = await results({ bool: { filter: [{ term: { detector_id: id } }, entity] } });
      return found.map(({ data_end_time }) => data_end_time).sort((a, b) => b - a);
    };
    await send("POST", `${path}/_start`);
    expect((await send("GET", `${path}/_profile`)).body).toEqual({ state: "INIT" });
    standIn.advance(1_000);
    expect((await send("GET", `${path}/_profile`)).body).toEqual({ state: "RUNNING" });
    expect(await windows()).toHaveLength(41);

    standIn.advance(9_000);
    await send("POST", `${path}/_stop`);
    await send("POST", `${path}/_start`);
    standIn.advance(1_000);
    const again = await windows();
    expect(again).toHaveLength(82);
    expect((again[0] as number) - (again[1] as number)).toBe(10_000);

    await standIn.restartNode({ repeating: true });
    const repeated = await windows();
    expect(repeated).toHaveLength(83);
    expect((repeated[0] as number) - (repeated[1] as number)).toBe(200);

    await data.feed(RECORDED_NOW + 5 * MINUTE_MS);
    standIn.advance(5 * MINUTE_MS);
    expect(await windows()).toHaveLength(84);
    standIn.fallSilent();
    standIn.advance(20 * MINUTE_MS);
    expect(await windows()).toHaveLength(84);
    expect((await send("GET", `${path}/_profile/state`)).body).toEqual({ state: "INIT" });
    await send("POST", `${path}/_stop`);
  });
});

async function withStandIn(work: () => Promise<void>): Promise<void> {
  standIn = await startStandIn({ coreUrl, clock: () => NOW });
  try {
    await work();
  } finally {
    await standIn.close();
  }
}

/** Like the recorded one, without flattening. */
function detectorNamed(name: string): Json {
  const like = structuredClone(
    exchanges("detectors").find((exchange) => exchange.name === "create-hc-entity")?.request.body,
  );
  delete like.flatten_custom_result_index;
  const filter_query = { bool: { filter: [{ term: { signal: `${own}ec2.instances.launched` } }] } };
  const window_delay = { period: { interval: 7, unit: "Minutes" } };
  return {
    ...like,
    name: own + name,
    indices: [`${own}usage-rollups-*`],
    filter_query,
    window_delay,
    result_index: RESULTS,
  };
}

async function create(name: string): Promise<string> {
  const { status, body } = await send("POST", DETECTORS, detectorNamed(name));
  expect(status).toBe(201);
  return body._id;
}

async function results(query: Json): Promise<Json[]> {
  const { body } = await send("POST", `/${RESULTS}/_search`, { size: 1000, query });
  return body.hits.hits.map(({ _source }: Json) => _source);
}

async function send(method: string, path: string, body?: Json): Promise<{ status: number; body: Json }> {
  const headers = { "content-type": "application/json" };
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const answer = await fetch(standIn.url + path, { method, ...sent });
  return { status: answer.status, body: await answer.json() };
}
