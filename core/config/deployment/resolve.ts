import { findOpenSearchVersion, type OpenSearchVersion, supportWarning } from "./opensearch-versions.ts";
import type { DeploymentConfig } from "./schema.ts";
import { SIZES, type Sizing } from "./sizes.ts";

/** Where events come from. */
export type EventPath =
  /** A trail that is made with the deployment. */
  | { readonly kind: "new-trail" }
  | { readonly kind: "log-group"; readonly logGroup: string; readonly accountId: string | null }
  | {
      readonly kind: "bucket";
      readonly bucket: string;
      readonly topicArn: string;
      readonly keyArn: string | null;
      readonly prefix: string;
    };

/** A deployment with everything worked out that follows from its configuration. */
export interface Deployment {
  readonly config: DeploymentConfig;
  readonly sizing: Sizing;
  /** Of a domain that is made. */
  readonly engine: OpenSearchVersion;
  /** From a member account that administers the organization's trails and StackSets. */
  readonly isDelegated: boolean;
  readonly events: EventPath;
  /** What whoever deploys it should know. */
  readonly warnings: readonly string[];
}

/** @param account that it is deployed to, where that is known */
export function resolveDeployment(config: DeploymentConfig, account?: string): Deployment {
  const engine = findOpenSearchVersion(config.opensearchVersion);
  if (engine === undefined) throw new RangeError(`no OpenSearch version ${config.opensearchVersion}`);
  const { managementAccountId } = config;
  const isDelegated = managementAccountId !== null && managementAccountId !== account;
  const events = eventPath(config);
  const outdated = config.domain === null ? supportWarning(engine) : null;
  return {
    config,
    sizing: sizingOf(config),
    engine,
    isDelegated,
    events,
    warnings: [...(outdated === null ? [] : [outdated]), ...(isDelegated ? delegatedLimits(config, events) : [])],
  };
}

function eventPath({ trail, kinesis }: DeploymentConfig): EventPath {
  if (trail.logGroup !== null) {
    return { kind: "log-group", logGroup: trail.logGroup, accountId: kinesis.logGroupAccountId };
  }
  if (trail.bucket === null) return { kind: "new-trail" };
  const { name, topicArn, keyArn, prefix } = trail.bucket;
  return { kind: "bucket", bucket: name, topicArn, keyArn, prefix };
}

function sizingOf({ size, overrides }: DeploymentConfig): Sizing {
  const usual = SIZES[size];
  const { ingestConcurrency } = overrides;
  return {
    dataNodes: overrides.dataNodes ?? usual.dataNodes,
    dataNodeType: overrides.dataNodeType ?? usual.dataNodeType,
    masterNodes: overrides.masterNodes ?? usual.masterNodes,
    masterNodeType: overrides.masterNodeType ?? usual.masterNodeType,
    storageGiB: overrides.storageGiB ?? usual.storageGiB,
    ingestConcurrency: ingestConcurrency === "unreserved" ? null : (ingestConcurrency ?? usual.ingestConcurrency),
    ingestMemoryMiB: overrides.ingestMemoryMiB ?? usual.ingestMemoryMiB,
    rollupMemoryMiB: overrides.rollupMemoryMiB ?? usual.rollupMemoryMiB,
  };
}

/** What a delegated administrator cannot do, and what stands in for it. */
function delegatedLimits({ managementAccountId }: DeploymentConfig, events: EventPath): readonly string[] {
  return [
    ...(events.kind === "new-trail"
      ? [
          `The trail belongs to the management account ${managementAccountId}, which alone sees it as its own; it is made and ` +
            "changed through CloudTrail's API, because CloudFormation cannot make one from a delegated administrator.",
        ]
      : []),
    `AnomalyDetectorReadRole cannot be laid in the management account ${managementAccountId} from here: StackSets skip it. ` +
      "docs/operations.md has the commands to make it there.",
    "Cost Explorer shows a delegated administrator its own account only: what incidents cost is an estimate from list prices, " +
      "without the bill beside it.",
  ];
}
