import { amount, type Json, object, objects, text, texts } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import { type Detail, type Sheet, stated } from "../sheet.ts";

const ids = (...values: readonly unknown[]): readonly string[] => {
  for (const value of values) {
    const id = text(value);
    if (id !== null) return [id];
  }
  return [];
};

/** Data nodes, dedicated masters and warm nodes of a search domain. */
function searchNodes(config: Json, domain: readonly string[], storage: Json, sheet: Sheet): void {
  const attributes = { gibPerNode: amount(storage["volumeSize"]), volumeType: text(storage["volumeType"]) };
  const data = text(config["instanceType"]);
  if (data !== null) {
    sheet.count("search-nodes", "added", amount(config["instanceCount"]) ?? 1, data, {
      resourceIds: domain,
      attributes: stated({ role: "data", ...attributes }),
    });
  }
  for (const [enabled, type, count, role] of [
    ["dedicatedMasterEnabled", "dedicatedMasterType", "dedicatedMasterCount", "master"],
    ["warmEnabled", "warmType", "warmCount", "warm"],
  ] as const) {
    if (config[enabled] !== true) continue;
    const nodes = amount(config[count]) ?? 0;
    sheet.count("search-nodes", "added", nodes, text(config[type]), { resourceIds: domain, attributes: { role } });
  }
}

const searchConfig = (request: Json): Json => object(request["clusterConfig"] ?? request["elasticsearchClusterConfig"]);
const searchStorage = (request: Json): Json => object(request["ebsOptions"] ?? request["eBSOptions"]);

function domainCreated({ request }: Detail, sheet: Sheet): void {
  searchNodes(searchConfig(request), ids(request["domainName"]), searchStorage(request), sheet);
}

/** The new configuration replaces one that the record does not have: it is priced from the stored creation. */
function domainUpdated({ request }: Detail, sheet: Sheet): void {
  const config = searchConfig(request);
  if (text(config["instanceType"]) === null) return;
  const domain = ids(request["domainName"]);
  sheet.count("search-nodes", "removed", 1, null, { resourceIds: domain, attributes: { modified: true } });
  searchNodes(config, domain, searchStorage(request), sheet);
}

function domainDeleted({ request }: Detail, sheet: Sheet): void {
  sheet.count("search-nodes", "removed", 1, null, { resourceIds: ids(request["domainName"]) });
}

/** EMR's own charge: EC2 logs the instances themselves as RunInstances. */
function emrGroups(groups: unknown, cluster: readonly string[], sheet: Sheet): void {
  for (const group of objects(groups)) {
    sheet.count("emr-instances", "added", amount(group["instanceCount"]) ?? 1, text(group["instanceType"]), {
      purchase: text(group["market"])?.toUpperCase() === "SPOT" ? "spot" : "on-demand",
      resourceIds: cluster,
      attributes: stated({ role: text(group["instanceRole"]) }),
    });
  }
}

function jobFlowStarted({ request, response }: Detail, sheet: Sheet): void {
  const cluster = ids(response["jobFlowId"]);
  const instances = object(request["instances"]);
  for (const id of cluster) sheet.named("emr-cluster", id);
  emrGroups(instances["instanceGroups"], cluster, sheet);
  for (const fleet of objects(instances["instanceFleets"])) {
    const spot = amount(fleet["targetSpotCapacity"]) ?? 0;
    const types = objects(fleet["instanceTypeConfigs"]).map((config) => text(config["instanceType"]));
    const item = types.length === 1 ? (types[0] ?? null) : null;
    const attributes = stated({ role: text(fleet["instanceFleetType"]), unit: "capacity" });
    sheet.count("emr-instances", "added", spot, item, { purchase: "spot", resourceIds: cluster, attributes });
    sheet.count("emr-instances", "added", amount(fleet["targetOnDemandCapacity"]) ?? 0, item, {
      purchase: "on-demand",
      resourceIds: cluster,
      attributes,
    });
  }
  const master = text(instances["masterInstanceType"]);
  if (master === null) return;
  const total = amount(instances["instanceCount"]) ?? 1;
  const extra = { purchase: "on-demand" as const, resourceIds: cluster };
  sheet.count("emr-instances", "added", 1, master, { ...extra, attributes: { role: "MASTER" } });
  sheet.count("emr-instances", "added", total - 1, text(instances["slaveInstanceType"]) ?? master, {
    ...extra,
    attributes: { role: "CORE" },
  });
}

function jobFlowsEnded({ request }: Detail, sheet: Sheet): void {
  const resourceIds = texts(request["jobFlowIds"]);
  sheet.count("emr-instances", "removed", resourceIds.length, null, { resourceIds });
}

function controlPlaneCreated({ request, response }: Detail, sheet: Sheet): void {
  const cluster = object(response["cluster"]);
  sheet.named("cluster", text(cluster["arn"]));
  sheet.count("cluster-control-planes", "added", 1, "eks", { resourceIds: ids(request["name"], cluster["name"]) });
}

function controlPlaneDeleted({ request }: Detail, sheet: Sheet): void {
  sheet.count("cluster-control-planes", "removed", 1, "eks", { resourceIds: ids(request["name"]) });
}

/** Nodes come as instances of a scaling group, whose RunInstances carry the cost. */
function nodesAsked({ request }: Detail, sheet: Sheet): void {
  const types = texts(request["instanceTypes"]);
  const scaling = object(request["scalingConfig"]);
  const nodes = amount(scaling["desiredSize"]) ?? amount(scaling["minSize"]) ?? 0;
  sheet.count("cluster-nodes", "added", nodes, types.length === 1 ? (types[0] ?? null) : null, {
    purchase: text(request["capacityType"])?.toUpperCase() === "SPOT" ? "spot" : "on-demand",
    resourceIds: ids(request["nodegroupName"]),
  });
}

function nodesFreed({ request }: Detail, sheet: Sheet): void {
  sheet.count("cluster-nodes", "removed", 1, null, { resourceIds: ids(request["nodegroupName"]) });
}

const taskSize = (task: Json) => ({
  cpuUnits: amount(task["cpu"]),
  memoryMiB: amount(task["memory"]),
  architecture: text(objects(task["attributes"]).find(({ name }) => name === "ecs.cpu-architecture")?.["value"]),
});

/** `FARGATE_SPOT` is a capacity provider of launch type `FARGATE`. */
const launchType = (task: Json): string | null =>
  text(task["capacityProviderName"]) === "FARGATE_SPOT" ? "FARGATE_SPOT" : text(task["launchType"]);

function tasksStarted({ response }: Detail, sheet: Sheet): void {
  for (const task of objects(response["tasks"])) {
    const arn = text(task["taskArn"]);
    sheet.named("task", arn);
    sheet.count("container-tasks", "added", 1, launchType(task), {
      resourceIds: ids(arn),
      attributes: stated(taskSize(task)),
    });
  }
}

function taskStopped({ request, response }: Detail, sheet: Sheet): void {
  const arn = object(response["task"])["taskArn"];
  sheet.count("container-tasks", "removed", 1, null, { resourceIds: ids(arn, request["task"]) });
}

/** ECS does not log the tasks that a service starts. The size of one is in its task definition, not here. */
function serviceCreated({ request, response }: Detail, sheet: Sheet): void {
  const arn = object(response["service"])["serviceArn"];
  sheet.named("service", text(arn));
  sheet.count("container-tasks", "added", amount(request["desiredCount"]) ?? 0, text(request["launchType"]), {
    resourceIds: ids(arn, request["serviceName"]),
  });
}

function serviceUpdated({ request, response }: Detail, sheet: Sheet): void {
  const wanted = amount(request["desiredCount"]);
  if (wanted === null) return;
  const service = object(response["service"]);
  const resourceIds = ids(service["serviceArn"], request["service"]);
  const attributes = { modified: true };
  sheet.count("container-tasks", "removed", 1, null, { resourceIds, attributes });
  sheet.count("container-tasks", "added", wanted, text(service["launchType"]), { resourceIds, attributes });
}

function serviceDeleted({ request, response }: Detail, sheet: Sheet): void {
  const arn = object(response["service"])["serviceArn"];
  sheet.count("container-tasks", "removed", 1, null, { resourceIds: ids(arn, request["service"]) });
}

export const COMPUTE_RULES: readonly Rule[] = [
  rule("es", "CreateDomain CreateElasticsearchDomain", ["request"], domainCreated),
  rule("es", "UpdateDomainConfig UpdateElasticsearchDomainConfig", ["request"], domainUpdated),
  rule("es", "DeleteDomain DeleteElasticsearchDomain", ["request"], domainDeleted),
  rule("elasticmapreduce", "RunJobFlow", ["request", "response"], jobFlowStarted),
  rule("elasticmapreduce", "AddInstanceGroups", ["request"], ({ request }, sheet) =>
    emrGroups(request["instanceGroups"], ids(request["jobFlowId"]), sheet),
  ),
  rule("elasticmapreduce", "TerminateJobFlows", ["request"], jobFlowsEnded),
  rule("eks", "CreateCluster", ["request", "response"], controlPlaneCreated),
  rule("eks", "DeleteCluster", ["request"], controlPlaneDeleted),
  rule("eks", "CreateNodegroup", ["request"], nodesAsked),
  rule("eks", "DeleteNodegroup", ["request"], nodesFreed),
  rule("ecs", "RunTask StartTask", ["response"], tasksStarted),
  rule("ecs", "StopTask", ["request", "response"], taskStopped),
  rule("ecs", "CreateService", ["request", "response"], serviceCreated),
  rule("ecs", "UpdateService", ["request", "response"], serviceUpdated),
  rule("ecs", "DeleteService", ["request", "response"], serviceDeleted),
];
