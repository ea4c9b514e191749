import { beforeEach, describe, expect, test } from "@jest/globals";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { applyOpenSearch } from "#adapters/opensearch/provisioning/plan.ts";
import { readStatus } from "#adapters/opensearch/provisioning/status.ts";
import { parseConfig } from "#core/config/index.ts";
import { DAY, MINUTE } from "#core/domain/time.ts";
import { type FakeDetector, ProvisionedCluster } from "../../../fakes/provisioned-cluster.ts";

const NAME = "trailwatch-denied-calls";
const desired: DesiredState = desiredState({
  config: parseConfig({
    opensearch: {
      alerts: { webhook: "https://hooks.example.com/in" },
      forest: { detectors: [{ signal: "denied-calls" }], memoryMiB: 64 },
    },
  }),
  namespace: "",
});

let cluster: ProvisionedCluster;
const now = () => cluster.now;
const status = () => readStatus(desired, cluster, { now });
beforeEach(async () => {
  cluster = new ProvisionedCluster();
  cluster.rollups = { oldest: cluster.now - 20 * DAY };
  await applyOpenSearch(desired, cluster, { dashboards: null, now, pause: async () => {} });
});

/** Its only detector, as it is now. */
const detector = async () => (await status()).detectors?.[0];
const running = (): FakeDetector => {
  const one = cluster.named(NAME);
  one.realtime = { state: "RUNNING" };
  return one;
};
const judged = (minutesAgo: number): void => {
  cluster.results.set("detector-1", { newest: cluster.now - minutesAgo * MINUTE, entities: 3, anomalies: 2 });
};

describe("a detector", () => {
  test("learns until it has written", async () =>
    expect(await detector()).toMatchObject({ condition: "learning", newest: null }));

  test("runs while its newest window is as old as its delay makes it", async () => {
    running().profile = {
      total_entities: 3,
      active_entities: 2,
      total_size_in_bytes: 801_536,
      models: [{ entity: [{ name: "entity", value: "2|b" }] }, { entity: [{ name: "entity", value: "1|a" }] }],
    };
    cluster.now += DAY;
    judged(39);
    expect(await detector()).toEqual({
      name: NAME,
      title: "Denied calls by account and region",
      condition: "running",
      error: "",
      past: "FINISHED",
      newest: cluster.now - 39 * MINUTE,
      anomalies: 2,
      entities: { covered: 2, total: 3, names: ["1|a", "2|b"] },
      modelBytes: 801_536,
    });
  });

  test("that should have written by now is silent, also where it has never written", async () => {
    running();
    cluster.now += DAY;
    judged(41);
    expect(await detector()).toMatchObject({ condition: "silent" });
    cluster.results.clear();
    expect(await detector()).toMatchObject({ condition: "silent" });
  });

  test("that fell back to learning after it had written, and writes no more, is silent", async () => {
    cluster.now += DAY;
    judged(16 + 41);
    expect(await detector()).toMatchObject({ condition: "silent" });
  });

  test("that just started has not been silent for long, however old its past", async () => {
    running();
    judged(300);
    expect(await detector()).toMatchObject({ condition: "running" });
  });

  test("that fails says the node's own words", async () => {
    running().realtime = { state: "RUNNING", error: "No such index" };
    expect(await detector()).toMatchObject({ condition: "failing", error: "No such index" });
  });

  test("that is stopped, missing, replaced or unwanted is called so", async () => {
    const one = running();
    one.job = { enabled: false, enabled_time: cluster.now };
    expect(await detector()).toMatchObject({ condition: "stopped" });
    const description: string = one.source.description;
    one.source.description = description.replace(/ entity [0-9a-f]{12}/, " entity 000000000000");
    expect(await detector()).toMatchObject({ condition: "replaced" });
    one.source.description = description.replace("denied-calls by", "secrets-read by");
    const all = (await status()).detectors?.map(({ condition }) => condition);
    expect(all).toEqual(["missing", "unwanted"]);
  });
});

test("what is kept is counted, with its versions, retention and the monitor's channel", async () => {
  cluster.indices.set("usage-events-2026.11.19", {});
  cluster.indices.set("usage-events-2026.11.20", {});
  const found = await status();
  expect(found.stores[0]).toEqual({
    pattern: "usage-events-*",
    indices: 2,
    documents: 20,
    bytes: 2000,
    newest: cluster.rollups?.oldest,
    broken: [],
  });
  expect(found.stores.find(({ pattern }) => pattern === "trailwatch-incidents")).toMatchObject({
    indices: 0,
    newest: null,
  });
  expect(found).toMatchObject({
    engine: { version: "3.7.0" },
    versions: { state: 1, mappings: 1 },
    retention: { by: "policy", eventDays: 90, rollupDays: 400 },
    monitor: { enabled: true, channel: "trailwatch-webhook" },
    coverage: { active: 0, excluded: [], memory: { entities: 167 } },
  });
});

test("without the plugins there is nothing to say of what they do", async () => {
  cluster.plugins.clear();
  expect(await status()).toMatchObject({
    detectors: null,
    coverage: null,
    monitor: null,
    retention: { by: "schedule" },
  });
});
