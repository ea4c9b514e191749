import { randomBytes } from "node:crypto";
import { expect } from "@jest/globals";
import { makeFlattenedIndex, makeResultIndex, writeResults } from "./anomaly-detection/result-index.ts";
import { CoreNode } from "./core-node.ts";
import type { Json } from "./exchange.ts";
import { type StandIn, startStandIn } from "./index.ts";
import { coreUrl, differencesIn, SLOWEST_MS, standInTest } from "./own-tests.ts";
import { type Exchange, exchanges } from "./recordings.ts";
import { Replay } from "./replay.ts";
import { changedNames, RECORDED_NOW, ReplayData, type ReplaySignal } from "./replay-data.ts";
import { openWebhook, type Webhook } from "./webhook.ts";

/**
 * The recorded exchanges of the alerting plugin, with other ids, names and times, over roll-ups with the recorded peaks
 * and over the recorded anomalies. What each call sent to the hook is compared as well.
 */

const core = new CoreNode(coreUrl);
const own = `t-${randomBytes(3).toString("hex")}-`;
const shiftMs = -2 * 86_400_000;
const RESULTS = `opensearch-ad-plugin-result-${own}trailwatch`;
const FLATTENED = { name: `${own}ec2.instances.launched`, result_index: RESULTS };
const STARTED = RECORDED_NOW + 700_000;
const MONITORS = "/_plugins/_alerting/monitors";

const PEAKS: Readonly<Record<ReplaySignal, Readonly<Record<string, number>>>> = {
  "ec2.instances.launched": {
    "111111111111|eu-west-1": 17,
    "111111111111|us-east-1": 35,
    "222222222222|ap-southeast-2": 9,
    "222222222222|us-east-1": 215,
    "333333333333|eu-west-1": 6,
    "333333333333|us-west-2": 3,
  },
  "lambda.invocations": {
    "111111111111|eu-west-1": 49,
    "111111111111|us-east-1": 1102,
    "222222222222|ap-southeast-2": 28,
    "333333333333|eu-west-1": 14,
    "333333333333|us-west-2": 63,
  },
  "calls.denied": {},
};
const PEAK_AT = 1_795_128_000_000;
const SPIKE = { entity: "111111111111|us-east-1", at: 1_795_200_600_000, value: 420 };

const data = new ReplayData(core, shiftMs, own, (signal, entity, at) => {
  if (signal === "ec2.instances.launched" && entity === SPIKE.entity && at === SPIKE.at) return SPIKE.value;
  return at === PEAK_AT ? (PEAKS[signal][entity] ?? 1) : 1;
});

let standIn: StandIn;
let webhook: Webhook;
let replay: Replay;
/** In times of the recording. */
let now = STARTED;

const LEFT_OUT: Readonly<Record<string, string>> = {
  stats: "the adapter does not ask for statistics",
};

/** Done before the exchange without being recorded, and when. */
const BEFORE: Readonly<Record<string, () => Promise<void>>> = {
  "execute-missing-channel": () => createLike("to-missing-channel", "nope", "VK9O-qEBu0635j_uQkfe"),
  "execute-channel-answers-500": () => createLike("to-failing-channel", "answers-500", "XK9O-qEBu0635j_uQ0eK"),
  "create-bucket-level-flattened": async () => {
    await feedTo(RECORDED_NOW + 1_205_000);
    await writeAnomalies(STARTED, RECORDED_NOW + 1_205_000);
  },
  "create-scheduled": () => writeAnomalies(RECORDED_NOW + 1_205_000, RECORDED_NOW + 1_226_000),
  "alerts-scheduled": () => advanceTo(RECORDED_NOW + 1_418_000),
  "alerts-after-monitor-deleted": () => advanceTo(now + 2_000),
  "execute-bucket-level-channel-deleted": async () => {
    await ask("DELETE", "/_plugins/_notifications/configs/trailwatch-hook");
    const url = `${standIn.url}${MONITORS}/${replay.translated("0K9N-qEBu0635j_u-Uam")}`;
    const { monitor }: Json = await (await fetch(url)).json();
    const { schema_version: _, enabled_time: __, last_update_time: ___, ...sent } = monitor;
    sent.triggers[0].bucket_level_trigger.condition.script.source = "params.peak > 100";
    expect((await fetch(url, { method: "PUT", body: JSON.stringify(sent) })).status).toBe(200);
  },
};

standInTest(
  "answers as the alerting plugin did, with other ids, names and times",
  async () => {
    await open();
    try {
      const sent = exchanges("alerting").filter(({ name }) => !(name in LEFT_OUT));
      const steps = sent.map((exchange) => [exchange.name, exchange] as const);
      expect(await differencesIn(steps, sendAgain)).toEqual({});
      expect(standIn.refused).toEqual([]);
    } finally {
      await close();
    }
  },
  SLOWEST_MS,
);

async function open(): Promise<void> {
  standIn = await startStandIn({ coreUrl, clock: () => STARTED + shiftMs });
  webhook = await openWebhook();
  replay = new Replay(standIn.url, { names: changedNames(own), shiftMs });
  await data.load();
  await feedTo(RECORDED_NOW + 602_000);
  const time = STARTED + shiftMs;
  await makeResultIndex(core, RESULTS, time);
  await makeFlattenedIndex(core, FLATTENED, time);
  await writeAnomalies(0, STARTED);
  for (const [id, path] of [
    ["trailwatch-hook", "/in"],
    ["answers-500", "/status/500"],
  ]) {
    const config = { name: id, config_type: "webhook", webhook: { url: webhook.url + path } };
    const { config_id } = await ask("POST", "/_plugins/_notifications/configs", {
      ...(id === "trailwatch-hook" ? { config_id: id } : {}),
      config,
    });
    if (id === "answers-500") replay.learn("lq9M-qEBu0635j_uOUat", config_id);
  }
}

async function close(): Promise<void> {
  await standIn.close();
  await webhook.close();
  await data.clear();
  await core.ask("DELETE", `/${RESULTS}*`);
  await core.ask("DELETE", `/_ingest/pipeline/flatten_result_index_ingest_pipeline_${FLATTENED.name}`);
}

async function sendAgain(name: string, exchange: Exchange): Promise<string[]> {
  await BEFORE[name]?.();
  await advanceTo(timeOf(exchange));
  const differences = await replay.send(exchange);
  const received = JSON.stringify(webhook.received.splice(0));
  const recorded = JSON.stringify(hookedBy(exchange));
  return recorded === undefined || recorded === received
    ? differences
    : [...differences, `the hook received ${received} instead of ${recorded}`];
}

/** What the note says that the hook received because of the call; undefined where it says nothing about it. */
function hookedBy({ note }: Exchange): string[] | undefined {
  if (note.includes("Webhook received nothing")) return [];
  const list = /Webhook received: (\[.*\])$/.exec(note)?.[1];
  return list === undefined ? undefined : (JSON.parse(replay.translated(list)) as string[]);
}

/** A run says when it was; a monitor is made when it was last changed. */
function timeOf({ response: { body } }: Exchange): number {
  return body?.period_end ?? body?.monitor?.last_update_time ?? now;
}

async function createLike(name: string, channel: string, recorded: string): Promise<void> {
  const like = exchanges("alerting").find((exchange) => exchange.name === "create-query-level")?.request.body;
  const body = structuredClone(like);
  body.name = name;
  body.triggers[0].query_level_trigger.actions[0].destination_id =
    channel === "nope" ? channel : "lq9M-qEBu0635j_uOUat";
  replay.learn(recorded, (await ask("POST", MONITORS, body))._id);
}

async function ask(method: string, path: string, body: Json = null): Promise<Json> {
  const answer = await replay.ask(method, path, "", body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function advanceTo(time: number): Promise<void> {
  if (time <= now) return;
  standIn.advance(time - now);
  now = time;
}

let fed = RECORDED_NOW;

/** Roll-ups as they were written by then. */
async function feedTo(time: number): Promise<void> {
  while (fed + 300_000 + 302_000 <= time) {
    fed += 300_000;
    await data.feed(fed);
  }
}

/** The recorded anomalies that were written in that time; real-time ones of the flattening detector also there. */
async function writeAnomalies(from: number, to: number): Promise<void> {
  const found = new Map<string, Json>();
  for (const { response } of [...exchanges("results"), ...exchanges("realtime")]) {
    for (const { _id, _source } of response.body?.hits?.hits ?? []) {
      if (_source.anomaly_grade > 0 && _source.entity && _source.threshold && !_source.entity_entity)
        found.set(_id, _source);
    }
  }
  const written = [...found.values()]
    .filter(({ execution_start_time: time }) => time >= from && time < to)
    .sort((a, b) => a.execution_start_time - b.execution_start_time);
  const changed = written.map((source) => JSON.parse(replay.translated(JSON.stringify(source))));
  await writeResults(core, RESULTS, changed);
  const flattened = changed.filter(({ task_id, entity }: Json) => !task_id && entity.length === 1);
  await writeResults(core, `${RESULTS}_flattened_${FLATTENED.name}`, flattened);
}
