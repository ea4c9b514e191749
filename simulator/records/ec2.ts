import type { Random } from "../prng.ts";
import type { Millis } from "../time.ts";
import { instanceId } from "./instances.ts";
import type { Json, Operation } from "./record.ts";

const SOURCE = "ec2.amazonaws.com";
const API = "http://ec2.amazonaws.com/doc/2016-11-15/";

interface VolumeSpec {
  readonly region: string;
  readonly gib: number;
  readonly type: "gp3" | "gp2" | "io2";
  readonly iops?: number;
  readonly snapshot?: string;
  readonly at: Millis;
}

export function createVolume(random: Random, spec: VolumeSpec): { readonly id: string; readonly operation: Operation } {
  const id = `vol-0${random.hex(16)}`;
  const zone = `${spec.region}${random.pick(["a", "b", "c"])}`;
  const iops = spec.iops ?? 3000;
  return {
    id,
    operation: {
      source: SOURCE,
      name: "CreateVolume",
      readOnly: false,
      request: {
        size: String(spec.gib),
        zone,
        volumeType: spec.type,
        iops: spec.iops,
        snapshotId: spec.snapshot,
        encrypted: true,
        clientToken: random.uuid(),
      },
      response: (requestId) => ({
        requestId,
        volumeId: id,
        size: String(spec.gib),
        snapshotId: spec.snapshot ?? "",
        zone,
        status: "creating",
        createTime: spec.at,
        volumeType: spec.type,
        iops,
        throughput: spec.type === "gp3" ? 125 : undefined,
        encrypted: true,
        multiAttachEnabled: false,
        tagSet: {},
      }),
    },
  };
}

const simple = (name: string, request: Json): Operation => ({
  source: SOURCE,
  name,
  readOnly: false,
  request,
  response: (requestId) => ({ requestId, _return: true }),
});

export const deleteVolume = (volumeId: string): Operation => simple("DeleteVolume", { volumeId });

export function createSnapshot(random: Random, account: string, at: Millis): Operation {
  const volumeId = `vol-0${random.hex(16)}`;
  const snapshotId = `snap-0${random.hex(16)}`;
  return {
    source: SOURCE,
    name: "CreateSnapshot",
    readOnly: false,
    request: { volumeId, description: "nightly" },
    response: (requestId) => ({
      requestId,
      snapshotId,
      volumeId,
      status: "pending",
      startTime: at,
      progress: "",
      ownerId: account,
      volumeSize: "100",
      description: "nightly",
      encrypted: true,
    }),
  };
}

/** AllocateAddress, then CreateNatGateway: the two calls of a new gateway. */
export function natGateway(random: Random, region: string, at: Millis) {
  const allocationId = `eipalloc-0${random.hex(16)}`;
  const natGatewayId = `nat-0${random.hex(16)}`;
  const subnetId = `subnet-0${random.hex(16)}`;
  const allocate: Operation = {
    source: SOURCE,
    name: "AllocateAddress",
    readOnly: false,
    request: { domain: "vpc" },
    response: (requestId) => ({
      requestId,
      publicIp: `52.${random.int(16, 51)}.${random.int(1, 254)}.${random.int(1, 254)}`,
      allocationId,
      publicIpv4Pool: "amazon",
      networkBorderGroup: region,
      domain: "vpc",
    }),
  };
  const create: Operation = {
    source: SOURCE,
    name: "CreateNatGateway",
    readOnly: false,
    request: {
      CreateNatGatewayRequest: {
        SubnetId: subnetId,
        AllocationId: allocationId,
        ConnectivityType: "public",
        ClientToken: random.uuid(),
      },
    },
    response: (requestId) => ({
      CreateNatGatewayResponse: {
        xmlns: API,
        requestId,
        natGateway: {
          natGatewayId,
          subnetId,
          vpcId: `vpc-0${random.hex(16)}`,
          state: "pending",
          connectivityType: "public",
          createTime: new Date(at).toISOString(),
          natGatewayAddressSet: { item: { allocationId, isPrimary: true, status: "associating" } },
        },
      },
    }),
  };
  const remove: Operation = {
    source: SOURCE,
    name: "DeleteNatGateway",
    readOnly: false,
    request: { DeleteNatGatewayRequest: { NatGatewayId: natGatewayId } },
    response: (requestId) => ({ DeleteNatGatewayResponse: { xmlns: API, requestId, natGatewayId } }),
  };
  const release = simple("ReleaseAddress", { allocationId });
  return { natGatewayId, allocate, create, remove, release };
}

/** Opens a port to a network. */
export function authorizeIngress(random: Random, account: string, port: number, cidr: string): Operation {
  const groupId = `sg-0${random.hex(16)}`;
  const securityGroupRuleId = `sgr-0${random.hex(16)}`;
  return {
    source: SOURCE,
    name: "AuthorizeSecurityGroupIngress",
    readOnly: false,
    request: {
      groupId,
      ipPermissions: {
        items: [
          {
            ipProtocol: "tcp",
            fromPort: port,
            toPort: port,
            groups: {},
            ipRanges: { items: [{ cidrIp: cidr }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    },
    response: (requestId) => ({
      requestId,
      _return: true,
      securityGroupRuleSet: {
        items: [
          {
            groupOwnerId: account,
            groupId,
            securityGroupRuleId,
            isEgress: false,
            ipProtocol: "tcp",
            fromPort: port,
            toPort: port,
            cidrIpv4: cidr,
          },
        ],
      },
    }),
  };
}

export const createTags = (random: Random): Operation =>
  simple("CreateTags", {
    resourcesSet: { items: [{ resourceId: instanceId(random) }] },
    tagSet: { items: [{ key: "owner", value: "team" }] },
  });

export function importKeyPair(random: Random, keyName: string): Operation {
  const keyPairId = `key-0${random.hex(16)}`;
  return {
    source: SOURCE,
    name: "ImportKeyPair",
    readOnly: false,
    request: { keyName, publicKeyMaterial: random.hex(40) },
    response: (requestId) => ({ requestId, keyName, keyPairId, keyFingerprint: random.hex(32) }),
  };
}

export const deleteFlowLogs = (flowLogId: string): Operation => ({
  source: SOURCE,
  name: "DeleteFlowLogs",
  readOnly: false,
  request: { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: flowLogId } } },
  response: (requestId) => ({ DeleteFlowLogsResponse: { xmlns: API, requestId, unsuccessful: "" } }),
});
