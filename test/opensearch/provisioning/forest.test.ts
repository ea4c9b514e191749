import { describe, expect, test } from "@jest/globals";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { unreachable } from "#adapters/opensearch/errors.ts";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { destroyOpenSearch } from "#adapters/opensearch/provisioning/destroy.ts";
import { findDetectors, ours, readRun } from "#adapters/opensearch/provisioning/detector-api.ts";
import {
  applyOpenSearch,
  hasFailed,
  isEmpty,
  isWaiting,
  type ProvisioningReport,
  planOpenSearch,
} from "#adapters/opensearch/provisioning/plan.ts";
import { readStatus } from "#adapters/opensearch/provisioning/status.ts";
import type { StepResult } from "#adapters/opensearch/provisioning/steps.ts";
import { parseConfig } from "#core/config/index.ts";
import { MINUTE } from "#core/domain/time.ts";
import { nodeWith } from "../support/plugin-node.ts";
import { writeRollups } from "./dense-rollups.ts";

/**
 * Two detectors, not the nine of the default: a cluster runs ten, and others test on it at the same time. Real time is
 * waited for once, on a live node for as long as it takes.
 */
const node = nodeWith("opensearch-anomaly-detection");
const LONGEST = 30 * MINUTE;
const SIGNALS = ["denied-calls", "identity-changes"];
const DETECTORS = [{ signal: "denied-calls" }, { signal: "identity-changes", by: "account-type" }];
const options = () => ({ dashboards: null, now: () => node.now(), pause: (ms: number) => node.letPass(ms) });
const desiredIn = (part: string, forest: object = {}, more: object = {}): DesiredState =>
  desiredState({
    config: parseConfig({
      detection: { latenessMinutes: 0 },
      ...more,
      opensearch: { replicas: 0, forest: { detectors: DETECTORS, writingMinutes: 1, memoryMiB: 1000, ...forest } },
    }),
    namespace: `${node.namespace}${part}-`,
  });

const apply = (desired: DesiredState, connection: OpenSearchConnection = node.connection) =>
  applyOpenSearch(desired, connection, options());
const plan = (desired: DesiredState) => planOpenSearch(desired, node.connection, options());
const detectorSteps = ({ results }: ProvisioningReport): StepResult[] =>
  results.filter(({ kind }) => kind === "detector");
const failures = ({ results }: ProvisioningReport): StepResult[] =>
  results.filter(({ outcome }) => outcome === "failed" || outcome === "skipped");
const found = async ({ names }: DesiredState) => ours(await findDetectors(node.connection), names.namespace);

describe("detectors", () => {
  const desired = () => desiredIn("made");

  test("wait while there is nothing to learn from, which is neither failure nor success", async () => {
    const report = await apply(desired());
    expect(failures(report)).toEqual([]);
    expect(detectorSteps(report)).toHaveLength(2);
    for (const step of detectorSteps(report)) {
      expect(step).toMatchObject({
        outcome: "waiting",
        reason: expect.stringMatching(/roll-ups/),
        nextStep: expect.any(String),
      });
    }
    expect(await found(desired())).toEqual([]);
  });

  test("are made and started as soon as there are roll-ups, over the past and in real time; then nothing is to be done", async () => {
    await writeRollups(node, desired().names, SIGNALS, node.now(), 24);
    const report = await apply(desired());
    expect(failures(report)).toEqual([]);
    expect(detectorSteps(report).map(({ action, outcome }) => [action, outcome])).toEqual([
      ["create", "done"],
      ["create", "done"],
    ]);
    for (const { id } of await found(desired())) {
      const run = await readRun(node.connection, id);
      expect(run.job?.enabled).toBe(true);
      expect(run.historical).not.toBeNull();
    }
    const second = await plan(desired());
    expect(detectorSteps(second).map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged"]);
    expect(isEmpty(second)).toBe(true);
  });

  test("whose settings changed are changed, and keep the ids of their features", async () => {
    const before = await found(desired());
    const changed = desiredIn("made", {}, { signals: { floors: { "denied-calls": 100 } } });
    await historyIsOver(desired());
    const report = await apply(changed);
    expect(failures(report)).toEqual([]);
    expect(detectorSteps(report).map(({ action, outcome }) => [action, outcome])).toEqual([
      ["update", "done"],
      ["nothing", "unchanged"],
    ]);
    const after = await found(changed);
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after[0]?.source.feature_attributes).toEqual(before[0]?.source.feature_attributes);
    expect(after[0]?.source.rules[0].conditions[0].value).toBe(10);
    expect(isEmpty(await plan(changed))).toBe(true);
    // Back to what later tests expect.
    expect(failures(await apply(desired()))).toEqual([]);
  });

  test(
    "that learn from something else are made beside the old ones, which go when the new ones have proved themselves",
    async () => {
      const next = () => desiredIn("made", { shingle: 6, detectors: DETECTORS.slice(0, 1) });
      const old = (await found(desired())).find(({ mark }) => mark.signal === "denied-calls");
      const first = await apply(next());
      expect(failures(first)).toEqual([]);
      expect(detectorSteps(first).map(({ action }) => action)).toEqual(["remove", "replace"]);
      const both = await found(next());
      expect(both).toHaveLength(2);
      expect(isWaiting(await apply(next()))).toBe(true);
      expect(await found(next())).toHaveLength(2);

      const last = await untilReplaced(next);
      expect(failures(last)).toEqual([]);
      const [left, ...others] = await found(next());
      expect(others).toEqual([]);
      expect(left?.id).not.toBe(old?.id);
      expect(left?.source.shingle_size).toBe(6);
      expect(isEmpty(await plan(next()))).toBe(true);
      const status = await readStatus(next(), node.connection, options());
      expect(status.detectors).toEqual([
        expect.objectContaining({ condition: "running", past: "FINISHED", error: "" }),
      ]);
      expect(status.detectors?.[0]?.entities.total).toBe(3);
    },
    LONGEST + 5 * MINUTE,
  );

  test("go with all that was made, and results stay", async () => {
    const report = await destroyOpenSearch(desired(), node.connection, {
      ...options(),
      withData: false,
      dryRun: false,
    });
    expect(failures(report)).toEqual([]);
    expect(await found(desired())).toEqual([]);
    const { status } = await node.connection.send("HEAD", `/${desired().names.forestResults}`, { allow: [404] });
    expect(status).toBe(200);
  });
});

/** A run over the past must end before its detector can be changed. */
async function historyIsOver(desired: DesiredState): Promise<void> {
  for (const { id } of await found(desired)) {
    while (/CREATED|INIT|RUNNING/.test((await readRun(node.connection, id)).historical?.state ?? "")) {
      await node.letPass(5_000);
    }
  }
}

/** Applies until nothing waits, while roll-ups go on being written. */
async function untilReplaced(next: () => DesiredState): Promise<ProvisioningReport> {
  const started = node.now();
  for (;;) {
    await node.letPass(MINUTE);
    await writeRollups(node, next().names, SIGNALS, node.now(), 1);
    const report = await apply(next());
    if (!isWaiting(report) || node.now() - started > LONGEST) return report;
  }
}

describe("interrupted in the middle of making detectors", () => {
  test("and run again: everything is there, and nothing twice", async () => {
    const desired = desiredIn("broken", { detectors: DETECTORS.slice(0, 1) });
    for (const { name, body } of desired.templates)
      await node.connection.send("PUT", `/_index_template/${name}`, { body });
    await writeRollups(node, desired.names, SIGNALS, node.now(), 24);
    for (const after of [/\/detectors$/, /_start$/]) {
      expect(hasFailed(await apply(desired, dyingAfter(node.connection, after)))).toBe(true);
    }
    expect(failures(await apply(desired))).toEqual([]);
    const [one, ...doubles] = await found(desired);
    expect(doubles).toEqual([]);
    const run = await readRun(node.connection, one?.id as string);
    expect([run.job?.enabled, run.historical === null]).toEqual([true, false]);
    expect(isEmpty(await plan(desired))).toBe(true);
  });
});

/** Answers nothing any more once a change of such a path was carried out. */
function dyingAfter(connection: OpenSearchConnection, path: RegExp): OpenSearchConnection {
  let isDead = false;
  return {
    url: connection.url,
    send: async (method, asked, request) => {
      if (isDead) throw unreachable(new Error("socket hang up"), connection.url, `${method} ${asked}`);
      const answer = await connection.send(method, asked, request);
      isDead = method === "POST" && path.test(asked);
      return answer;
    },
    close: async () => {},
  };
}
