import { CfnTrail } from "aws-cdk-lib/aws-cloudtrail";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import type { TrailBucket } from "./trail-bucket.ts";
import type { TrailLogs } from "./trail-logs.ts";
import type { Selector } from "./trail-selectors.ts";

export interface TrailProps {
  readonly name: string;
  readonly isOrganization: boolean;
  readonly bucket: TrailBucket;
  readonly logs: TrailLogs;
  readonly key: IKey;
  readonly selectors: readonly Selector[];
  readonly insights: boolean;
}

/**
 * A trail of this account's own. Not the CDK's `Trail`: with it the bucket lets the organization in only where two other
 * properties are set, never below a prefix, and advanced selectors have to be put over those that it makes.
 */
export class OwnTrail extends Construct {
  readonly trail: CfnTrail;

  constructor(scope: Construct, id: string, props: TrailProps) {
    super(scope, id);
    const { bucket, logs, selectors } = props;
    this.trail = new CfnTrail(this, "Trail", {
      trailName: props.name,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      isOrganizationTrail: props.isOrganization,
      enableLogFileValidation: true,
      s3BucketName: bucket.bucketName,
      kmsKeyId: props.key.keyArn,
      cloudWatchLogsLogGroupArn: logs.logGroup.logGroupArn,
      cloudWatchLogsRoleArn: logs.role.roleArn,
      advancedEventSelectors: selectors.map(({ name, fieldSelectors }) => ({
        name,
        fieldSelectors: fieldSelectors.map((field) => ({ ...field })),
      })),
      ...(props.insights
        ? { insightSelectors: [{ insightType: "ApiCallRateInsight" }, { insightType: "ApiErrorRateInsight" }] }
        : {}),
    });
    // CloudTrail tries both before it takes the trail.
    this.node.addDependency(bucket, logs.role);
  }
}
