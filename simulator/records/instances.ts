import type { Random } from "../prng.ts";
import type { Millis } from "../time.ts";
import type { Json, Operation } from "./record.ts";

const SOURCE = "ec2.amazonaws.com";

export interface Launch {
  readonly account: string;
  readonly region: string;
  readonly type: string;
  readonly count: number;
  /** How many the caller would have accepted; `count` where not given. */
  readonly minimum?: number;
  readonly image: string;
  readonly subnet: string;
  readonly at: Millis;
  readonly spot?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly keyName?: string;
  /** Account number of the service that called, as AWS shows it for Auto Scaling. */
  readonly requester?: string;
}

const zoneOf = (region: string, subnet: string): string =>
  `${region}${"abc"[subnet.charCodeAt(subnet.length - 1) % 3]}`;

/** EC2 reports times in milliseconds, to the second. */
const wholeSecond = (time: Millis): Millis => Math.floor(time / 1000) * 1000;

export const instanceId = (random: Random): string => `i-0${random.hex(16)}`;

/** RunInstances that launched `count` instances; the ids come first in the tuple. */
export function runInstances(
  random: Random,
  launch: Launch,
): { readonly ids: readonly string[]; readonly operation: Operation } {
  const clientToken = random.uuid();
  const zone = zoneOf(launch.region, launch.subnet);
  const arm = /^[a-z]+\d+g/.test(launch.type) && !launch.type.startsWith("g");
  const group = { groupId: `sg-0${random.hex(16)}`, groupName: "workload" };
  const reservation = `r-0${random.hex(16)}`;
  const vpc = `vpc-0${launch.subnet.slice(8, 24)}`;
  const tags = Object.entries(launch.tags ?? {}).map(([key, value]) => ({ key, value }));
  const ids = Array.from({ length: launch.count }, () => instanceId(random));
  const items = ids.map((id, index) => {
    const ip = `10.${random.int(0, 63)}.${random.int(0, 255)}.${random.int(4, 250)}`;
    const dns = `ip-${ip.replaceAll(".", "-")}.${launch.region}.compute.internal`;
    return {
      instanceId: id,
      imageId: launch.image,
      bootMode: "uefi-preferred",
      instanceState: { code: 0, name: "pending" },
      privateDnsName: dns,
      keyName: launch.keyName,
      amiLaunchIndex: index,
      productCodes: {},
      instanceType: launch.type,
      launchTime: wholeSecond(launch.at),
      placement: { availabilityZone: zone, tenancy: "default" },
      monitoring: { state: "disabled" },
      subnetId: launch.subnet,
      vpcId: vpc,
      privateIpAddress: ip,
      stateReason: { code: "pending", message: "pending" },
      architecture: arm ? "arm64" : "x86_64",
      rootDeviceType: "ebs",
      rootDeviceName: "/dev/xvda",
      blockDeviceMapping: {},
      instanceLifecycle: launch.spot ? "spot" : undefined,
      spotInstanceRequestId: launch.spot ? `sir-${random.letters(8, "abcdefghjkmnpqrstuvwxyz0123456789")}` : undefined,
      virtualizationType: "hvm",
      hypervisor: "xen",
      tagSet: tags.length > 0 ? { items: tags } : undefined,
      groupSet: { items: [group] },
      sourceDestCheck: true,
      networkInterfaceSet: {
        items: [
          {
            networkInterfaceId: `eni-0${random.hex(16)}`,
            subnetId: launch.subnet,
            vpcId: vpc,
            ownerId: launch.account,
            status: "in-use",
            privateIpAddress: ip,
            attachment: { deviceIndex: 0, status: "attaching", deleteOnTermination: true },
          },
        ],
      },
      ebsOptimized: false,
      enaSupport: true,
      cpuOptions: { coreCount: 1, threadsPerCore: arm ? 1 : 2 },
      capacityReservationSpecification: { capacityReservationPreference: "open" },
      enclaveOptions: { enabled: false },
      metadataOptions: {
        state: "pending",
        httpTokens: "required",
        httpPutResponseHopLimit: 2,
        httpEndpoint: "enabled",
      },
    };
  });
  return {
    ids,
    operation: {
      source: SOURCE,
      name: "RunInstances",
      readOnly: false,
      request: launchRequest(launch, clientToken, tags),
      response: (requestId) => ({
        requestId,
        reservationId: reservation,
        ownerId: launch.account,
        requesterId: launch.requester,
        groupSet: {},
        instancesSet: { items },
      }),
    },
  };
}

function launchRequest(launch: Launch, clientToken: string, tags: readonly { key: string; value: string }[]): Json {
  return {
    instancesSet: {
      items: [
        {
          imageId: launch.image,
          minCount: launch.minimum ?? launch.count,
          maxCount: launch.count,
          keyName: launch.keyName,
        },
      ],
    },
    instanceType: launch.type,
    blockDeviceMapping: {},
    monitoring: { enabled: false },
    subnetId: launch.subnet,
    disableApiTermination: false,
    disableApiStop: false,
    clientToken,
    instanceMarketOptions: launch.spot ? { marketType: "spot" } : undefined,
    tagSpecificationSet:
      tags.length > 0
        ? { items: [{ resourceType: "instance", tags: tags.map(({ key, value }) => ({ key, value })) }] }
        : undefined,
  };
}

/** The same call as a refused request would have it: no instances. */
export const launchAttempt = (random: Random, launch: Launch): Operation => ({
  source: SOURCE,
  name: "RunInstances",
  readOnly: false,
  request: launchRequest(launch, random.uuid(), []),
});

/** TerminateInstances, StopInstances or StartInstances. */
export function changeState(action: "Terminate" | "Stop" | "Start", ids: readonly string[]): Operation {
  const [current, previous] =
    action === "Terminate"
      ? [
          { code: 32, name: "shutting-down" },
          { code: 16, name: "running" },
        ]
      : action === "Stop"
        ? [
            { code: 64, name: "stopping" },
            { code: 16, name: "running" },
          ]
        : [
            { code: 0, name: "pending" },
            { code: 80, name: "stopped" },
          ];
  return {
    source: SOURCE,
    name: `${action}Instances`,
    readOnly: false,
    request: {
      instancesSet: { items: ids.map((instanceId) => ({ instanceId })) },
      force: action === "Stop" ? false : undefined,
    },
    response: (requestId) => ({
      requestId,
      instancesSet: { items: ids.map((id) => ({ instanceId: id, currentState: current, previousState: previous })) },
    }),
  };
}
