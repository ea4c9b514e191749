import { beforeAll, expect, test } from "@jest/globals";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { destroyOpenSearch } from "#adapters/opensearch/provisioning/destroy.ts";
import type { Json } from "#adapters/opensearch/provisioning/meaning.ts";
import { readMonitors } from "#adapters/opensearch/provisioning/parts/monitor.ts";
import {
  applyOpenSearch,
  isEmpty,
  type ProvisioningReport,
  planOpenSearch,
} from "#adapters/opensearch/provisioning/plan.ts";
import { readStatus } from "#adapters/opensearch/provisioning/status.ts";
import type { StepResult } from "#adapters/opensearch/provisioning/steps.ts";
import { parseConfig } from "#core/config/index.ts";
import { BUCKET, MINUTE } from "#core/domain/time.ts";
import { nodeWith } from "../support/plugin-node.ts";
import { writeRollups } from "./dense-rollups.ts";

const node = nodeWith("opensearch-anomaly-detection", "opensearch-alerting", "opensearch-notifications");
const SIGNAL = "denied-calls";
const options = () => ({ dashboards: null, now: () => node.now(), pause: (ms: number) => node.letPass(ms) });
const desired = (alerts: object): DesiredState =>
  desiredState({
    config: parseConfig({
      opensearch: { replicas: 0, alerts, forest: { detectors: [{ signal: SIGNAL }], memoryMiB: 1000 } },
    }),
    namespace: node.namespace,
  });
// Nobody listens there: nothing is to ring while monitors are made and changed.
const WEBHOOK = { webhook: "http://127.0.0.1:9/in" };
const apply = (alerts: object) => applyOpenSearch(desired(alerts), node.connection, options());
const plan = (alerts: object) => planOpenSearch(desired(alerts), node.connection, options());

const done = ({ results }: ProvisioningReport, ...kinds: string[]): string[] =>
  results
    .filter(({ kind, outcome }) => kinds.includes(kind) && outcome !== "unchanged")
    .map(({ kind, action, outcome }) => `${kind}: ${action}, ${outcome}`);
const failures = ({ results }: ProvisioningReport): StepResult[] =>
  results.filter(({ outcome }) => outcome === "failed" || outcome === "skipped");
const monitors = async (): Promise<readonly Json[]> => readMonitors(node, `${node.namespace}trailwatch-forest`);

beforeAll(async () => {
  const { templates, names } = desired({});
  for (const { name, body } of templates) await node.connection.send("PUT", `/_index_template/${name}`, { body });
  await writeRollups(node, names, [SIGNAL], node.now(), 12);
});

test("a channel and a monitor are made, and the second plan is empty", async () => {
  const report = await apply(WEBHOOK);
  expect(failures(report)).toEqual([]);
  expect(done(report, "channel", "monitor")).toEqual(["channel: create, done", "monitor: create, done"]);
  expect(isEmpty(await plan(WEBHOOK))).toBe(true);
  const status = await readStatus(desired(WEBHOOK), node.connection, options());
  expect(status.monitor).toEqual({ enabled: true, channel: `${node.namespace}trailwatch-webhook` });
});

test("it names every entity that departed, each in a message that is JSON, and none that did not", async () => {
  const { names } = desired({});
  const entities = ["911111111111|eu-west-1", "922222222222|eu-west-1", "sandbox"];
  await writeResults(names.forestResults, [
    ...entities.map((entity) => ({ entity, grade: 0.9, confidence: 0.95, minutesAgo: 26 })),
    { entity: "933333333333|eu-west-1", grade: 0.2, confidence: 0.95, minutesAgo: 26 },
    { entity: "944444444444|eu-west-1", grade: 1, confidence: 0, minutesAgo: 26 },
    { entity: "955555555555|eu-west-1", grade: 1, confidence: 0.95, minutesAgo: 300 },
  ]);
  const [{ _id }] = (await monitors()) as [Json];
  const { body } = await node.connection.send("POST", `/_plugins/_alerting/monitors/${_id}/_execute`, {
    query: { dryrun: true },
  });
  const [results] = Object.values<Json>(body.trigger_results);
  expect(results.error).toBeNull();
  const messages = Object.values<Json>(results.action_results).flatMap((actions) =>
    Object.values<Json>(actions).map(({ output }) => JSON.parse(output.message)),
  );
  // The detector itself may have found something in its past: of the accounts that have roll-ups.
  const named: string[] = messages.flatMap((message) => message.new.filter(Boolean));
  expect(named.filter((entity) => !/^[123]/.test(entity)).sort()).toEqual(entities);
  for (const message of messages) {
    expect(message).toMatchObject({ kind: "forest-bell", namespace: node.namespace, results: names.forestResults });
  }
});

interface Result {
  readonly entity: string;
  readonly grade: number;
  readonly confidence: number;
  readonly minutesAgo: number;
}

/** As a detector writes them. */
async function writeResults(alias: string, results: readonly Result[]): Promise<void> {
  const lines = results.flatMap(({ entity, grade, confidence, minutesAgo }) => {
    const data_end_time = node.now() - minutesAgo * MINUTE;
    const document = {
      detector_id: "a-detector",
      data_start_time: data_end_time - BUCKET,
      data_end_time,
      anomaly_grade: grade,
      confidence,
      entity: [{ name: entity.includes("|") ? "entity" : "account_type", value: entity }],
    };
    return [JSON.stringify({ create: { _index: alias } }), JSON.stringify(document)];
  });
  const { body } = await node.connection.send("POST", "/_bulk", {
    query: { refresh: true },
    lines: `${lines.join("\n")}\n`,
  });
  expect(body.errors).toBe(false);
}

test("a changed grade changes the monitor, which keeps its trigger and action", async () => {
  const ids = (monitor: Json): Json => {
    const trigger = (monitor._source.monitor ?? monitor._source).triggers[0].bucket_level_trigger;
    return [monitor._id, trigger.id, trigger.actions[0].id];
  };
  const [before] = await monitors();
  const report = await apply({ ...WEBHOOK, minimumGrade: 0.5 });
  expect(failures(report)).toEqual([]);
  expect(done(report, "channel", "monitor")).toEqual(["monitor: update, done"]);
  const [after, ...more] = await monitors();
  expect(more).toEqual([]);
  expect(ids(after)).toEqual(ids(before));
  expect(isEmpty(await plan({ ...WEBHOOK, minimumGrade: 0.5 }))).toBe(true);
});

test("another address changes the channel", async () => {
  const elsewhere = { webhook: "http://127.0.0.1:9/elsewhere", minimumGrade: 0.5 };
  const report = await apply(elsewhere);
  expect(failures(report)).toEqual([]);
  expect(done(report, "channel", "monitor")).toEqual(["channel: update, done"]);
  expect(isEmpty(await plan(elsewhere))).toBe(true);
});

test("a topic takes the webhook's place, and the old channel goes last", async () => {
  const topic = {
    snsTopicArn: "arn:aws:sns:us-east-1:111111111111:trailwatch",
    snsRoleArn: "arn:aws:iam::111111111111:role/trailwatch-notify",
    minimumGrade: 0.5,
  };
  const report = await apply(topic);
  expect(failures(report)).toEqual([]);
  expect(done(report, "channel", "monitor")).toEqual([
    "channel: create, done",
    "monitor: update, done",
    "channel: remove, done",
  ]);
  expect(isEmpty(await plan(topic))).toBe(true);
});

test("with nobody to be told, both stay as they are", async () => {
  const report = await apply({});
  expect(failures(report)).toEqual([]);
  expect(done(report, "channel", "monitor")).toEqual(["channel: leave, left"]);
  expect(await monitors()).toHaveLength(1);
});

test("and both go with the rest", async () => {
  const removal = { ...options(), withData: false, dryRun: false };
  expect(failures(await destroyOpenSearch(desired({}), node.connection, removal))).toEqual([]);
  expect(await monitors()).toEqual([]);
  expect((await destroyOpenSearch(desired({}), node.connection, removal)).results).toEqual([]);
});
