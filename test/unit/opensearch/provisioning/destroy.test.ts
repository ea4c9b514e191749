import { beforeEach, expect, test } from "@jest/globals";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { destroyOpenSearch } from "#adapters/opensearch/provisioning/destroy.ts";
import { applyOpenSearch, hasFailed, isEmpty } from "#adapters/opensearch/provisioning/plan.ts";
import { parseConfig } from "#core/config/index.ts";
import { DAY } from "#core/domain/time.ts";
import { ProvisionedCluster } from "../../../fakes/provisioned-cluster.ts";

const config = parseConfig({
  opensearch: { alerts: { webhook: "https://hooks.example.com/in" }, access: { writers: ["writer"] } },
});
const desired: DesiredState = desiredState({ config, namespace: "" });

let cluster: ProvisionedCluster;
const options = () => ({ dashboards: null, now: () => cluster.now, pause: async () => {} });
const destroy = (changes: { withData?: boolean; dryRun?: boolean } = {}) =>
  destroyOpenSearch(desired, cluster, { withData: false, dryRun: false, ...options(), ...changes });

const OURS = ["usage-events-2026.11.20", "usage-rollups-2026.11", "trailwatch-state", "trailwatch-incidents"];
const THEIRS = ["usage-events-of-theirs", "other"];

beforeEach(async () => {
  cluster = new ProvisionedCluster();
  cluster.rollups = { oldest: cluster.now - 20 * DAY };
  await applyOpenSearch(desired, cluster, options());
  for (const index of [...OURS, ...THEIRS]) cluster.indices.set(index, {});
  cluster.pipelines["flatten_result_index_ingest_pipeline_a"] = {
    description: "Ingest pipeline for flattening result index: opensearch-ad-plugin-result-trailwatch_flattened_a",
  };
  cluster.pipelines["flatten_result_index_ingest_pipeline_b"] = {
    description: "Ingest pipeline for flattening result index: opensearch-ad-plugin-result-b-trailwatch_flattened_b",
  };
});

test("what was made goes, data and what is others' stay, and again there is nothing to do", async () => {
  cluster.detectors.set("theirs", {
    source: { name: "trailwatch-x", description: "theirs" },
    job: null,
    realtime: null,
    historical: null,
  });
  const report = await destroy();
  expect(hasFailed(report)).toBe(false);
  expect([...cluster.kept.keys()]).toEqual([]);
  expect(cluster.monitors.size).toBe(0);
  expect([...cluster.detectors.keys()]).toEqual(["theirs"]);
  expect([...cluster.indices.keys()]).toEqual([...OURS, ...THEIRS]);
  const policies = cluster.changes.filter((change) => /_ism.*events/.test(change)).slice(-2);
  expect(policies).toEqual([
    "POST /_plugins/_ism/remove/usage-events-*",
    "DELETE /_plugins/_ism/policies/trailwatch-events",
  ]);
  const deleted = cluster.changes.filter((change) => change.startsWith("DELETE /_ingest"));
  expect(deleted).toEqual(["DELETE /_ingest/pipeline/flatten_result_index_ingest_pipeline_a"]);
  for (const name of Object.keys(cluster.pipelines)) delete cluster.pipelines[name];
  expect((await destroy()).results).toEqual([]);
});

test("with data, indices of ours go too", async () => {
  expect(hasFailed(await destroy({ withData: true }))).toBe(false);
  expect([...cluster.indices.keys()]).toEqual(THEIRS);
});

test("a dry run says what would go, and nothing goes", async () => {
  const before = cluster.changes.length;
  const { results } = await destroy({ withData: true, dryRun: true });
  expect(results.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining([
      "detector flatten_result_index_ingest_pipeline_a",
      "detector trailwatch-denied-calls",
      "monitor trailwatch-forest",
      "role mapping trailwatch-writer",
      "data usage-events-2026.11.20",
    ]),
  );
  expect(results.map(({ name }) => name)).not.toContain("flatten_result_index_ingest_pipeline_b");
  expect(cluster.changes).toHaveLength(before);
});

test("interrupted anywhere and run again, everything is gone", async () => {
  const { length } = (await destroy({ dryRun: true })).results;
  for (let calls = 1; calls < length; calls += 3) {
    cluster = new ProvisionedCluster();
    cluster.rollups = { oldest: cluster.now - 20 * DAY };
    await applyOpenSearch(desired, cluster, options());
    cluster.dieAfter = cluster.changes.length + calls;
    expect(hasFailed(await destroy())).toBe(true);
    cluster.dieAfter = Number.POSITIVE_INFINITY;
    expect(hasFailed(await destroy())).toBe(false);
    expect(cluster.kept.size + cluster.detectors.size + cluster.monitors.size).toBe(0);
  }
});

test("what was destroyed can be applied again", async () => {
  await destroy();
  expect(hasFailed(await applyOpenSearch(desired, cluster, options()))).toBe(false);
  expect(isEmpty(await applyOpenSearch(desired, cluster, options()))).toBe(true);
});
