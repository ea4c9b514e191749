import { type Role, role } from "./callers.ts";
import type { SimulatedAccount } from "./organization.ts";
import { SCALE } from "./parameters.ts";
import { Random } from "./prng.ts";

/** Who and what works in one account, day after day: fixed for the whole span. */
export interface Cast {
  /** Address of the account's own NAT gateway, from which its workloads call. */
  readonly natIp: string;
  readonly subnets: readonly string[];
  readonly image: string;
  readonly keyId: string;
  readonly functions: readonly FunctionSpec[];
  readonly applications: readonly Application[];
  readonly buckets: readonly string[];
  readonly secrets: readonly string[];
  readonly fleets: readonly Fleet[];
  readonly deployRole: Role;
  readonly buildRole: Role;
  readonly terraformRole: Role;
  readonly launcherRole: Role;
  readonly batchRole: Role;
  readonly restoreRole: Role;
  readonly networkTestRole: Role;
  /** An IAM user with a long-lived key, from before roles: copies artifacts. */
  readonly legacyUser: { readonly name: string; readonly ip: string };
}

interface FunctionSpec {
  readonly name: string;
  readonly role: Role;
  readonly weight: number;
}

export interface Application {
  readonly name: string;
  readonly role: Role;
  readonly task: string;
  readonly secrets: readonly string[];
  readonly bucket: string;
}

export interface Fleet {
  readonly group: string;
  readonly type: string;
  readonly size: number;
}

const FUNCTIONS = [
  "order-events",
  "thumbnails",
  "invoice-mailer",
  "stock-sync",
  "webhook-router",
  "audit-export",
  "price-feed",
  "session-cleanup",
] as const;
const APPLICATIONS = [
  "orders-api",
  "catalog-api",
  "checkout",
  "accounts-api",
  "search-indexer",
  "notifications",
] as const;
const SECRET_KINDS = [
  "database",
  "api-key",
  "oauth-client",
  "smtp",
  "webhook-signing",
  "redis",
  "partner-token",
  "jwt-key",
] as const;
const FLEET_TYPES = ["m6i.large", "c6i.xlarge", "m7g.large", "t3.medium"] as const;

export function makeCast(seed: number, account: SimulatedAccount): Cast {
  const random = new Random(`${seed}/cast/${account.name}`);
  const scale = SCALE[account.type];
  const named = (name: string): Role => role(seed, account.id, name);
  const short = account.name;
  const secrets = Array.from(
    { length: random.int(26, 44) },
    (_, index) =>
      `${short}/${SECRET_KINDS[index % SECRET_KINDS.length]}-${Math.floor(index / SECRET_KINDS.length) + 1}-${random.letters(6, LETTERS)}`,
  );
  const buckets = Array.from(
    { length: scale.buckets },
    (_, index) => `${short}-${BUCKETS[index % BUCKETS.length]}-${random.hex(6)}`,
  );
  const functions = scale.invocations === 0 ? [] : random.shuffled(FUNCTIONS).slice(0, random.int(3, 6));
  const applications = random.shuffled(APPLICATIONS).slice(0, scale.invocations > 200 ? 4 : 2);
  return {
    natIp: `52.${random.int(16, 51)}.${random.int(1, 254)}.${random.int(1, 254)}`,
    subnets: [0, 1, 2].map(() => `subnet-0${random.hex(16)}`),
    image: `ami-0${random.hex(16)}`,
    keyId: random.uuid(),
    functions: functions.map((name) => ({
      name,
      role: named(`${name}-role-${random.hex(8)}`),
      weight: random.between(0.3, 3),
    })),
    applications: applications.map((name) => ({
      name,
      role: named(`app-${name}`),
      task: random.hex(32),
      secrets: random.shuffled(secrets).slice(0, 3),
      bucket: random.pick(buckets),
    })),
    buckets,
    secrets,
    fleets: scale.fleets.map((size, index) => ({
      group: `${short}-${index === 0 ? "web" : "worker"}-${random.hex(6)}`,
      type: random.pick(FLEET_TYPES),
      size,
    })),
    deployRole: named("cicd-deploy"),
    buildRole: named("codebuild-release"),
    terraformRole: named("terraform-pipeline"),
    launcherRole: named("ci-runner-launcher"),
    batchRole: named("nightly-batch"),
    restoreRole: named("restore-test"),
    networkTestRole: named("network-integration-test"),
    legacyUser: {
      name: "svc-artifact-sync",
      ip: `52.${random.int(52, 59)}.${random.int(1, 254)}.${random.int(1, 254)}`,
    },
  };
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BUCKETS = [
  "assets",
  "uploads",
  "exports",
  "logs",
  "deploy",
  "reports",
  "backups",
  "config",
  "raw",
  "curated",
  "athena-results",
  "terraform-state",
] as const;
