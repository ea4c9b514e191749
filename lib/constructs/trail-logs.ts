import { ArnFormat, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { explainWildcard } from "./wildcards.ts";

export interface TrailLogsProps {
  readonly logGroupName: string;
  readonly key: IKey;
  readonly days: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** What names of the trail's streams begin with: the accounts that may own it, the organization. */
  readonly streamOwners: readonly string[];
}

/** Where a trail's events arrive within minutes, and the role that CloudTrail writes them with. */
export class TrailLogs extends Construct {
  readonly logGroup: LogGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: TrailLogsProps) {
    super(scope, id);
    const { logGroupName, key, days, removalPolicy, streamOwners } = props;
    this.logGroup = new LogGroup(this, "LogGroup", {
      logGroupName,
      encryptionKey: key,
      retention: days,
      removalPolicy,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("cloudtrail.amazonaws.com"),
      description: "CloudTrail writes events to its log group.",
    });
    const resources = streamOwners.map((owner) => this.#streamsOf(owner));
    this.role.addToPolicy(new PolicyStatement({ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources }));
    for (const resource of resources) {
      explainWildcard(this.role, resource, "CloudTrail makes a stream for each account and region, as they come.");
    }
  }

  #streamsOf(owner: string): string {
    return Stack.of(this).formatArn({
      service: "logs",
      resource: "log-group",
      resourceName: `${this.logGroup.logGroupName}:log-stream:${owner}_*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
