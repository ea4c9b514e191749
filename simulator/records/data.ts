import type { Random } from "../prng.ts";
import type { Json, Operation } from "./record.ts";

/** Lambda Invoke: a data event, logged only where the trail selects them. */
export const invoke = (account: string, region: string, functionName: string, event = false): Operation => ({
  source: "lambda.amazonaws.com",
  name: "Invoke",
  readOnly: false,
  category: "Data",
  request: {
    functionName: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
    invocationType: event ? "Event" : "RequestResponse",
  },
  additional: { functionVersion: `arn:aws:lambda:${region}:${account}:function:${functionName}:$LATEST` },
  resources: [
    {
      accountId: account,
      type: "AWS::Lambda::Function",
      ARN: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
    },
  ],
});

const s3Additional = (random: Random, bytesIn: number, bytesOut: number): Json => ({
  SignatureVersion: "SigV4",
  CipherSuite: "TLS_AES_128_GCM_SHA256",
  bytesTransferredIn: bytesIn,
  SSEApplied: "Default_SSE_S3",
  AuthenticationMethod: "AuthHeader",
  "x-amz-id-2": `${random.letters(75, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}=`,
  bytesTransferredOut: bytesOut,
});

/** GetObject, PutObject or DeleteObject on a key. */
export function objectCall(
  random: Random,
  action: "GetObject" | "PutObject" | "DeleteObject",
  place: { account: string; region: string },
  bucket: string,
  key: string,
  bytes: number,
): Operation {
  return {
    source: "s3.amazonaws.com",
    name: action,
    readOnly: action === "GetObject",
    category: "Data",
    request: { bucketName: bucket, Host: `${bucket}.s3.${place.region}.amazonaws.com`, key },
    response: action === "PutObject" ? { "x-amz-server-side-encryption": "AES256" } : null,
    additional: s3Additional(random, action === "PutObject" ? bytes : 0, action === "GetObject" ? bytes : 0),
    resources: [
      { type: "AWS::S3::Object", ARN: `arn:aws:s3:::${bucket}/${key}` },
      { accountId: place.account, type: "AWS::S3::Bucket", ARN: `arn:aws:s3:::${bucket}` },
    ],
    host: `${bucket}.s3.${place.region}.amazonaws.com`,
  };
}

/** What AWS Config asks of a bucket, with the answer most buckets give. Names, codes and messages as in the five-minute sample. */
export const BUCKET_READS: readonly {
  readonly name: string;
  readonly parameter: string;
  readonly error?: readonly [string, string];
}[] = [
  { name: "GetBucketAcl", parameter: "acl" },
  { name: "GetBucketNotification", parameter: "notification" },
  { name: "GetBucketLogging", parameter: "logging" },
  { name: "GetBucketVersioning", parameter: "versioning" },
  { name: "GetAccelerateConfiguration", parameter: "accelerate" },
  { name: "GetBucketRequestPayment", parameter: "requestPayment" },
  {
    name: "GetBucketWebsite",
    parameter: "website",
    error: ["NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"],
  },
  {
    name: "GetBucketReplication",
    parameter: "replication",
    error: ["ReplicationConfigurationNotFoundError", "The replication configuration was not found"],
  },
  {
    name: "GetBucketObjectLockConfiguration",
    parameter: "object-lock",
    error: ["ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"],
  },
  {
    name: "GetBucketCors",
    parameter: "cors",
    error: ["NoSuchCORSConfiguration", "The CORS configuration does not exist"],
  },
  {
    name: "GetBucketLifecycle",
    parameter: "lifecycle",
    error: ["NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"],
  },
  { name: "GetBucketTagging", parameter: "tagging", error: ["NoSuchTagSet", "The TagSet does not exist"] },
  { name: "GetBucketPublicAccessBlock", parameter: "publicAccessBlock" },
  { name: "GetBucketPolicy", parameter: "policy", error: ["NoSuchBucketPolicy", "The bucket policy does not exist"] },
  { name: "GetBucketEncryption", parameter: "encryption" },
];

export function bucketRead(
  random: Random,
  account: string,
  region: string,
  bucket: string,
  read: (typeof BUCKET_READS)[number],
  fails: boolean,
): Operation {
  return {
    source: "s3.amazonaws.com",
    name: read.name,
    readOnly: true,
    eventVersion: "1.08",
    request: { bucketName: bucket, [read.parameter]: "", Host: `${bucket}.s3.${region}.amazonaws.com` },
    additional: s3Additional(random, 0, random.int(110, 550)),
    error: fails && read.error ? { code: read.error[0], message: read.error[1] } : undefined,
    resources: [{ accountId: account, type: "AWS::S3::Bucket", ARN: `arn:aws:s3:::${bucket}` }],
  };
}

export function kmsCall(
  random: Random,
  action: "Decrypt" | "GenerateDataKey",
  account: string,
  region: string,
  keyId: string,
  context: Json,
): Operation {
  const arn = `arn:aws:kms:${region}:${account}:key/${keyId}`;
  return {
    source: "kms.amazonaws.com",
    name: action,
    readOnly: true,
    request:
      action === "Decrypt"
        ? { encryptionContext: context, encryptionAlgorithm: "SYMMETRIC_DEFAULT" }
        : { encryptionContext: context, keyId: arn, keySpec: "AES_256" },
    additional: { keyMaterialId: random.hex(64) },
    resources: [{ accountId: account, type: "AWS::KMS::Key", ARN: arn }],
  };
}

export const getSecretValue = (account: string, region: string, secret: string): Operation => ({
  source: "secretsmanager.amazonaws.com",
  name: "GetSecretValue",
  readOnly: true,
  request: { secretId: `arn:aws:secretsmanager:${region}:${account}:secret:${secret}` },
});

export const listSecrets = (): Operation => ({
  source: "secretsmanager.amazonaws.com",
  name: "ListSecrets",
  readOnly: true,
  request: { maxResults: 100 },
});

export const getParameters = (account: string, region: string, names: readonly string[]): Operation => ({
  source: "ssm.amazonaws.com",
  name: "GetParameters",
  readOnly: true,
  request: { names, withDecryption: true },
  resources: names.map((name) => ({ accountId: account, ARN: `arn:aws:ssm:${region}:${account}:parameter${name}` })),
});

export const invokeModel = (region: string, modelId: string): Operation => ({
  source: "bedrock.amazonaws.com",
  name: "InvokeModel",
  readOnly: true,
  eventVersion: "1.10",
  request: { modelId },
  host: `bedrock-runtime.${region}.amazonaws.com`,
});
