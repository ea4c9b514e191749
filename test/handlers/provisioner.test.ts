import { beforeEach, describe, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import type { AuditRecord } from "#core/ports/audit-log.ts";
import { eventSchema } from "#lambdas/OpenSearchProvisioner/event.ts";
import { OpenSearchProvisioner } from "#lambdas/OpenSearchProvisioner/handler.ts";
import { MemorySnapshots } from "../fakes/memory-keeping.ts";
import { ProvisionedCluster } from "../fakes/provisioned-cluster.ts";
import { Overheard } from "./support.ts";

const PROPERTIES = {
  ServiceToken: "arn:aws:lambda:eu-west-1:111122223333:function:OpenSearchProvisionerFunction",
  ConfigurationHash: "abc",
  BellTopicArn: "arn:aws:sns:eu-west-1:111122223333:bell",
  BellRoleArn: "arn:aws:iam::111122223333:role/bell",
  Writers: ["arn:aws:iam::111122223333:role/writer"],
  Processors: ["arn:aws:iam::111122223333:role/processor"],
  Readers: [],
};
const request = (RequestType: "Create" | "Update" | "Delete", ResourceProperties: object = PROPERTIES) => ({
  RequestType,
  ResponseURL: "https://example.com/answer",
  StackId: "arn:aws:cloudformation:eu-west-1:111122223333:stack/Trailwatch/1",
  RequestId: "r-1",
  LogicalResourceId: "Provisioning",
  ...(RequestType === "Create" ? {} : { PhysicalResourceId: "trailwatch-opensearch-" }),
  ResourceProperties: { ...ResourceProperties },
});

let cluster: ProvisionedCluster;
let snapshots: MemorySnapshots;
let audit: AuditRecord[];
let said: Overheard;
let provisioner: OpenSearchProvisioner;

beforeEach(() => {
  cluster = new ProvisionedCluster();
  snapshots = new MemorySnapshots();
  audit = [];
  said = new Overheard();
  provisioner = new OpenSearchProvisioner({
    connection: cluster,
    dashboards: null,
    namespace: "",
    config: parseConfig({}),
    snapshots,
    audit: { add: async (record) => void audit.push(record) },
    now: () => cluster.now,
  });
});

describe("a deployment", () => {
  test("makes the cluster what it should be, and goes on when there is something to learn from", async () => {
    const created = await provisioner.answer(request("Create"), said);
    expect(created).toMatchObject({ physicalId: "trailwatch-opensearch-", data: { Engine: "3.7.0", Failed: "0" } });
    expect(Number(created.data?.["Waiting"])).toBeGreaterThan(0);
    expect(cluster.detectors.size).toBe(0);
    cluster.rollups = { oldest: cluster.now - 20 * 86_400_000 };
    await provisioner.again(said);
    expect(cluster.detectors.size).toBe(9);
    expect(cluster.monitors.size).toBe(1);
    expect(JSON.stringify([...cluster.kept.values()])).toContain(PROPERTIES.BellTopicArn);
  });

  test("keeps the id of the thing, whatever changes", async () => {
    const updated = await provisioner.answer(request("Update", { ...PROPERTIES, ConfigurationHash: "other" }), said);
    expect(updated.physicalId).toBe("trailwatch-opensearch-");
  });

  test("that goes leaves everything where it is", async () => {
    await provisioner.answer(request("Create"), said);
    const before = cluster.changes.length;
    expect(await provisioner.answer(request("Delete"), said)).toEqual({ physicalId: "trailwatch-opensearch-" });
    expect(cluster.changes).toHaveLength(before);
  });

  test("with properties that are none is refused before anything is changed", async () => {
    await expect(provisioner.answer(request("Create", { BellTopicArn: "bell" }), said)).rejects.toThrow(
      /ConfigurationHash/,
    );
    expect(cluster.changes).toEqual([]);
  });

  test("fails with the reason and what to do, where the cluster refuses", async () => {
    cluster.intercept = (method, path) =>
      method === "PUT" && path.startsWith("/_index_template/")
        ? { status: 403, body: { error: { type: "security_exception", reason: "no permissions" } } }
        : undefined;
    await expect(provisioner.answer(request("Create"), said)).rejects.toMatchObject({
      code: "OPENSEARCH_FORBIDDEN",
      message: expect.stringMatching(/index template .* could not be made .*no permissions/),
    });
    expect(audit.map(({ action }) => action)).toEqual(["configure", "provision"]);
  });
});

describe("the schedule", () => {
  test("before the first deployment does nothing", async () => {
    expect(await provisioner.again(said)).toBeNull();
    expect(cluster.changes).toEqual([]);
  });

  test("changes nothing, and leaves no record, where all is as it should be", async () => {
    cluster.rollups = { oldest: cluster.now - 20 * 86_400_000 };
    await provisioner.answer(request("Create"), said);
    const changes = cluster.changes.length;
    await provisioner.again(said);
    expect(cluster.changes).toHaveLength(changes);
    expect(audit.map(({ action }) => action)).toEqual(["configure", "provision"]);
  });
});

test("whoever only looks is told how everything is, and nothing is changed", async () => {
  cluster.rollups = { oldest: cluster.now - 20 * 86_400_000 };
  await provisioner.answer(request("Create"), said);
  const before = cluster.changes.length;
  const status = await provisioner.look();
  expect(status).toMatchObject({ engine: { version: "3.7.0" }, monitor: { enabled: true } });
  expect(status.detectors).toHaveLength(9);
  expect(cluster.changes).toHaveLength(before);
  expect([{ look: true }, {}, undefined].map((event) => eventSchema.parse(event))).toEqual([
    "look",
    "schedule",
    "schedule",
  ]);
});

const BY = "cloudformation arn:aws:cloudformation:eu-west-1:111122223333:stack/Trailwatch/1";

test("what was changed is recorded, with who asked", async () => {
  await provisioner.answer(request("Create"), said);
  expect(audit).toMatchObject([
    { action: "configure", by: BY, at: cluster.now, details: { from: null, to: "abc" } },
    {
      action: "provision",
      by: BY,
      at: cluster.now,
      details: {
        results: expect.arrayContaining([expect.objectContaining({ kind: "index template", outcome: "done" })]),
      },
    },
  ]);
});

test("another configuration is recorded, also where it changes nothing in the cluster", async () => {
  cluster.rollups = { oldest: cluster.now - 20 * 86_400_000 };
  await provisioner.answer(request("Create"), said);
  audit.length = 0;
  await provisioner.answer(request("Update"), said);
  expect(audit).toEqual([]);
  await provisioner.answer(request("Update", { ...PROPERTIES, ConfigurationHash: "other" }), said);
  expect(audit).toEqual([{ action: "configure", by: BY, at: cluster.now, details: { from: "abc", to: "other" } }]);
});
