import type { QuantityChange } from "../../domain/usage-event.ts";
import { amount, type Json, object, objects, text, texts } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import { type Detail, type Sheet, stated } from "../sheet.ts";

/** Families with GPUs, Inferentia, Trainium, media or programmable chips: `g5.xlarge`, `p4d.24xlarge`, `trn1.2xlarge`. */
const ACCELERATED = /^(?:p|g|inf|trn|dl|vt|f)\d+[a-z]*\./;

interface Launch {
  readonly type: string | null;
  readonly purchase: "on-demand" | "spot";
  readonly operatingSystem: string;
  readonly tenancy: string | null;
  readonly ids: string[];
}

/** `platformDetails` names the licence (`Linux/UNIX`, `Red Hat Enterprise Linux`, `Windows with SQL Server`) where it is logged. */
const osOf = (instance: Json): string =>
  (text(instance["platformDetails"]) ?? text(instance["platform"]) ?? "linux").toLowerCase();

function launchesOf(detail: Detail): readonly Launch[] {
  const market = text(object(detail.request["instanceMarketOptions"])["marketType"]);
  const launches = new Map<string, Launch>();
  for (const instance of objects(detail.response["instancesSet"])) {
    const type = text(instance["instanceType"]);
    const purchase = (text(instance["instanceLifecycle"]) ?? market) === "spot" ? "spot" : "on-demand";
    const operatingSystem = osOf(instance);
    const tenancy = text(object(instance["placement"])["tenancy"]);
    const key = `${type} ${purchase} ${operatingSystem} ${tenancy}`;
    const launch = launches.get(key) ?? { type, purchase, operatingSystem, tenancy, ids: [] };
    launches.set(key, launch);
    launch.ids.push(text(instance["instanceId"]) ?? "");
  }
  return [...launches.values()];
}

/** Storage that the request states for each instance; what an image brings along is not in the record. */
function launchedStorage(detail: Detail, ids: readonly string[], sheet: Sheet): void {
  for (const mapping of objects(detail.request["blockDeviceMapping"])) {
    const ebs = object(mapping["ebs"]);
    const gib = amount(ebs["volumeSize"]);
    if (gib === null) continue;
    sheet.count("volume-gib", "added", gib * ids.length, text(ebs["volumeType"]), {
      resourceIds: ids,
      attributes: stated({
        volumes: ids.length,
        iops: amount(ebs["iops"]),
        throughputMiBps: amount(ebs["throughput"]),
        withInstances: true,
      }),
    });
  }
}

function launched(detail: Detail, sheet: Sheet): void {
  const launches = launchesOf(detail);
  for (const { type, purchase, operatingSystem, tenancy, ids } of launches) {
    const resourceIds = ids.filter((id) => id !== "");
    const extra = { purchase, resourceIds, attributes: stated({ operatingSystem, tenancy }) };
    sheet.count("instances", "added", ids.length, type, extra);
    if (type !== null && ACCELERATED.test(type)) sheet.count("accelerated-instances", "added", ids.length, type, extra);
    for (const id of resourceIds) sheet.named("instance", id);
  }
  launchedStorage(
    detail,
    launches.flatMap(({ ids }) => ids),
    sheet,
  );
}

/** What was asked for is the evidence of an attempt: miners try type after type. */
function notLaunched(detail: Detail, sheet: Sheet): void {
  sheet.named("instance-type", text(detail.request["instanceType"]));
  for (const wanted of objects(detail.request["instancesSet"])) sheet.named("image", text(wanted["imageId"]));
}

/** Ids whose state the answer says was one of `before`: stopping what is stopped changes nothing. */
function stateChange(change: QuantityChange, before: readonly string[]): Rule["apply"] {
  return (detail, sheet) => {
    const changed: string[] = [];
    for (const instance of objects(detail.response["instancesSet"])) {
      const id = text(instance["instanceId"]);
      const previous = text(object(instance["previousState"])["name"]);
      if (id === null) continue;
      sheet.named("instance", id);
      if (previous !== null && before.includes(previous)) changed.push(id);
    }
    sheet.count("instances", change, changed.length, null, { resourceIds: changed });
  };
}

/** AWS takes a spot instance back. */
function interrupted(detail: Detail, sheet: Sheet): void {
  const ids = texts(object(detail.record["serviceEventDetails"])["instanceIdSet"]);
  for (const id of ids) sheet.named("instance", id);
  sheet.count("instances", "removed", ids.length, null, { purchase: "spot", resourceIds: ids });
}

function volumeCreated(detail: Detail, sheet: Sheet): void {
  const { request, response } = detail;
  const id = text(response["volumeId"]);
  const gib = amount(response["size"]) ?? amount(request["size"]);
  const type = text(response["volumeType"]) ?? text(request["volumeType"]);
  const resourceIds = id === null ? [] : [id];
  const performance = {
    iops: amount(response["iops"]) ?? amount(request["iops"]),
    throughputMiBps: amount(response["throughput"]) ?? amount(request["throughput"]),
  };
  sheet.named("volume", id);
  sheet.count("volumes", "added", 1, type, { resourceIds, attributes: stated({ gib, ...performance }) });
  if (gib !== null) {
    sheet.count("volume-gib", "added", gib, type, { resourceIds, attributes: stated({ volumes: 1, ...performance }) });
  }
}

/** The answer has the volume before and after; what is freed and what is added share its id. */
function volumeModified(detail: Detail, sheet: Sheet): void {
  const change = object(object(detail.response["ModifyVolumeResponse"])["volumeModification"]);
  const id = text(change["volumeId"]);
  if (id === null) return;
  for (const [side, direction] of [
    ["original", "removed"],
    ["target", "added"],
  ] as const) {
    const gib = amount(change[`${side}Size`]);
    if (gib === null) continue;
    sheet.count("volume-gib", direction, gib, text(change[`${side}VolumeType`]), {
      resourceIds: [id],
      attributes: stated({
        volumes: 1,
        iops: amount(change[`${side}Iops`]),
        throughputMiBps: amount(change[`${side}Throughput`]),
        modified: true,
      }),
    });
  }
}

/** One resource freed, named in the request alone. */
const freed =
  (kind: Parameters<Sheet["count"]>[0], ids: (request: Json) => readonly string[]): Rule["apply"] =>
  (detail, sheet) => {
    const resourceIds = ids(detail.request);
    sheet.count(kind, "removed", resourceIds.length, null, { resourceIds });
  };

function gatewayCreated(detail: Detail, sheet: Sheet): void {
  const gateway = object(object(detail.response["CreateNatGatewayResponse"])["natGateway"]);
  const request = object(detail.request["CreateNatGatewayRequest"]);
  const id = text(gateway["natGatewayId"]);
  const connectivity = text(gateway["connectivityType"]) ?? text(request["ConnectivityType"]) ?? "public";
  sheet.named("natgateway", id);
  sheet.count("nat-gateways", "added", 1, connectivity, { resourceIds: id === null ? [] : [id] });
}

function endpointCreated(detail: Detail, sheet: Sheet): void {
  const endpoint = object(object(detail.response["CreateVpcEndpointResponse"])["vpcEndpoint"]);
  const request = object(detail.request["CreateVpcEndpointRequest"]);
  const id = text(endpoint["vpcEndpointId"]);
  // Without a type it is a Gateway endpoint, which costs nothing.
  const type = text(endpoint["vpcEndpointType"]) ?? text(request["VpcEndpointType"]) ?? "Gateway";
  const subnets = Math.max(texts(endpoint["subnetIdSet"]).length, texts(request["SubnetId"]).length);
  sheet.named("vpc-endpoint", id);
  sheet.count("vpc-endpoints", "added", 1, type, {
    resourceIds: id === null ? [] : [id],
    attributes: stated({
      subnets: subnets > 0 ? subnets : null,
      serviceName: text(endpoint["serviceName"]) ?? text(request["ServiceName"]),
    }),
  });
}

function addressAllocated(detail: Detail, sheet: Sheet): void {
  const ids = texts(detail.response["allocationId"] ?? detail.response["publicIp"]);
  for (const id of ids) sheet.named("address", id);
  sheet.count("addresses", "added", 1, null, { resourceIds: ids });
}

function lightsailCreated(detail: Detail, sheet: Sheet): void {
  const names = texts(detail.request["instanceNames"]);
  for (const name of names) sheet.named("lightsail-instance", name);
  sheet.count("instances", "added", names.length, text(detail.request["bundleId"]), {
    purchase: "on-demand",
    resourceIds: names,
    attributes: { service: "lightsail" },
  });
}

/**
 * RequestSpotInstances, RequestSpotFleet, CreateFleet and Auto Scaling only ask: EC2 logs what they launch as RunInstances
 * of its own, so that counting them too would count twice.
 */
export const EC2_RULES: readonly Rule[] = [
  rule("ec2", "RunInstances", ["request", "response"], launched),
  rule("ec2", "RunInstances", ["request"], notLaunched, "failure"),
  rule("ec2", "StartInstances", ["response"], stateChange("added", ["stopped", "stopping"])),
  rule("ec2", "StopInstances", ["response"], stateChange("removed", ["running", "pending"])),
  rule(
    "ec2",
    "TerminateInstances",
    ["response"],
    stateChange("removed", ["running", "pending", "stopped", "stopping"]),
  ),
  rule("ec2", "BidEvictedEvent", [], interrupted),
  rule("ec2", "CreateVolume", ["request", "response"], volumeCreated),
  rule("ec2", "ModifyVolume", ["response"], volumeModified),
  rule(
    "ec2",
    "DeleteVolume",
    ["request"],
    freed("volumes", (request) => texts(request["volumeId"])),
  ),
  rule("ec2", "CreateNatGateway", ["request", "response"], gatewayCreated),
  rule(
    "ec2",
    "DeleteNatGateway",
    ["request"],
    freed("nat-gateways", (request) => texts(object(request["DeleteNatGatewayRequest"])["NatGatewayId"])),
  ),
  rule("ec2", "CreateVpcEndpoint", ["request", "response"], endpointCreated),
  rule(
    "ec2",
    "DeleteVpcEndpoints",
    ["request"],
    freed("vpc-endpoints", (request) => texts(object(request["DeleteVpcEndpointsRequest"])["VpcEndpointId"])),
  ),
  rule("ec2", "AllocateAddress", ["response"], addressAllocated),
  rule(
    "ec2",
    "ReleaseAddress",
    ["request"],
    freed("addresses", (request) => texts(request["allocationId"] ?? request["publicIp"])),
  ),
  rule("lightsail", "CreateInstances CreateInstancesFromSnapshot", ["request"], lightsailCreated),
  rule(
    "lightsail",
    "DeleteInstance",
    ["request"],
    freed("instances", (request) => texts(request["instanceName"])),
  ),
];
