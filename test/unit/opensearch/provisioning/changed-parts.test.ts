import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Answer, OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import type { Json } from "#adapters/opensearch/provisioning/meaning.ts";
import { hasFailed, isEmpty } from "#adapters/opensearch/provisioning/plan.ts";
import type { DashboardsServer } from "#adapters/opensearch/saved-objects/dashboards-api.ts";
import type { ProvisionedCluster } from "../../../fakes/provisioned-cluster.ts";
import { applyTo, changed, find, newCluster, planFor, wanted } from "./provision.ts";

let cluster: ProvisionedCluster;
beforeEach(() => {
  cluster = newCluster();
});
const apply = (desired = wanted()) => applyTo(cluster, desired);
const plan = (desired = wanted()) => planFor(cluster, desired);

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
    expect(changed(await apply(longer))).toEqual([
      "retention policy trailwatch-events: update, done",
      "retention policy trailwatch-insights: update, done",
    ]);
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

describe("saved objects", () => {
  const provision = (server: DashboardsServer) => applyTo(cluster, wanted(), { dashboards: server });

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
