import { randomBytes } from "node:crypto";
import { expect } from "@jest/globals";
import type { Decide, Verdict } from "./anomaly-detection/decide.ts";
import type { Series, Window } from "./anomaly-detection/series.ts";
import { CoreNode } from "./core-node.ts";
import type { Json } from "./exchange.ts";
import { type StandIn, startStandIn } from "./index.ts";
import { coreUrl, differencesIn, SLOWEST_MS, standInTest } from "./own-tests.ts";
import { type Exchange, exchanges, type Recording } from "./recordings.ts";
import { Replay } from "./replay.ts";
import { changedNames, RECORDED_NOW, ReplayData } from "./replay-data.ts";

/**
 * The recorded exchanges of the anomaly detection plugin, in the order in which they were sent, with other ids, names
 * and times. Verdicts are the recorded ones: no stand-in for a forest could find them again.
 */

const core = new CoreNode(coreUrl);
const own = `t-${randomBytes(3).toString("hex")}-`;
const shiftMs = -3 * 86_400_000;
const data = new ReplayData(core, shiftMs, own);
let standIn: StandIn;
let replay: Replay;
/** In times of the recording. */
let now = RECORDED_NOW + 415_000;

/** Which part of which file was sent when, in milliseconds after 18:40; and what was done without being recorded. */
const SCRIPT: readonly (
  | readonly [at: number, file: Recording, from: string, to: string]
  | readonly [at: number, Unrecorded]
)[] = [
  [415_000, "detectors", "count-before-any", "validate-duplicate-feature-name"],
  [420_800, "detectors", "create-hc-entity", "stop-never-started"],
  [465_600, "realtime", "start", "profile-poll-1"],
  [526_800, "realtime", "profile-poll-2", "profile-poll-2"],
  [555_700, "results", "historical-start", "historical-poll-5"],
  [564_600, "results", "historical-two-categories-start", "historical-two-categories-poll-5"],
  [572_000, "results", "historical-to-stop-start", "flattened-pipeline"],
  [602_600, "realtime", "create-one-minute-detector", "start-two-categories"],
  [760_000, "realtime", "init-profile-default", "init-results-none"],
  [924_700, "realtime", "ec2-profile-stuck-in-init", "frequency-restart"],
  [926_500, "realtime", "restart-poll-1", "restart-poll-1"],
  [1_129_500, "realtime", "running-profile-all-ec2", "flattened-count-by-index"],
  [1_226_000, "realtime", "spike-real-time-anomaly", "entity-windows-now"],
  [1_304_700, "load what is to vanish"],
  [1_304_700, "detectors", "create-gone", "start-gone"],
  [1_304_900, "detectors", "create-gone-single", "create-unknown-member"],
  [1_305_300, "make an index with a wrong mapping"],
  [1_305_300, "detectors", "validate-result-index-wrong-mapping", "historical-limit-set"],
  [1_306_800, "start a historical run"],
  [1_306_800, "detectors", "historical-start-no-slot", "delete-while-historical-running"],
  [1_306_900, "stop the historical run"],
  [1_306_900, "detectors", "historical-limit-reset", "validate-taken-name"],
  [1_308_300, "results", "historical-single-stream-start", "historical-blocked-start"],
  [1_309_000, "lift the block"],
  [1_309_000, "results", "historical-blocked-poll-failed", "entities-anomalies-page-4"],
  [1_364_850, "let the source vanish"],
  [1_367_700, "realtime", "single-stream-windows-too-early", "x.gone-single-get-index-deleted"],
  [1_425_100, "realtime", "results-with-error-after-index-deleted", "stop-ec2"],
  [1_474_500, "realtime", "stopped-get-task-job", "delete-results-by-query"],
  [1_501_000, "restart the node"],
  [1_502_000, "realtime", "after-node-restart-profile-ec2", "after-node-restart-get"],
  [1_775_300, "realtime", "after-restart-windows-of-entity", "after-restart-frequency-newest"],
];

type Unrecorded = keyof typeof unrecorded;
const EC2 = "-K9I-qEBu0635j_ujDYj";
const RESULTS = "opensearch-ad-plugin-result-";
const unrecorded = {
  "load what is to vanish": () => data.loadGone(now),
  "let the source vanish": () => data.dropGone(),
  "start a historical run": () =>
    ask("POST", `/_plugins/_anomaly_detection/detectors/${EC2}/_start`, {
      start_time: 1_794_854_400_000,
      end_time: RECORDED_NOW,
    }),
  "stop the historical run": async () => {
    await ask("POST", `/_plugins/_anomaly_detection/detectors/${EC2}/_stop?historical=true`);
    for (let look = 0; look < 2; look++) await ask("GET", `/_plugins/_anomaly_detection/detectors/${EC2}?task=true`);
  },
  "make an index with a wrong mapping": () =>
    core.get("PUT", `/${RESULTS}${own}wrong`, { mappings: { properties: { anomaly_grade: { type: "keyword" } } } }),
  "lift the block": () => ask("PUT", `/${RESULTS}trailwatch/_settings`, { "index.blocks.write": null }),
  "restart the node": () => standIn.restartNode(),
};

async function ask(method: string, path: string, body: Json = null): Promise<void> {
  const [target = "", query = ""] = path.split("?");
  const answer = await replay.ask(method, target, query, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
}

/** What is not sent, each with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "detectors/preview": "the adapter does not preview",
  "detectors/suggest-all": "the adapter asks for no suggestions",
  "detectors/stats": "the adapter does not ask for statistics",
  "detectors/stats-one": "the adapter does not ask for statistics",
  "detectors/stats-two": "the adapter does not ask for statistics",
  "detectors/stats-unknown": "the adapter does not ask for statistics",
  "realtime/stats-while-running": "the adapter does not ask for statistics",
  "results/historical-poll-3": "the state of the poll before it, once more",
  "results/default-result-index-mapping-settings":
    "the default index of the stand-in has a name of its own on the core",
  "results/historical-two-categories-poll-4": "the state of the poll before it, once more",
};

/** Compared by members and types alone, each with the reason. */
const SHAPE_ONLY: Readonly<Record<string, string>> = {
  "results/anomalies-without-only-custom": "one of three hits that are equal in rank",
  "results/results-through-alias-direct-search": "one of three hits that are equal in rank",
  "results/doc-grade-zero": "one of many hits that are equal in rank",
  "realtime/results-imputed": "two of six hits that are equal in rank",
  "realtime/results-with-feature-imputed-any": "one of six hits that are equal in rank",
  "realtime/flattened-docs": "two of six hits that are equal in rank",
  "realtime/results-with-error-after-index-deleted":
    "the default index of the stand-in has a name of its own on the core",
};

const steps = SCRIPT.flatMap(([at, file, from, to]): (readonly [string, number, Exchange | Unrecorded])[] => {
  if (from === undefined || to === undefined) return [[`(${file})`, at, file as Unrecorded]];
  const all = exchanges(file as Recording);
  const place = (name: string) => all.findIndex((exchange) => exchange.name === name);
  return all.slice(place(from), place(to) + 1).map((exchange) => [`${file}/${exchange.name}`, at, exchange]);
});

standInTest(
  "answers as the anomaly detection plugin did, with other ids, names and times",
  async () => {
    standIn = await startStandIn({ coreUrl, decide: asRecorded(), clock: () => RECORDED_NOW + 415_000 + shiftMs });
    replay = new Replay(standIn.url, { names: changedNames(own), shiftMs });
    await data.load();
    try {
      const all = [...exchanges("detectors"), ...exchanges("realtime"), ...exchanges("results")];
      expect(steps.filter(([, , step]) => typeof step !== "string")).toHaveLength(all.length);
      const sent = steps.filter(([name]) => !(name in LEFT_OUT));
      expect(await differencesIn(sent, sendAgain)).toEqual({});
      expect(standIn.refused).toEqual([]);
    } finally {
      await close();
    }
  },
  SLOWEST_MS,
);

async function close(): Promise<void> {
  await standIn.close();
  await data.clear();
  await core.ask("DELETE", `/${RESULTS}${own}*`);
  await core.ask("DELETE", `/_ingest/pipeline/flatten_result_index_ingest_pipeline_${own}*`);
}

async function sendAgain(name: string, at: number, step: Exchange | Unrecorded): Promise<string[]> {
  await passTo(RECORDED_NOW + at);
  if (typeof step === "string") {
    await unrecorded[step]();
    return [];
  }
  // The node was slower to ask than this test; what it saw was the end of a run.
  if (/"(FINISHED|FAILED)"/.test(JSON.stringify(step.response.body))) await standIn.idle();
  return replay.send(step, { shapeOnly: name in SHAPE_ONLY });
}

/** Lets time pass to the recorded time, with the feed writing each bucket about two seconds after its end. */
async function passTo(time: number): Promise<void> {
  for (let bucket = now - (now % 300_000); bucket <= time; bucket += 300_000) {
    const written = bucket + 2_000 + (bucket === RECORDED_NOW + 1_200_000 ? 1_500 : 0);
    if (written <= now || written > time) continue;
    await advanceTo(written);
    await data.feed(bucket - 300_000);
  }
  await advanceTo(time);
}

async function advanceTo(time: number): Promise<void> {
  if (time <= now) return;
  standIn.advance(time - now);
  now = time;
  await fetch(`${standIn.url}/_cat/plugins`);
}

/** The recorded anomalies, each in its own window; all else is none. */
function asRecorded(): Decide {
  const found = new Map<string, Json>();
  const detectors: Record<string, string> = {
    [EC2]: `${own}ec2.instances.launched`,
    "_q9I-qEBu0635j_umDZw": `${own}lambda.invocations`,
    "AK9I-qEBu0635j_umTeq": `${own}calls.denied.total`,
  };
  for (const { request, response } of [...exchanges("results"), ...exchanges("realtime")]) {
    for (const { _source } of response.body?.hits?.hits ?? []) {
      const asked = Object.keys(detectors).find((id) => JSON.stringify(request.body).includes(id)) ?? "";
      const { detector_id = asked, task_id, entity = [], anomaly_grade } = _source;
      if (!(anomaly_grade > 0) || !detectors[detector_id]) continue;
      const mode = task_id ? "historical" : "realtime";
      const key = `${detectors[detector_id]} ${mode} ${JSON.stringify(entity)} ${_source.data_start_time}`;
      if (!found.get(key)?.threshold) found.set(key, _source);
    }
  }
  const known = [...found];
  return ({ detector, mode, entity, windows }: Series) => {
    const prefix = `${detector} ${mode} ${JSON.stringify(entity)} `;
    const anomalies = known.filter(([key]) => key.startsWith(prefix)).map(([, source]) => source);
    return windows.map((window, place) => verdict(window, place, anomalies));
  };
}

function verdict(window: Window, place: number, anomalies: readonly Json[]): Verdict {
  const anomaly = anomalies.find(({ data_start_time }) => Math.abs(data_start_time + shiftMs - window.start) < 2_000);
  if (!anomaly) {
    const confidence = place < 32 ? 0 : 0.34;
    return { grade: 0, confidence, score: place < 32 ? 0 : 0.8, threshold: place < 32 ? 0 : 1.3 };
  }
  const { anomaly_grade: grade, confidence, anomaly_score: score, threshold, expected_values, past_values } = anomaly;
  return {
    grade,
    confidence,
    score,
    threshold,
    expected: expected_values?.[0].value_list.map(({ data }: Json) => data) ?? [3],
    attribution: [1],
    ...(past_values ? { began: { ...window, start: window.start - 300_000 } } : {}),
  };
}
