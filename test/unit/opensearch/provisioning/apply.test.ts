import { beforeEach, describe, expect, test } from "@jest/globals";
import { hasFailed, isEmpty, isWaiting } from "#adapters/opensearch/provisioning/plan.ts";
import { MINUTE } from "#core/domain/time.ts";
import type { ProvisionedCluster } from "../../../fakes/provisioned-cluster.ts";
import { applyTo, changed, find, newCluster, planFor, wanted } from "./provision.ts";

let cluster: ProvisionedCluster;
beforeEach(() => {
  cluster = newCluster();
});
const apply = (desired = wanted()) => applyTo(cluster, desired);
const plan = (desired = wanted()) => planFor(cluster, desired);

describe("a new cluster", () => {
  test("gets everything, and the second plan is empty", async () => {
    const report = await apply();
    expect(hasFailed(report)).toBe(false);
    expect(isWaiting(report)).toBe(false);
    expect(cluster.detectors.size).toBe(9);
    expect(cluster.monitors.size).toBe(1);
    for (const { job, historical } of cluster.detectors.values()) {
      expect(job?.enabled).toBe(true);
      expect(historical?.state).toBe("FINISHED");
    }
    const before = cluster.changes.length;
    const second = await plan();
    expect(changed(second)).toEqual([]);
    expect(isEmpty(second)).toBe(true);
    expect(changed(await apply())).toEqual([]);
    expect(cluster.changes).toHaveLength(before);
  });

  test("a plan changes nothing, and foresees what apply does", async () => {
    const foreseen = changed(await plan());
    expect(cluster.changes).toEqual([]);
    expect(changed(await apply())).toEqual(foreseen);
  });

  test("without roll-ups, detectors and the monitor wait; nothing has failed, and nothing is said to be done", async () => {
    cluster.rollups = null;
    const report = await apply();
    expect(hasFailed(report)).toBe(false);
    expect(isWaiting(report)).toBe(true);
    expect(isEmpty(report)).toBe(false);
    expect(find(report, "detector")).toMatchObject({
      outcome: "waiting",
      reason: expect.stringMatching(/no roll-ups yet/),
      nextStep: expect.stringMatching(/Apply again/),
    });
    expect(find(report, "monitor")).toMatchObject({ outcome: "waiting", nextStep: expect.any(String) });
    cluster.rollups = { oldest: cluster.now - 10 * MINUTE };
    expect(isWaiting(await apply())).toBe(false);
    expect(cluster.detectors.size).toBe(9);
    expect(isEmpty(await plan())).toBe(true);
  });

  test("a past too short to learn from is not run over", async () => {
    cluster.rollups = { oldest: cluster.now - 2 * 60 * MINUTE };
    await apply();
    expect([...cluster.detectors.values()].every(({ historical }) => historical === null)).toBe(true);
    expect(isEmpty(await plan())).toBe(true);
  });

  test("no place for the run over the past: real time runs, and the rest is waited for", async () => {
    cluster.slots = 4;
    const report = await apply();
    expect(hasFailed(report)).toBe(false);
    expect(report.results.filter(({ outcome }) => outcome === "waiting")).toHaveLength(5);
    expect([...cluster.detectors.values()].every(({ job }) => job?.enabled)).toBe(true);
    cluster.slots = 100;
    expect(changed(await apply())).toHaveLength(5);
    expect(isEmpty(await plan())).toBe(true);
  });
});

describe("interrupted anywhere and run again", () => {
  test("everything is there once", async () => {
    const whole = newCluster();
    await applyTo(whole);
    for (let calls = 0; calls < whole.changes.length; calls++) {
      cluster = newCluster();
      cluster.dieAfter = calls;
      if (calls > 0) {
        const broken = await apply();
        expect(hasFailed(broken)).toBe(true);
        expect(broken.results.at(-1)?.outcome).not.toBe("done");
      } else await expect(apply()).rejects.toMatchObject({ code: "OPENSEARCH_UNREACHABLE" });
      cluster.dieAfter = Number.POSITIVE_INFINITY;
      expect(hasFailed(await apply())).toBe(false);
      expect([...cluster.kept.keys()].sort()).toEqual([...whole.kept.keys()].sort());
      expect([...cluster.detectors.values()].map(({ source }) => source.name).sort()).toEqual(
        [...whole.detectors.values()].map(({ source }) => source.name).sort(),
      );
      expect(cluster.monitors.size).toBe(1);
      expect([...cluster.detectors.values()].every(({ job, historical }) => job?.enabled && historical)).toBe(true);
      expect(isEmpty(await plan())).toBe(true);
    }
  });

  test("while a detector is changed: it runs again afterwards, once, as it should be", async () => {
    const desired = wanted({}, { signals: { floors: { "denied-calls": 100 } } });
    for (let calls = 1; calls < 8; calls++) {
      cluster = newCluster();
      await apply();
      cluster.dieAfter = cluster.changes.length + calls;
      await apply(desired);
      cluster.dieAfter = Number.POSITIVE_INFINITY;
      expect(hasFailed(await apply(desired))).toBe(false);
      expect(cluster.detectors.size).toBe(9);
      const { source, job } = cluster.named("trailwatch-denied-calls");
      expect([source.rules[0].conditions[0].value, job?.enabled]).toEqual([10, true]);
      expect(isEmpty(await plan(desired))).toBe(true);
    }
  });

  test("when nobody answers any more, the rest is not tried one by one", async () => {
    cluster.dieAfter = 3;
    const { results } = await apply();
    expect(results.filter(({ outcome }) => outcome === "failed").length).toBeLessThan(6);
    expect(results.at(-1)).toMatchObject({ kind: "version", outcome: "skipped" });
  });

  test("a monitor that was made twice is there once afterwards", async () => {
    await apply();
    const [first] = cluster.monitors.values();
    cluster.monitors.set("monitor-twice", first);
    expect(changed(await apply())).toEqual(["monitor trailwatch-forest: remove, done"]);
    expect(cluster.monitors.size).toBe(1);
  });
});

describe("missing plugins", () => {
  test("none: indices are provisioned, the rest is left out with its reason", async () => {
    cluster.plugins.clear();
    const report = await apply();
    expect(hasFailed(report)).toBe(false);
    const left = Object.fromEntries(
      report.results.filter(({ outcome }) => outcome === "left").map((one) => [one.kind, one.reason]),
    );
    expect(left).toEqual({
      "retention policy": expect.stringMatching(
        /opensearch-index-management is not there: .*deletes old indices itself/,
      ),
      role: expect.stringMatching(/opensearch-security is not there/),
      channel: expect.stringMatching(/opensearch-notifications is not there/),
      detector: expect.stringMatching(/opensearch-anomaly-detection is not there: the count model carries on alone/),
      monitor: expect.stringMatching(/opensearch-alerting is not there/),
      "saved objects": expect.stringMatching(/no OpenSearch Dashboards is named/),
    });
    expect(find(report, "version").outcome).toBe("done");
    expect(isEmpty(await plan())).toBe(true);
  });

  test("nobody to be told: no monitor, and what was there stays", async () => {
    await apply();
    const report = await apply(wanted({ alerts: {} }));
    expect(find(report, "channel")).toMatchObject({ outcome: "left", nextStep: expect.stringMatching(/--webhook/) });
    expect(cluster.monitors.size).toBe(1);
  });
});

describe("refusals", () => {
  test("a permission that is missing is named, what needs it is skipped, the rest is done, and it is no success", async () => {
    const reason =
      "no permissions for [cluster:admin/opensearch/notifications/configs/create] and User [name=me, backend_roles=[]]";
    cluster.intercept = (method, path) =>
      method === "POST" && path.includes("_notifications")
        ? { status: 403, body: { error: { type: "security_exception", reason }, status: 403 } }
        : undefined;
    const report = await apply();
    expect(hasFailed(report)).toBe(true);
    expect(find(report, "channel")).toMatchObject({
      outcome: "failed",
      code: "OPENSEARCH_FORBIDDEN",
      reason: expect.stringContaining(reason),
      nextStep: expect.stringMatching(/Map the user or IAM role/),
    });
    expect(find(report, "monitor")).toMatchObject({
      outcome: "skipped",
      reason: expect.stringMatching(/channel .* failed/),
    });
    expect(find(report, "version")).toMatchObject({ outcome: "skipped" });
    expect(cluster.detectors.size).toBe(9);
    cluster.intercept = () => undefined;
    expect(changed(await apply())).toEqual([
      "channel trailwatch-webhook: create, done",
      "monitor trailwatch-forest: create, done",
      "version trailwatch-state/provisioning: create, done",
    ]);
  });

  test("what may not even be read is a failure of its kind, in the plan too", async () => {
    cluster.intercept = (_, path) =>
      path.includes("_security")
        ? { status: 403, body: { status: "FORBIDDEN", message: "No permission to access REST API" } }
        : undefined;
    const report = await plan();
    expect(hasFailed(report)).toBe(true);
    expect(find(report, "role")).toMatchObject({ outcome: "failed", reason: expect.stringMatching(/No permission/) });
  });
});
