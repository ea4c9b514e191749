import type { CostEstimate } from "./money.ts";
import type { EpochMs } from "./time.ts";

/** One CloudTrail record, normalised. docs/ocsf.md maps every field to OCSF API Activity (class 6003). */
export interface UsageEvent {
  /** `eventID`, or `sha256:<hex>` of the canonical record where the record has none. */
  readonly id: string;
  readonly time: EpochMs;
  /** Account that the action happened in (`recipientAccountId`, else the caller's); `"unknown"` where the record says neither. */
  readonly account: string;
  /** Region as logged. Signals and novelties use {@link signalRegion} instead. */
  readonly region: string;
  /** `eventSource` without `.amazonaws.com`: `ec2`, `s3`, `monitoring`. */
  readonly service: string;
  /** `eventName` without an API version suffix: `AddPermission20150331v2` is `AddPermission`. */
  readonly action: string;
  readonly readOnly: boolean;
  readonly category: EventCategory;
  readonly outcome: Outcome;
  /** As logged; `null` on success. */
  readonly errorCode: string | null;
  readonly principal: Principal;
  readonly origin: Origin;
  /** ARNs where the record has them, else `type/name` (`bucket/logs`, `function/resize`), most specific first. */
  readonly resources: readonly string[];
  readonly quantities: readonly Quantity[];
  /** What the record shows beyond its action, see {@link EventMark}. */
  readonly marks: readonly EventMark[];
  /** Accounts, organizations or `"public"` that this action shares something with, trusts, or calls into; without the own account. */
  readonly counterparties: readonly string[];
  /** The copies of one action logged in several accounts share this id. */
  readonly sharedEventId: string | null;
  readonly requestId: string | null;
}

/** Kept as a position in this list by stores: append only, never reorder. */
export const EVENT_CATEGORIES = ["management", "data", "network"] as const;
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

/** A UsageEvent after enrichment with the price book. */
export interface PricedUsageEvent extends UsageEvent {
  readonly cost: readonly CostEstimate[];
}

/** Kept as a position in this list by stores: append only, never reorder. */
export const OUTCOMES = ["success", "denied", "throttled", "dry-run", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const PRINCIPAL_TYPES = [
  "root",
  "user",
  "role",
  "federated-user",
  "saml",
  "web-identity",
  "identity-center",
  "service",
  "account",
  "directory",
  "anonymous",
  "unknown",
] as const;
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

export interface Principal {
  readonly type: PrincipalType;
  /**
   * Who it is, across sessions: the issuer role's ARN, the user's ARN, `root/<account>`, a service's host name.
   * The key that counts, novelties and incidents use.
   */
  readonly id: string;
  /** User, role or service name, for people. */
  readonly name: string;
  /** As logged: for an assumed role the session's ARN. */
  readonly arn: string | null;
  readonly session: string | null;
  readonly accessKeyId: string | null;
  /** Account of the caller; differs from the event's account in cross-account calls. */
  readonly account: string | null;
  /** `null` where the record does not say. */
  readonly mfa: boolean | null;
}

export type Tool =
  | "console"
  | "aws-cli"
  | "cloudshell"
  | "terraform"
  | "cloudformation"
  | "cdk"
  | "pulumi"
  | "ansible"
  | "kubernetes"
  | "boto"
  | "sdk"
  | "browser"
  | "aws-service"
  | "security-tool"
  | "other"
  | "none";

export interface Origin {
  /** The AWS service that called on the principal's behalf, as AWS set it (`autoscaling.amazonaws.com`, `AWS Internal`). Cannot be forged by the caller. */
  readonly invokedBy: string | null;
  /** An address, or `null` where CloudTrail logged a service name instead. */
  readonly sourceIp: string | null;
  /** `/24` of an IPv4 or `/48` of an IPv6 address, `vpce-...`, a service's host name, or `null`. */
  readonly network: string | null;
  readonly userAgent: string | null;
  /** Family of the user agent. Chosen by the caller: a hint, never a reason to trust. */
  readonly tool: Tool;
  readonly vpcEndpointId: string | null;
  readonly actor: "person" | "automation" | "aws-service" | "unknown";
}

/** Kept as a position in this list by stores: append only, never reorder. */
export const QUANTITY_KINDS = [
  "instances",
  /** The part of `instances` with GPUs and the like, repeated for counting; never priced. */
  "accelerated-instances",
  "volumes",
  "volume-gib",
  "function-invocations",
  "nat-gateways",
  "load-balancers",
  "addresses",
  "vpc-endpoints",
  "db-instances",
  "db-gib",
  "warehouse-nodes",
  "cache-nodes",
  "search-nodes",
  "emr-instances",
  "ml-instances",
  "cluster-control-planes",
  "cluster-nodes",
  "container-tasks",
  "model-invocations",
  "object-reads",
  "object-writes",
  "object-deletes",
  "object-bytes",
  "secrets-read",
  "parameters-read",
  "snapshots-shared",
  "images-shared",
  "access-keys-created",
  "users-created",
  "roles-created",
] as const;
export type QuantityKind = (typeof QUANTITY_KINDS)[number];

/** Kept as a position in this list by stores: append only, never reorder. */
export const QUANTITY_CHANGES = ["added", "removed", "used"] as const;
export type QuantityChange = (typeof QUANTITY_CHANGES)[number];

/** A measured amount in one event. */
export interface Quantity {
  readonly kind: QuantityKind;
  readonly change: QuantityChange;
  readonly amount: number;
  /** Instance type, volume type, node type, model id, function name ...; `null` where the record does not say. */
  readonly item: string | null;
  readonly purchase: "on-demand" | "spot" | null;
  /** Ids of what was made or freed (`i-...`, `vol-...`), so that what is freed can be priced from its making. */
  readonly resourceIds: readonly string[];
  /** What the price depends on besides the item: gib, iops, throughputMiBps, engine, multiAz, operatingSystem, tenancy ... */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Facts read off a record that its action's name alone does not tell. Closed, and kept as a bit set in stores:
 * append only, never reorder.
 */
export const EVENT_MARKS = [
  /** Made readable or usable by everyone (public snapshot, image, bucket policy or ACL, function URL, queue ...). */
  "shared-publicly",
  /** Shared with, or trusting, another account. */
  "shared-with-account",
  /** Logging, detection or a guardrail was switched off, deleted or narrowed. */
  "guardrail-off",
  /** A port other than 80 or 443 was opened to the world. */
  "opened-to-world",
  "console-sign-in",
  "console-sign-in-failed",
  "sign-in-without-mfa",
  "root",
  /** Administrator (or equally broad) permissions were given. */
  "admin-granted",
  /** A credential was made for somebody: access key, login profile, service-specific credential, federation token. */
  "credential-created",
  /** IAM users, roles, policies, keys, identity providers changed. */
  "identity-changed",
  "secret-read",
  "parameter-read",
  /** Code or commands placed on somebody's machines or functions. */
  "code-execution",
  /** Deletes backups, keys, snapshots, or data in bulk. */
  "destructive",
  /** Encryption removed or default encryption disabled. */
  "encryption-off",
  /** The organization itself: leave, account created or removed, policies detached. */
  "organization-changed",
  /** Access from an account outside the record's account. */
  "cross-account",
] as const;

export type EventMark = (typeof EVENT_MARKS)[number];

const GLOBAL_SERVICES = new Set([
  "iam",
  "sts",
  "signin",
  "organizations",
  "cloudformation",
  "cloudfront",
  "route53",
  "sso",
  "sso-directory",
  "identitystore",
  "account",
]);

/** Region that signals and novelties use: `global` for services whose records land in one region whatever the caller meant. */
export const signalRegion = (service: string, region: string): string =>
  GLOBAL_SERVICES.has(service) ? "global" : region;
