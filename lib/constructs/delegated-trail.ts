import { CustomResource, Duration, Stack } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { DeploymentScope } from "../scope.ts";
import type { TrailProps } from "./organization-trail.ts";
import { PipelineFunction } from "./pipeline-function.ts";
import { trailArnOf } from "./trail-bucket.ts";

export interface DelegatedTrailProps extends DeploymentScope {
  readonly trail: TrailProps;
  /** In the management account, which owns it. */
  readonly trailArn: string;
}

const LIMIT = Duration.minutes(5);

/**
 * The organization's trail, made from a delegated administrator: CloudFormation makes such a trail and then looks for it
 * in the wrong account.
 */
export class DelegatedTrail extends Construct {
  constructor(scope: Construct, id: string, { trail, trailArn, ...props }: DelegatedTrailProps) {
    super(scope, id);
    const { bucket, key, logs } = trail;
    const maker = new PipelineFunction(this, "Function", {
      ...props,
      name: "DelegatedTrail",
      description: "Makes the organization's trail from a delegated administrator.",
      environment: {},
      memoryMiB: 256,
      timeout: LIMIT,
      key,
      network: null,
    });
    maker.allow(
      [
        "cloudtrail:CreateTrail",
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:PutInsightSelectors",
        "cloudtrail:StartLogging",
        "cloudtrail:UpdateTrail",
      ],
      // As the caller names it, and as its owner does.
      [trailArn, trailArnOf(this, trail.name, Stack.of(this).account)],
    );
    maker.allow(["iam:PassRole"], [logs.role.roleArn], {
      conditions: { StringEquals: { "iam:PassedToService": "cloudtrail.amazonaws.com" } },
    });
    maker.allow(
      [
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
        "organizations:ListAWSServiceAccessForOrganization",
      ],
      ["*"],
      { because: "CloudTrail asks them in the caller's name; they are about the organization and name no resource." },
    );
    const resource = new CustomResource(this, "Resource", {
      serviceToken: maker.function.functionArn,
      resourceType: "Custom::TrailwatchDelegatedTrail",
      serviceTimeout: LIMIT,
      properties: {
        Name: trail.name,
        Arn: trailArn,
        Bucket: bucket.bucketName,
        KeyArn: key.keyArn,
        LogGroupArn: logs.logGroup.logGroupArn,
        RoleArn: logs.role.roleArn,
        Selectors: this.#asApi(trail),
        Insights: String(trail.insights),
      },
    });
    resource.node.addDependency(bucket, logs.role, maker.role);
  }

  #asApi({ selectors }: TrailProps): string {
    const named = selectors.map(({ name, fieldSelectors }) => ({
      Name: name,
      FieldSelectors: fieldSelectors.map(({ field, equalTo, startsWith, notStartsWith }) => ({
        Field: field,
        ...(equalTo ? { Equals: equalTo } : {}),
        ...(startsWith ? { StartsWith: startsWith } : {}),
        ...(notStartsWith ? { NotStartsWith: notStartsWith } : {}),
      })),
    }));
    return Stack.of(this).toJsonString(named);
  }
}
