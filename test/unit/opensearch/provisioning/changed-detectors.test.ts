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

describe("a changed detector", () => {
  const SHINGLE = { forest: { shingle: 12 } };

  test("whose settings changed is stopped, changed and started, with the ids of its features", async () => {
    await apply();
    const before = cluster.named("trailwatch-denied-calls").source;
    const desired = wanted({}, { signals: { floors: { "denied-calls": 100 } } });
    expect(changed(await apply(desired))).toContain("detector trailwatch-denied-calls: update, done");
    const { source, job } = cluster.named("trailwatch-denied-calls");
    expect(job?.enabled).toBe(true);
    expect(source.rules[0].conditions[0].value).toBe(10);
    expect(source.feature_attributes[0].feature_id).toBe(before.feature_attributes[0].feature_id);
    expect(isEmpty(await plan(desired))).toBe(true);
  });

  test("that somebody changed by hand is changed back", async () => {
    await apply();
    cluster.named("trailwatch-denied-calls").source.imputation_option = { method: "ZERO" };
    expect(changed(await plan())).toEqual(["detector trailwatch-denied-calls: update, done"]);
  });

  test("that somebody stopped is started", async () => {
    await apply();
    cluster.named("trailwatch-denied-calls").job = { enabled: false, enabled_time: cluster.now };
    expect(changed(await apply())).toEqual(["detector trailwatch-denied-calls: start, done"]);
  });

  test("that learns from something else is made beside the old one, which goes when the new one has proved itself", async () => {
    const one = { detectors: [{ signal: "denied-calls" }] };
    await apply(wanted({ forest: one }));
    const [oldId] = cluster.detectors.keys();
    cluster.results.set(oldId as string, { newest: cluster.now - 26 * MINUTE, entities: 40, anomalies: 3 });
    const desired = wanted({ forest: { ...one, shingle: 12 } });

    const first = await apply(desired);
    expect(find(first, "detector")).toMatchObject({ action: "replace", outcome: "done" });
    expect(cluster.detectors.size).toBe(2);
    const [, youngId] = cluster.detectors.keys();
    const young = cluster.detectors.get(youngId as string);
    expect(young?.source).toMatchObject({ shingle_size: 12, name: expect.stringMatching(/^trailwatch-denied-calls-/) });
    expect(young?.job?.enabled).toBe(true);
    expect(cluster.detectors.get(oldId as string)?.job?.enabled).toBe(true);

    const second = await apply(desired);
    expect(isWaiting(second)).toBe(true);
    expect(find(second, "detector", "trailwatch-denied-calls")).toMatchObject({
      action: "wait",
      reason: expect.stringMatching(/INIT with 0 entities.*old one had 40 entities and 3 anomalies/),
    });

    const proven = { newest: cluster.now - 27 * MINUTE, entities: 39, anomalies: 5 };
    cluster.results.set(youngId as string, proven);
    expect(isWaiting(await apply(desired))).toBe(true);
    if (young) young.realtime = { state: "RUNNING" };
    for (const results of [
      { newest: null, entities: 40, anomalies: 0 },
      { newest: cluster.now - 3 * 60 * MINUTE, entities: 40, anomalies: 0 },
      { newest: cluster.now - 27 * MINUTE, entities: 20, anomalies: 0 },
    ]) {
      cluster.results.set(youngId as string, results);
      expect(isWaiting(await apply(desired))).toBe(true);
    }
    cluster.results.set(youngId as string, proven);
    expect(changed(await apply(desired))).toEqual(["detector trailwatch-denied-calls: remove, done"]);
    expect([...cluster.detectors.keys()]).toEqual([youngId]);
    expect(isEmpty(await plan(desired))).toBe(true);
  });

  test("one at a time, when there is one place left", async () => {
    await apply();
    const report = await apply(wanted(SHINGLE));
    const outcomes = report.results.filter(({ kind }) => kind === "detector").map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "waiting")).toHaveLength(8);
    expect(hasFailed(report)).toBe(false);
  });

  test("that nobody wants any more goes, and somebody else's stays", async () => {
    await apply();
    cluster.detectors.set("theirs", {
      source: { name: "trailwatch-of-theirs", description: "theirs", category_field: ["x"] },
      job: null,
      realtime: null,
      historical: null,
    });
    const fewer = wanted({ forest: { detectors: [{ signal: "denied-calls" }] } });
    expect(changed(await apply(fewer))).toHaveLength(8);
    expect([...cluster.detectors.values()].map(({ source }) => source.name).sort()).toEqual([
      "trailwatch-denied-calls",
      "trailwatch-of-theirs",
    ]);
    expect(isEmpty(await plan(fewer))).toBe(true);
  });
});

describe("the limit of detectors", () => {
  test("the most important are made, what is left out is said", async () => {
    cluster.settings["plugins.anomaly_detection.max_multi_entity_anomaly_detectors"] = 3;
    const report = await apply();
    expect([...cluster.detectors.values()].map(({ source }) => source.name)).toEqual([
      "trailwatch-instances-launched",
      "trailwatch-usd-per-hour-added",
      "trailwatch-instances-launched-by-type",
    ]);
    expect(find(report, "detector", "trailwatch-volumes-created")).toMatchObject({
      outcome: "left",
      nextStep: expect.stringMatching(/max_multi_entity_anomaly_detectors/),
    });
    expect(hasFailed(report)).toBe(false);
    expect(isEmpty(await plan())).toBe(true);
  });
});

describe("memory of the forest", () => {
  const few = wanted({ forest: { detectors: [{ signal: "denied-calls" }], memoryMiB: 1 } });

  test("what fits needs no list", async () => {
    cluster.active = { "1|a": 5 };
    await apply(few);
    expect(cluster.kept.has("/trailwatch-state/_doc/forest-coverage")).toBe(false);
    expect(cluster.named("trailwatch-denied-calls").source.filter_query.bool).not.toHaveProperty("must_not");
  });

  test("else the quietest are left out by a list that detectors read, and which is kept when all fit again", async () => {
    // One MiB holds two models.
    cluster.active = { "1|a": 5, "2|a": 90, "3|a": 2, "4|a": 70, "5|a": 5 };
    const report = await apply(few);
    expect(find(report, "coverage")).toMatchObject({
      outcome: "done",
      reason: expect.stringMatching(/of 5 active entities the busiest 2 are looked at: 1 MiB hold 2/),
    });
    expect(cluster.kept.get("/trailwatch-state/_doc/forest-coverage").value.excluded).toEqual(["1|a", "3|a", "5|a"]);
    expect(cluster.named("trailwatch-denied-calls").source.filter_query.bool.must_not).toHaveLength(1);
    expect(isEmpty(await plan(few))).toBe(true);
    cluster.active = { "1|a": 5 };
    expect(changed(await apply(few))).toEqual(["coverage trailwatch-state/forest-coverage: update, done"]);
    expect(cluster.kept.get("/trailwatch-state/_doc/forest-coverage").value.excluded).toEqual([]);
    expect(isEmpty(await plan(few))).toBe(true);
  });

  test("an existing detector is given the list without learning anew", async () => {
    await apply(few);
    cluster.active = { "1|a": 5, "2|a": 90, "3|a": 2 };
    expect(changed(await apply(few))).toEqual([
      "coverage trailwatch-state/forest-coverage: create, done",
      "detector trailwatch-denied-calls: update, done",
    ]);
  });
});
