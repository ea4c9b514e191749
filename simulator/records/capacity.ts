import type { Random } from "../prng.ts";
import { isoSeconds, type Millis } from "../time.ts";
import type { Operation } from "./record.ts";

/** An application load balancer. */
export function createLoadBalancer(
  random: Random,
  account: string,
  region: string,
  name: string,
  at: Millis,
): { readonly arn: string; readonly operation: Operation } {
  const arn = `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${name}/${random.hex(16)}`;
  const subnets = [`subnet-0${random.hex(16)}`, `subnet-0${random.hex(16)}`];
  return {
    arn,
    operation: {
      source: "elasticloadbalancing.amazonaws.com",
      name: "CreateLoadBalancer",
      readOnly: false,
      apiVersion: "2015-12-01",
      request: { name, type: "application", scheme: "internal", subnets },
      response: {
        loadBalancers: [
          {
            loadBalancerArn: arn,
            dNSName: `internal-${name}-${random.int(100_000_000, 999_999_999)}.${region}.elb.amazonaws.com`,
            loadBalancerName: name,
            scheme: "internal",
            vpcId: `vpc-0${random.hex(16)}`,
            state: { code: "provisioning" },
            type: "application",
            createdTime: isoSeconds(at),
            availabilityZones: subnets.map((subnetId, index) => ({ subnetId, zoneName: `${region}${"ab"[index]}` })),
            ipAddressType: "ipv4",
          },
        ],
      },
    },
  };
}

export const deleteLoadBalancer = (loadBalancerArn: string): Operation => ({
  source: "elasticloadbalancing.amazonaws.com",
  name: "DeleteLoadBalancer",
  readOnly: false,
  apiVersion: "2015-12-01",
  request: { loadBalancerArn },
});

const DATABASE = {
  dBInstanceClass: "db.t4g.micro",
  engine: "postgres",
  allocatedStorage: 20,
  storageType: "gp3",
  multiAZ: false,
} as const;

/** The smallest PostgreSQL instance with 20 GiB. */
export function createDatabase(random: Random, account: string, region: string, name: string): Operation {
  return {
    source: "rds.amazonaws.com",
    name: "CreateDBInstance",
    readOnly: false,
    request: { ...DATABASE, dBInstanceIdentifier: name, masterUsername: "app", masterUserPassword: "****" },
    response: {
      ...DATABASE,
      dBInstanceIdentifier: name,
      dBInstanceArn: `arn:aws:rds:${region}:${account}:db:${name}`,
      dbiResourceId: `db-${random.letters(26, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}`,
      dBInstanceStatus: "creating",
      engineVersion: "16.4",
      masterUsername: "app",
      publiclyAccessible: false,
      storageEncrypted: true,
      licenseModel: "postgresql-license",
    },
  };
}

export const deleteDatabase = (account: string, region: string, name: string): Operation => ({
  source: "rds.amazonaws.com",
  name: "DeleteDBInstance",
  readOnly: false,
  request: { dBInstanceIdentifier: name, skipFinalSnapshot: true, deleteAutomatedBackups: true },
  response: {
    ...DATABASE,
    dBInstanceIdentifier: name,
    dBInstanceArn: `arn:aws:rds:${region}:${account}:db:${name}`,
    dBInstanceStatus: "deleting",
  },
});
