import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Answer, OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import type { Json } from "#adapters/opensearch/provisioning/meaning.ts";
import {
  applyOpenSearch,
  hasFailed,
  isEmpty,
  isWaiting,
  type ProvisioningReport,
  planOpenSearch,
} from "#adapters/opensearch/provisioning/plan.ts";
import type { StepResult } from "#adapters/opensearch/provisioning/steps.ts";
import type { DashboardsServer } from "#adapters/opensearch/saved-objects/dashboards-api.ts";
import { parseConfig } from "#core/config/index.ts";
import { DAY, MINUTE } from "#core/domain/time.ts";
import { ProvisionedCluster } from "../../../fakes/provisioned-cluster.ts";

let cluster: ProvisionedCluster;
beforeEach(() => {
  cluster = new ProvisionedCluster();
  cluster.rollups = { oldest: cluster.now - 20 * DAY };
});

const WEBHOOK = "https://hooks.example.com/in";
const wanted = (opensearch: object = {}, rest: object = {}): DesiredState =>
  desiredState({
    config: parseConfig({ ...rest, opensearch: { alerts: { webhook: WEBHOOK }, ...opensearch } }),
    namespace: "",
  });

const options = () => ({ dashboards: null, now: () => cluster.now, pause: async () => {} });
const apply = (desired = wanted()) => applyOpenSearch(desired, cluster, options());
const plan = (desired = wanted()) => planOpenSearch(desired, cluster, options());

const changed = ({ results }: ProvisioningReport): string[] =>
  results
    .filter(({ outcome }) => outcome !== "unchanged" && outcome !== "left")
    .map(({ kind, name, action, outcome }) => `${kind} ${name}: ${action}, ${outcome}`);
const find = ({ results }: ProvisioningReport, kind: string, name?: string): StepResult => {
  const found = results.find((one) => one.kind === kind && (name === undefined || one.name === name));
  if (!found) throw new Error(`no ${kind} ${name}: ${JSON.stringify(results, null, 1)}`);
  return found;
};

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
    const whole = new ProvisionedCluster();
    whole.rollups = cluster.rollups;
    await applyOpenSearch(wanted(), whole, options());
    for (let calls = 0; calls < whole.changes.length; calls++) {
      cluster = new ProvisionedCluster();
      cluster.rollups = whole.rollups;
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
      cluster = new ProvisionedCluster();
      cluster.rollups = { oldest: cluster.now - 20 * DAY };
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

describe("what was made by another version", () => {
  test("an older index gets the fields that it lacks; what is otherwise stays, and is said", async () => {
    await apply();
    const { mappings } = (cluster.kept.get("/_index_template/usage-rollups") as Json).template;
    const { entity: _, root: __, ...older } = mappings.properties;
    cluster.indices.set("usage-rollups-2026.10", {
      ...mappings,
      _meta: { trailwatch: { version: 0 }, theirs: 1 },
      properties: older,
    });
    cluster.indices.set("usage-rollups-2026.09", {
      ...mappings,
      _meta: {},
      properties: { ...older, entity: { type: "text" } },
    });
    const report = await apply();
    expect(find(report, "mapping", "usage-rollups-2026.10")).toMatchObject({
      outcome: "done",
      reason: "gets entity, root",
    });
    expect(cluster.indices.get("usage-rollups-2026.10")).toMatchObject({
      _meta: { trailwatch: { version: 1 }, theirs: 1 },
      properties: { entity: { type: "keyword" }, root: { type: "double" } },
    });
    expect(find(report, "mapping", "usage-rollups-2026.09").reason).toMatch(/gets root; stay as they are.*: entity/);
    expect(cluster.indices.get("usage-rollups-2026.09")._meta).toEqual({});
    const second = await plan();
    expect(isEmpty(second)).toBe(true);
    expect(find(second, "mapping", "usage-rollups-2026.09")).toMatchObject({
      outcome: "left",
      nextStep: expect.stringMatching(/reindex/),
    });
  });

  test.each([
    [
      "state",
      (): void => void cluster.kept.set("/trailwatch-state/_doc/provisioning", { value: { state: 99, mappings: 1 } }),
    ],
    [
      "template",
      (): void => void cluster.kept.set("/_index_template/usage-events", { _meta: { trailwatch: { version: 99 } } }),
    ],
    [
      "index",
      (): void => void cluster.indices.set("usage-events-2026.11.01", { _meta: { trailwatch: { version: 99 } } }),
    ],
  ])("a newer %s is refused before anything is changed", async (_, make) => {
    make();
    await expect(apply()).rejects.toMatchObject({
      code: "STORE_VERSION",
      message: expect.stringMatching(/version 99, made by a newer Trailwatch/),
    });
    expect(cluster.changes).toEqual([]);
  });

  test("what is no OpenSearch, too old or hides its version is refused", async () => {
    for (const [version, distribution, words] of [
      ["8.11.0", undefined, /no OpenSearch/],
      ["2.8.0", "opensearch", /is OpenSearch 2\.8\.0, which is not supported/],
      ["7.10.2", "opensearch", /hides its version/],
    ] as const) {
      cluster.version = version;
      (cluster as Json).distribution = distribution;
      await expect(plan()).rejects.toThrow(words);
    }
  });
});

describe("retention", () => {
  test("is given to indices that are there already, and to none that another policy manages", async () => {
    cluster.unmanaged = ["usage-events-2026.11.19", "usage-events-2026.11.20"];
    const report = await apply();
    expect(changed(report)).toEqual(
      expect.arrayContaining([
        "retention policy trailwatch-events: create, done",
        "retention policy trailwatch-events: start, done",
      ]),
    );
    expect(cluster.changes).toContain("POST /_plugins/_ism/add/usage-events-2026.11.19,usage-events-2026.11.20");
    expect(isEmpty(await plan())).toBe(true);
    const longer = wanted({ eventDays: 120 });
    expect(changed(await apply(longer))).toEqual(["retention policy trailwatch-events: update, done"]);
    expect(isEmpty(await plan(longer))).toBe(true);
  });
});

describe("roles", () => {
  const ROLE = "arn:aws:iam::111111111111:role/writer";
  const access = { access: { writers: [ROLE] } };
  const MAPPING = "/_plugins/_security/api/rolesmapping/trailwatch-writer";

  test("who has a role already keeps it", async () => {
    cluster.kept.set(MAPPING, { reserved: false, hidden: false, users: ["me"], hosts: [], backend_roles: ["theirs"] });
    expect(changed(await apply(wanted(access)))).toContain("role mapping trailwatch-writer: update, done");
    expect(cluster.kept.get(MAPPING)).toMatchObject({ users: ["me"], hosts: [], backend_roles: ["theirs", ROLE] });
    expect(isEmpty(await plan(wanted(access)))).toBe(true);
    expect(isEmpty(await plan(wanted()))).toBe(true);
  });
});

describe("alerts that lead elsewhere", () => {
  test("a channel of the other kind is made first, and the old one goes when nothing rings it", async () => {
    await apply();
    const before = [...cluster.monitors.values()][0];
    const sns = wanted({ alerts: { snsTopicArn: "arn:aws:sns:us-east-1:111111111111:bell" } });
    expect(changed(await apply(sns))).toEqual([
      "channel trailwatch-sns: create, done",
      "monitor trailwatch-forest: update, done",
      "channel trailwatch-webhook: remove, done",
    ]);
    const after = [...cluster.monitors.values()][0];
    const trigger = (monitor: Json) => monitor.triggers[0].bucket_level_trigger;
    expect(trigger(after).id).toBe(trigger(before).id);
    expect(trigger(after).actions[0]).toMatchObject({
      id: trigger(before).actions[0].id,
      destination_id: "trailwatch-sns",
    });
    expect(isEmpty(await plan(sns))).toBe(true);
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

describe("saved objects", () => {
  const provision = (server: DashboardsServer) =>
    applyOpenSearch(wanted(), cluster, { ...options(), dashboards: server });

  test("are imported, and only what is otherwise is imported again", async () => {
    const server = new SavedObjectsServer();
    const first = await provision(server.named());
    expect(find(first, "saved objects")).toMatchObject({ action: "create", outcome: "done" });
    expect(server.kept.size).toBe(wanted().savedObjects.length);
    expect(find(await provision(server.named()), "saved objects").outcome).toBe("unchanged");
    const [key, object] = [...server.kept][0] as [string, Json];
    server.kept.set(key, { ...object, attributes: { ...object.attributes, title: "theirs" } });
    const again = find(await provision(server.named()), "saved objects");
    expect(again).toMatchObject({ action: "update", outcome: "done", reason: "1 objects are missing or otherwise" });
    expect(server.kept.get(key)).toEqual(object);
  });

  test("that are refused are a failure, which names them", async () => {
    const server = new SavedObjectsServer();
    server.refuses = true;
    const report = await provision(server.named());
    expect(hasFailed(report)).toBe(true);
    expect(find(report, "saved objects")).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/refused dashboard x/),
    });
    expect(find(report, "version").outcome).toBe("skipped");
  });
});

/** The saved objects API, as far as it is asked; errors come with status 200. */
class SavedObjectsServer {
  readonly kept = new Map<string, Json>();
  refuses = false;

  named(): DashboardsServer {
    return { connection: this as unknown as OpenSearchConnection, basePath: "/_dashboards", tenant: "global" };
  }

  async send(_: string, path: string, { body, lines = "" }: { body?: Json; lines?: string }): Promise<Answer> {
    if (path.endsWith("/_bulk_get")) {
      const saved_objects = body.map(
        ({ type, id }: Json) => this.kept.get(`${type} ${id}`) ?? { type, id, error: { statusCode: 404 } },
      );
      return { status: 200, body: { saved_objects } };
    }
    if (this.refuses) {
      const errors = [{ type: "dashboard", id: "x", error: { type: "unknown" } }];
      return { status: 200, body: { success: false, successCount: 0, errors } };
    }
    const objects: Json[] = lines
      .split(/\r?\n/)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
    for (const object of objects) this.kept.set(`${object.type} ${object.id}`, object);
    return { status: 200, body: { success: true, successCount: objects.length } };
  }
}
