/**
 * What each command of the SDK needs of IAM, reviewed against AWS's service authorization reference. A command that is not
 * here fails the test: somebody has to look it up. Actions that AWS checks beside the command's own are here too.
 */
export const COMMAND_ACTIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "client-cloudtrail": {
    // CloudTrail asks the others in the caller's name, for a trail of the organization.
    CreateTrailCommand: [
      "cloudtrail:CreateTrail",
      "iam:PassRole",
      "organizations:DescribeOrganization",
      "organizations:ListAccounts",
      "organizations:ListAWSServiceAccessForOrganization",
    ],
    UpdateTrailCommand: [
      "cloudtrail:UpdateTrail",
      "iam:PassRole",
      "organizations:DescribeOrganization",
      "organizations:ListAccounts",
      "organizations:ListAWSServiceAccessForOrganization",
    ],
    DeleteTrailCommand: ["cloudtrail:DeleteTrail"],
    DescribeTrailsCommand: ["cloudtrail:DescribeTrails"],
    PutEventSelectorsCommand: ["cloudtrail:PutEventSelectors"],
    PutInsightSelectorsCommand: ["cloudtrail:PutInsightSelectors"],
    StartLoggingCommand: ["cloudtrail:StartLogging"],
  },
  "client-cloudwatch-logs": {
    FilterLogEventsCommand: ["logs:FilterLogEvents"],
  },
  "client-cost-explorer": {
    GetCostAndUsageCommand: ["ce:GetCostAndUsage"],
  },
  "client-dynamodb": {
    BatchGetItemCommand: ["dynamodb:BatchGetItem"],
    DeleteItemCommand: ["dynamodb:DeleteItem"],
    GetItemCommand: ["dynamodb:GetItem"],
    PutItemCommand: ["dynamodb:PutItem"],
    QueryCommand: ["dynamodb:Query"],
    // Comes with the document client's paginators; nothing of ours scans, which the test looks at.
    ScanCommand: [],
    UpdateItemCommand: ["dynamodb:UpdateItem"],
    // No request of it is made here: it finds the endpoints of accounts that have their own.
    DescribeEndpointsCommand: [],
  },
  "client-lambda": {
    InvokeCommand: ["lambda:InvokeFunction"],
  },
  "client-opensearch": {
    DescribeDomainCommand: ["es:DescribeDomain"],
  },
  "client-organizations": {
    DescribeOrganizationCommand: ["organizations:DescribeOrganization"],
    ListAccountsCommand: ["organizations:ListAccounts"],
    ListAccountsForParentCommand: ["organizations:ListAccountsForParent"],
    ListAWSServiceAccessForOrganizationCommand: ["organizations:ListAWSServiceAccessForOrganization"],
    ListOrganizationalUnitsForParentCommand: ["organizations:ListOrganizationalUnitsForParent"],
    ListRootsCommand: ["organizations:ListRoots"],
    ListTagsForResourceCommand: ["organizations:ListTagsForResource"],
  },
  "client-s3": {
    // Sent for directory buckets only, of which there are none here.
    CreateSessionCommand: [],
    DeleteObjectCommand: ["s3:DeleteObject"],
    // An object that is not there is a 404 for those who may list, and a 403 for others.
    GetObjectCommand: ["s3:GetObject", "s3:ListBucket", "kms:Decrypt"],
    ListObjectsV2Command: ["s3:ListBucket"],
    PutObjectCommand: ["s3:PutObject", "kms:GenerateDataKey"],
  },
  "client-secrets-manager": {
    GetSecretValueCommand: ["secretsmanager:GetSecretValue", "kms:Decrypt"],
  },
  "client-sns": {
    PublishCommand: ["sns:Publish", "kms:Decrypt", "kms:GenerateDataKey"],
  },
  "client-sqs": {
    DeleteMessageCommand: ["sqs:DeleteMessage"],
    GetQueueAttributesCommand: ["sqs:GetQueueAttributes"],
    ReceiveMessageCommand: ["sqs:ReceiveMessage", "kms:Decrypt"],
  },
};

/** The document client has a command of its own for each of the client's, which it sends. */
export const DOCUMENT_COMMANDS: Readonly<Record<string, string>> = {
  BatchGetCommand: "BatchGetItemCommand",
  DeleteCommand: "DeleteItemCommand",
  GetCommand: "GetItemCommand",
  PutCommand: "PutItemCommand",
  QueryCommand: "QueryCommand",
  ScanCommand: "ScanCommand",
  UpdateCommand: "UpdateItemCommand",
};

/**
 * What DynamoDB asks of a table's key in the caller's name.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export const TABLE_KEY_ACTIONS = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** What Lambda does with a function's role, by what the template says of the function. */
export const RUNTIME_ACTIONS = {
  /** Its log, its traces, its encrypted environment. */
  always: [
    "kms:Decrypt",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
  ],
  vpc: [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ],
  /** What it gives up, in a bucket. */
  failureBucket: ["kms:GenerateDataKey", "s3:ListBucket", "s3:PutObject"],
  queue: ["kms:Decrypt", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
  stream: [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kms:Decrypt",
  ],
  tableStream: [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "kms:Decrypt",
  ],
} as const;

/**
 * Commands that are in a bundle and never sent by that function: a method that nobody calls comes with its class. Each has
 * its reason, and a reason that nothing needs any more fails the test.
 */
export const NEVER_SENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  OpenSearchProvisioner: {
    "client-s3 DeleteObjectCommand": "S3Objects.remove: only failed batches are removed, by Redrive.",
  },
  DirectorySnapshot: {
    "client-s3 DeleteObjectCommand": "S3Objects.remove: only failed batches are removed, by Redrive.",
  },
  MultiAccountLogs: {
    "client-s3 DeleteObjectCommand": "S3Objects.remove: only failed batches are removed, by Redrive.",
  },
};
