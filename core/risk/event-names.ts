/**
 * CloudTrail's names against IAM's. CloudTrail logs the API operation (`ListObjects` of `s3.amazonaws.com`), IAM documents
 * the permission (`s3:ListBucket`); for most services they are the same word.
 */

/** IAM prefixes of the event sources (without `.amazonaws.com`) whose name differs. */
const IAM_PREFIX: ReadonlyMap<string, string> = new Map([
  ["monitoring", "cloudwatch"],
  ["email", "ses"],
  ["tagging", "tag"],
  ["streams.dynamodb", "dynamodb"],
  ["agreement-marketplace", "aws-marketplace"],
  ["discovery-marketplace", "aws-marketplace"],
  ["metering-marketplace", "aws-marketplace"],
  ["entitlement-marketplace", "aws-marketplace"],
  ["catalog.marketplace", "aws-marketplace"],
  ["servicecatalog-appregistry", "servicecatalog"],
  ["cloudcontrolapi", "cloudformation"],
  ["opensearch", "es"],
  ["bedrock-runtime", "bedrock"],
  ["billingconsole", "billing"],
  ["iotdata", "iot"],
  ["models.lex", "lex"],
  ["models-v2-lex", "lex"],
  ["runtime.lex", "lex"],
  ["runtime-v2-lex", "lex"],
  ["runtime.sagemaker", "sagemaker"],
  ["api.ecr", "ecr"],
  ["oidc.sso", "sso-oauth"],
  ["portal.sso", "sso"],
  ["data.mediastore", "mediastore"],
]);

/** IAM actions of the S3 and Lambda operations whose name differs, by `service:Operation`. */
const IAM_ACTION: ReadonlyMap<string, string> = new Map([
  ["lambda:Invoke", "InvokeFunction"],
  ["lambda:InvokeWithResponseStream", "InvokeFunction"],
  ["s3:HeadBucket", "ListBucket"],
  ["s3:ListObjects", "ListBucket"],
  ["s3:ListObjectsV2", "ListBucket"],
  ["s3:ListObjectVersions", "ListBucketVersions"],
  ["s3:ListBuckets", "ListAllMyBuckets"],
  ["s3:ListDirectoryBuckets", "ListAllMyBuckets"],
  ["s3:ListMultipartUploads", "ListBucketMultipartUploads"],
  ["s3:ListParts", "ListMultipartUploadParts"],
  ["s3:HeadObject", "GetObject"],
  ["s3:SelectObjectContent", "GetObject"],
  ["s3:CopyObject", "PutObject"],
  ["s3:CreateMultipartUpload", "PutObject"],
  ["s3:UploadPart", "PutObject"],
  ["s3:UploadPartCopy", "PutObject"],
  ["s3:CompleteMultipartUpload", "PutObject"],
  ["s3:DeleteObjects", "DeleteObject"],
  ["s3:GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"],
  ["s3:PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"],
  ["s3:GetBucketCors", "GetBucketCORS"],
  ["s3:PutBucketCors", "PutBucketCORS"],
  ["s3:DeleteBucketCors", "PutBucketCORS"],
  ["s3:GetBucketEncryption", "GetEncryptionConfiguration"],
  ["s3:PutBucketEncryption", "PutEncryptionConfiguration"],
  ["s3:DeleteBucketEncryption", "PutEncryptionConfiguration"],
  ["s3:GetBucketLifecycle", "GetLifecycleConfiguration"],
  ["s3:GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"],
  ["s3:PutBucketLifecycle", "PutLifecycleConfiguration"],
  ["s3:PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"],
  ["s3:DeleteBucketLifecycle", "PutLifecycleConfiguration"],
  ["s3:GetBucketReplication", "GetReplicationConfiguration"],
  ["s3:PutBucketReplication", "PutReplicationConfiguration"],
  ["s3:DeleteBucketReplication", "PutReplicationConfiguration"],
  ["s3:GetPublicAccessBlock", "GetBucketPublicAccessBlock"],
  ["s3:PutPublicAccessBlock", "PutBucketPublicAccessBlock"],
  ["s3:DeletePublicAccessBlock", "PutBucketPublicAccessBlock"],
  ["s3:DeleteBucketPublicAccessBlock", "PutBucketPublicAccessBlock"],
  ["s3:DeleteAccountPublicAccessBlock", "PutAccountPublicAccessBlock"],
  ["s3:GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"],
  ["s3:PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"],
  ["s3:DeleteBucketTagging", "PutBucketTagging"],
]);

export const iamPrefix = (service: string): string => IAM_PREFIX.get(service) ?? service;

export const iamAction = (prefix: string, action: string): string => IAM_ACTION.get(`${prefix}:${action}`) ?? action;

/** `Describe` of `DescribeInstances`; a run of capitals counts as one word (`SQL`), the empty string has no verb. */
export const actionVerb = (action: string): string =>
  /^(?:[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+)/.exec(action)?.[0] ?? action;

/** Some services log the API's version with the operation: `AddPermission20150331v2`, `CreateFunction2020_05_31`. */
export const withoutApiVersion = (action: string): string => action.replace(/20\d\d_?\d\d_?\d\d(?:v\d+)?$/, "");
