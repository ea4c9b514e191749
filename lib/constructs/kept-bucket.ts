import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";

export interface KeptBucketProps {
  readonly key: IKey;
  /** Where its access log goes. */
  readonly accessLogs: IBucket;
  readonly removalPolicy: RemovalPolicy;
  /** Days after which objects with a prefix are gone; what none of them has stays. */
  readonly expiring?: readonly { readonly prefix: string; readonly days: number }[];
}

const FEW_VERSIONS = Duration.days(30);

/** A bucket that nobody outside sees, encrypted with our key, reached by TLS only, with older versions for a month. */
export class KeptBucket extends Bucket {
  constructor(scope: Construct, id: string, { key, accessLogs, removalPolicy, expiring = [] }: KeptBucketProps) {
    super(scope, id, {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // By its name alone: its policy lets all buckets of the account in, and the CDK would add each of them to it again.
      serverAccessLogsBucket: Bucket.fromBucketName(scope, `${id}AccessLogs`, accessLogs.bucketName),
      serverAccessLogsPrefix: `${id}/`,
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
      lifecycleRules: [
        { noncurrentVersionExpiration: FEW_VERSIONS, abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...expiring.map(({ prefix, days }) => ({ prefix, expiration: Duration.days(days) })),
      ],
    });
    acknowledge(this, {
      "Annotation::@aws-cdk/aws-s3:accessLogsPolicyNotAdded":
        "The access log bucket's own policy lets all buckets of the account write their logs.",
    });
  }
}

/** Who read or wrote what in the other buckets. */
export class AccessLogBucket extends Bucket {
  constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy) {
    super(scope, id, {
      // The service that delivers these logs cannot use a key of ours.
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
      lifecycleRules: [{ expiration: Duration.days(90), noncurrentVersionExpiration: FEW_VERSIONS }],
    });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: "BucketsOfTheAccountWriteTheirLogs",
        principals: [new ServicePrincipal("logging.s3.amazonaws.com")],
        actions: ["s3:PutObject"],
        resources: [this.arnForObjects("*")],
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    );
    acknowledge(this, {
      "AwsSolutions-S1":
        "It is the bucket that access logs are written to: logging its own deliveries would never end.",
    });
  }
}
