import { Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { KeptBucket, type KeptBucketProps } from "./kept-bucket.ts";

export interface TrailBucketProps extends KeptBucketProps {
  /** The one trail that may write to it. */
  readonly trailArn: string;
  /** Folders below `AWSLogs/`: accounts, and for an organization's trail the organization. */
  readonly folders: readonly string[];
}

/** Where a trail puts its log files and digests. */
export class TrailBucket extends KeptBucket {
  constructor(scope: Construct, id: string, { trailArn, folders, ...props }: TrailBucketProps) {
    super(scope, id, props);
    const cloudTrail = {
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal("cloudtrail.amazonaws.com")],
    };
    const ofThisTrail = { "aws:SourceArn": trailArn };
    this.addToResourcePolicy(
      new PolicyStatement({
        ...cloudTrail,
        sid: "TrailLooksAtBucket",
        actions: ["s3:GetBucketAcl"],
        resources: [this.bucketArn],
        conditions: { StringEquals: ofThisTrail },
      }),
    );
    this.addToResourcePolicy(
      new PolicyStatement({
        ...cloudTrail,
        sid: "TrailWritesLogFiles",
        actions: ["s3:PutObject"],
        resources: folders.map((folder) => this.arnForObjects(`AWSLogs/${folder}/*`)),
        conditions: { StringEquals: { ...ofThisTrail, "s3:x-amz-acl": "bucket-owner-full-control" } },
      }),
    );
  }
}

/** A trail's ARN: it is needed before the trail is there, since the bucket has to let it in first. */
export function trailArnOf(scope: Construct, name: string, accountId: string): string {
  return Stack.of(scope).formatArn({
    service: "cloudtrail",
    account: accountId,
    resource: "trail",
    resourceName: name,
  });
}
