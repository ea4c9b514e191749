import { ArnFormat, CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import { type ILogGroup, LogGroup } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { unusedAlertEmail } from "../constructs/alert-email.ts";
import { DelegatedTrail } from "../constructs/delegated-trail.ts";
import { OrganizationCheck } from "../constructs/organization-check.ts";
import { OwnTrail, type TrailProps } from "../constructs/organization-trail.ts";
import { TrailBucket, trailArnOf } from "../constructs/trail-bucket.ts";
import { TrailLogs } from "../constructs/trail-logs.ts";
import { trailSelectors } from "../constructs/trail-selectors.ts";
import { TrailTampering } from "../constructs/trail-tampering.ts";
import { DeploymentStack, type DeploymentStackProps } from "./deployment-stack.ts";
import type { StateStack } from "./state-stack.ts";

export interface TrailStackProps extends Omit<DeploymentStackProps, "description" | "holdsData"> {
  readonly state: StateStack;
}

/** Functions that an event of theirs would call again. */
const WORKS_ON_EVENTS = [
  "MultiAccountLogsFunction",
  "UsageRollupFunction",
  "CrossAccountAnomalyProcessorFunction",
  "QBusinessConnectorFunction",
];

/** Where events come from: the organization is looked at first, then its trail is made, where it has none. */
export class TrailStack extends DeploymentStack {
  readonly check: OrganizationCheck;
  /** In this account; none where events come from a bucket, or from another account's log group. */
  readonly logGroup: ILogGroup | null;
  /** Of a trail that is made here. */
  readonly bucket: IBucket | null;

  constructor(scope: Construct, props: TrailStackProps) {
    super(scope, "Trail", { ...props, description: "Trailwatch: the trail and where it writes", holdsData: true });
    const { config, deployment, names, state } = props;
    const { mode } = deployment.config;
    const { events } = deployment;
    unusedAlertEmail(this);
    const trailName = names.trail(mode === "multi-account");
    this.check = new OrganizationCheck(this, "Check", { config, deployment, names, key: state.key, trailName });
    if (events.kind === "new-trail") {
      const { logs, bucket } = this.#trail(props, trailName);
      this.logGroup = logs.logGroup;
      this.bucket = bucket;
      if (!deployment.isDelegated) this.#watchTampering(props, trailName);
    } else {
      const { trail } = deployment.config;
      if (!deployment.isDelegated && trail.name !== null) this.#watchTampering(props, trail.name);
      this.bucket = null;
      this.logGroup =
        events.kind === "log-group" && events.accountId === null
          ? LogGroup.fromLogGroupName(this, "LogGroup", events.logGroup)
          : null;
    }
  }

  #trail({ config, deployment, names, state }: TrailStackProps, name: string): Pick<TrailProps, "logs" | "bucket"> {
    const { isDelegated } = deployment;
    const { managementAccountId, mode, trail } = deployment.config;
    const isOrganization = mode === "multi-account";
    const { key } = state;
    const owner = isDelegated && managementAccountId !== null ? managementAccountId : this.account;
    const trailArn = trailArnOf(this, name, owner);
    const streamOwners = isOrganization
      ? [...new Set([owner, this.account]), this.check.organizationId]
      : [this.account];
    const logs = new TrailLogs(this, "Logs", {
      logGroupName: names.logGroup("trail"),
      key,
      days: trail.logDays,
      // The bucket has the same events for longer.
      removalPolicy: RemovalPolicy.DESTROY,
      streamOwners,
    });
    const bucket = new TrailBucket(this, "Bucket", {
      key,
      accessLogs: state.accessLogs,
      removalPolicy: this.dataRemoval,
      expiring: [{ prefix: "AWSLogs/", days: trail.bucketDays }],
      trailArn,
      folders: isOrganization ? [owner, this.check.organizationId] : [owner],
    });
    const settings: TrailProps = {
      name,
      isOrganization,
      bucket,
      logs,
      key,
      selectors: trailSelectors(trail, {
        functionArns: WORKS_ON_EVENTS.map((base) =>
          this.formatArn({
            service: "lambda",
            resource: "function",
            resourceName: names.of(base),
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ),
        bucketArns: [bucket.bucketArn, state.data.bucketArn, state.accessLogs.bucketArn],
      }),
      insights: trail.insights,
    };
    const made = isDelegated
      ? new DelegatedTrail(this, "DelegatedTrail", { config, deployment, names, trail: settings, trailArn })
      : new OwnTrail(this, "Trail", settings);
    made.node.addDependency(this.check.resource);
    new CfnOutput(this, "TrailArn", { value: trailArn });
    new CfnOutput(this, "TrailBucket", { value: bucket.bucketName });
    new CfnOutput(this, "TrailLogGroup", { value: logs.logGroup.logGroupName });
    return { logs, bucket };
  }

  /** Only in the account that owns the trail does EventBridge hear of it. */
  #watchTampering({ state }: TrailStackProps, trail: string): void {
    const trailName = trail.slice(trail.lastIndexOf("/") + 1);
    new TrailTampering(this, "Tampering", {
      trailName,
      trailArn: trail.startsWith("arn:") ? trail : trailArnOf(this, trailName, this.account),
      topic: state.alerts,
      topicKey: state.alertsKey,
    });
  }
}
