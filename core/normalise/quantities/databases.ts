import type { QuantityChange } from "../../domain/usage-event.ts";
import { amount, flag, type Json, object, text } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import { type Detail, type Sheet, stated } from "../sheet.ts";

/** Aurora, DocumentDB and Neptune keep data in the cluster: an instance's `allocatedStorage` of 1 means nothing. */
const CLUSTER_STORAGE = /^(?:aurora|docdb|neptune)/;

const idsOf = (source: Json, ...names: readonly string[]): readonly string[] => {
  for (const name of names) {
    const id = text(source[name]);
    if (id !== null) return [id];
  }
  return [];
};

/** One field, as the answer has it, else as it was asked for. */
const either = ({ request, response }: Detail, name: string): unknown => response[name] ?? request[name];

const engineAttributes = (detail: Detail) => ({
  engine: text(either(detail, "engine")),
  multiAz: flag(either(detail, "multiAZ")),
  licenseModel: text(either(detail, "licenseModel")),
});

const instanceIds = (detail: Detail): readonly string[] =>
  idsOf({ ...detail.request, ...detail.response }, "dBInstanceIdentifier");

function instanceRuns(change: QuantityChange): Rule["apply"] {
  return (detail, sheet) => {
    const resourceIds = instanceIds(detail);
    const engine = engineAttributes(detail);
    sheet.count("db-instances", change, 1, text(either(detail, "dBInstanceClass")), {
      resourceIds,
      attributes: stated(engine),
    });
  };
}

function storage(change: QuantityChange): Rule["apply"] {
  return (detail, sheet) => {
    const gib = amount(either(detail, "allocatedStorage"));
    const engine = engineAttributes(detail);
    if (gib === null || (engine.engine !== null && CLUSTER_STORAGE.test(engine.engine))) return;
    sheet.count("db-gib", change, gib, text(either(detail, "storageType")), {
      resourceIds: instanceIds(detail),
      attributes: stated({
        ...engine,
        iops: amount(either(detail, "iops")),
        throughputMiBps: amount(either(detail, "storageThroughput")),
      }),
    });
  };
}

/** The answer has the class as it is, and in `pendingModifiedValues` what it becomes. */
function instanceModified(detail: Detail, sheet: Sheet): void {
  const { response } = detail;
  const pending = object(response["pendingModifiedValues"]);
  const resourceIds = instanceIds(detail);
  const attributes = stated({ ...engineAttributes(detail), modified: true });
  const [before, after] = [text(response["dBInstanceClass"]), text(pending["dBInstanceClass"])];
  if (before !== null && after !== null && before !== after) {
    sheet.count("db-instances", "removed", 1, before, { resourceIds, attributes });
    sheet.count("db-instances", "added", 1, after, { resourceIds, attributes });
  }
  const [gib, wanted] = [amount(response["allocatedStorage"]), amount(pending["allocatedStorage"])];
  if (gib !== null && wanted !== null && wanted > gib) {
    sheet.count("db-gib", "added", wanted - gib, text(response["storageType"]), { resourceIds, attributes });
  }
}

/** A Multi-AZ DB cluster runs one writer and two readers; the clusters of Aurora get their instances one by one. */
function clusterCreated(detail: Detail, sheet: Sheet): void {
  const type = text(either(detail, "dBClusterInstanceClass"));
  if (type === null) return;
  sheet.count("db-instances", "added", 3, type, {
    resourceIds: idsOf(detail.request, "dBClusterIdentifier"),
    attributes: stated({ ...engineAttributes(detail), cluster: true }),
  });
}

/** Redshift: nodes of one type; without a number it is a single node. */
const warehouseNodes = (source: Json): number =>
  amount(source["numberOfNodes"]) ?? (text(source["clusterType"]) === "multi-node" ? 2 : 1);

function warehouseRuns(change: QuantityChange): Rule["apply"] {
  return (detail, sheet) => {
    const source = { ...detail.request, ...detail.response };
    const type = text(source["nodeType"]);
    sheet.count("warehouse-nodes", change, type === null ? 1 : warehouseNodes(source), type, {
      resourceIds: idsOf(source, "clusterIdentifier"),
    });
  };
}

function warehouseResized(detail: Detail, sheet: Sheet): void {
  const { request, response } = detail;
  const pending = object(response["pendingModifiedValues"]);
  const wanted = amount(request["numberOfNodes"]) ?? amount(pending["numberOfNodes"]);
  const before = amount(response["numberOfNodes"]);
  const type = text(response["nodeType"]);
  const after = text(request["nodeType"]) ?? text(pending["nodeType"]) ?? type;
  if (wanted === null && after === type) return;
  const resourceIds = idsOf(request, "clusterIdentifier");
  const attributes = { modified: true };
  if (before !== null) sheet.count("warehouse-nodes", "removed", before, type, { resourceIds, attributes });
  sheet.count("warehouse-nodes", "added", wanted ?? before ?? 1, after, { resourceIds, attributes });
}

function cacheClusterRuns(change: QuantityChange): Rule["apply"] {
  return (detail, sheet) => {
    const source = { ...detail.request, ...detail.response };
    const nodes = amount(source["numCacheNodes"]) ?? 1;
    sheet.count("cache-nodes", change, nodes, text(source["cacheNodeType"]), {
      resourceIds: idsOf(source, "cacheClusterId"),
      attributes: stated({ engine: text(source["engine"]) }),
    });
  };
}

/** Shards times (one primary and its replicas), unless the answer counts the members itself. */
function replicationGroupCreated({ request, response }: Detail, sheet: Sheet): void {
  const members = Array.isArray(response["memberClusters"]) ? response["memberClusters"].length : 0;
  const shards = amount(request["numNodeGroups"]) ?? 1;
  const replicas = amount(request["replicasPerNodeGroup"]) ?? 0;
  const asked = amount(request["numCacheClusters"]) ?? shards * (replicas + 1);
  sheet.count("cache-nodes", "added", members || asked, text(request["cacheNodeType"] ?? response["cacheNodeType"]), {
    resourceIds: idsOf(request, "replicationGroupId"),
    attributes: stated({ engine: text(request["engine"]) }),
  });
}

function memoryDbCreated({ request }: Detail, sheet: Sheet): void {
  const nodes = (amount(request["numShards"]) ?? 1) * ((amount(request["numReplicasPerShard"]) ?? 1) + 1);
  sheet.count("cache-nodes", "added", nodes, text(request["nodeType"]), {
    resourceIds: idsOf(request, "clusterName"),
    attributes: { engine: "memorydb" },
  });
}

const cacheFreed =
  (name: string): Rule["apply"] =>
  ({ request }, sheet) =>
    sheet.count("cache-nodes", "removed", 1, null, { resourceIds: idsOf(request, name) });

const MADE =
  "CreateDBInstance CreateDBInstanceReadReplica RestoreDBInstanceFromDBSnapshot RestoreDBInstanceToPointInTime RestoreDBInstanceFromS3";

export const DATABASE_RULES: readonly Rule[] = [
  rule("rds", `${MADE} StartDBInstance`, ["request", "response"], instanceRuns("added")),
  rule("rds", "DeleteDBInstance StopDBInstance", ["request", "response"], instanceRuns("removed")),
  rule("rds", MADE, ["request", "response"], storage("added")),
  // A stopped instance still pays for its storage.
  rule("rds", "DeleteDBInstance", ["request", "response"], storage("removed")),
  rule("rds", "ModifyDBInstance", ["request", "response"], instanceModified),
  rule("rds", "CreateDBCluster", ["request", "response"], clusterCreated),
  rule(
    "redshift",
    "CreateCluster RestoreFromClusterSnapshot ResumeCluster",
    ["request", "response"],
    warehouseRuns("added"),
  ),
  rule("redshift", "DeleteCluster PauseCluster", ["request", "response"], warehouseRuns("removed")),
  rule("redshift", "ResizeCluster ModifyCluster", ["request", "response"], warehouseResized),
  rule("elasticache", "CreateCacheCluster", ["request", "response"], cacheClusterRuns("added")),
  rule("elasticache", "DeleteCacheCluster", ["request", "response"], cacheClusterRuns("removed")),
  rule("elasticache", "CreateReplicationGroup", ["request", "response"], replicationGroupCreated),
  rule("elasticache", "DeleteReplicationGroup", ["request"], cacheFreed("replicationGroupId")),
  rule("memory-db", "CreateCluster", ["request"], memoryDbCreated),
  rule("memory-db", "DeleteCluster", ["request"], cacheFreed("clusterName")),
];
