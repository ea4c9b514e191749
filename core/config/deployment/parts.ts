import * as z from "zod";

/** Days that CloudWatch Logs can keep. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const whole = (value: number, least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).default(value).describe(description);
const wholeOrSize = (least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).nullable().default(null).describe(description);
const logDays = (value: number, description: string) =>
  z
    .number()
    .refine((days) => LOG_DAYS.includes(days), {
      message: `one of the periods that CloudWatch Logs has: ${LOG_DAYS.join(", ")}`,
    })
    .default(value)
    .describe(description);

export const accountId = z.string().regex(/^\d{12}$/, "an account id is twelve digits, in quotes");

/** @param kind for the message: `an SNS topic` */
const arnOf = (service: string, kind: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12})?:.+$`),
      `the ARN of ${kind} looks like arn:aws:${service}:...`,
    );

const instanceType = z
  .string()
  .regex(/^[a-z0-9]+\.[a-z0-9]+\.search$/, "Amazon's name of such an instance: m7g.large.search");

export const overridesSchema = z
  .strictObject({
    dataNodes: wholeOrSize(1, 100, "Data nodes of the domain. 3 and multiples of it lose no data with a zone."),
    dataNodeType: instanceType.nullable().default(null).describe("Their instance type. t2 and t3 run no detectors."),
    masterNodes: z
      .union([z.literal(0), z.literal(3), z.literal(5)])
      .nullable()
      .default(null)
      .describe("Dedicated master nodes."),
    masterNodeType: instanceType.nullable().default(null).describe("Their instance type."),
    storageGiB: wholeOrSize(10, 24_576, "Storage of each data node (gp3)."),
    ingestConcurrency: z
      .union([z.number().int().min(1).max(1000), z.literal("unreserved")])
      .nullable()
      .default(null)
      .describe(
        "How many `MultiAccountLogsFunction` may run at once. `unreserved`: no bound, for accounts whose quota is too small to reserve from.",
      ),
    ingestMemoryMiB: wholeOrSize(512, 10_240, "Memory of `MultiAccountLogsFunction`."),
    rollupMemoryMiB: wholeOrSize(512, 10_240, "Memory of `UsageRollupFunction`."),
  })
  .describe("Single parts of the size; what is null is the size's.");

const existingBucketSchema = z
  .strictObject({
    name: z
      .string()
      .min(3)
      .describe(
        "The bucket's name. Where another account has it, its policy and its key's have to let the roles of `MultiAccountLogsFunction` and `RedriveFunction` read.",
      ),
    topicArn: arnOf("sns", "an SNS topic").describe(
      "Topic that is told of new objects: the trail's own, or one that the bucket notifies. Its policy has to let this account subscribe.",
    ),
    keyArn: arnOf("kms", "a KMS key").nullable().default(null).describe("Key that the objects are encrypted with."),
    prefix: z.string().default("").describe("Prefix of the trail's objects, where it has one: `org/`."),
  })
  .describe("An existing trail's bucket.");

export const trailSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$|^arn:/, "a trail's name or ARN")
      .nullable()
      .default(null)
      .describe(
        "The existing trail that logGroup or bucket belongs to: a name, or an ARN. The doctor looks at it, and whoever stops it is told of.",
      ),
    logGroup: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "Log group of an existing trail, in this region; in this account too, unless `kinesis.logGroupAccountId` names another. No trail is made.",
      ),
    bucket: existingBucketSchema
      .nullable()
      .default(null)
      .describe("Bucket of an existing trail, as Control Tower has one. No trail is made."),
    allowSecondTrail: z
      .boolean()
      .default(false)
      .describe(
        "Make a trail although the organization has one: a second copy of management events costs $2.00 per 100,000.",
      ),
    dataEvents: z
      .strictObject({
        lambda: z
          .boolean()
          .default(false)
          .describe("Invocations of functions, without which a flood of them is not seen."),
        s3: z.boolean().default(false).describe("Reads and writes of objects in S3."),
        s3Prefixes: z
          .array(arnOf("s3", "a bucket or a prefix"))
          .default([])
          .describe("Only these, as ARNs: `arn:aws:s3:::payments/`. Empty: all buckets but those of this deployment."),
      })
      .prefault({})
      .describe("Data events of a trail that is made here, $0.10 per 100,000."),
    insights: z
      .boolean()
      .default(false)
      .describe("CloudTrail Insights of a trail that is made here, $0.35 per 100,000 management events."),
    logDays: logDays(14, "Days that the trail's log group keeps; the bucket keeps them longer, and is cheaper."),
    bucketDays: whole(400, 1, 3650, "Days that the trail's bucket keeps."),
  })
  .describe("The organization trail: one that exists, or the one that is made.");

export const kinesisSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Put a stream between log group and function: for organizations that write more than a subscription delivers, and for a log group in another account.",
      ),
    shards: wholeOrSize(1, 500, "Shards; null: the stream grows on demand."),
    logGroupAccountId: accountId
      .nullable()
      .default(null)
      .describe(
        "The account of `trail.logGroup`, where it is another one (the management account, for one). The command to run there is an output of the stack.",
      ),
    retentionHours: whole(72, 24, 8760, "Hours that the stream keeps what the function has not taken."),
  })
  .describe("The way of events for large organizations.");

export const domainSchema = z
  .strictObject({
    endpoint: z
      .string()
      .regex(/^https:\/\/[a-z0-9.-]+$/, "`https://` and a host name, without a slash at the end")
      .describe("`https://search-...es.amazonaws.com`."),
    arn: arnOf("es", "an OpenSearch domain").describe("Its ARN."),
  })
  .describe("A domain that exists, with fine-grained access control. No domain is made.");

export const vpcSchema = z
  .strictObject({
    vpcId: z
      .string()
      .regex(/^vpc-[0-9a-f]{8,17}$/, "a VPC's id: vpc-0a1b2c3d")
      .describe("The VPC."),
    availabilityZones: z.array(z.string().min(1)).min(1).max(3).describe("A zone for each subnet, in the same order."),
    privateSubnetIds: z
      .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, "a subnet's id: subnet-0a1b2c3d"))
      .min(1)
      .max(3)
      .describe(
        "Subnets of the domain and of the functions, with a way to AWS's services: a NAT gateway, or endpoints.",
      ),
  })
  .refine(({ availabilityZones, privateSubnetIds }) => availabilityZones.length === privateSubnetIds.length, {
    message: "give a zone for each subnet",
  })
  .describe("Domain and functions inside a VPC.");

export const dashboardsSchema = z
  .strictObject({
    signIn: z
      .enum(["cognito", "saml", "none"])
      .default("cognito")
      .describe("How people sign in to OpenSearch Dashboards. `none` only inside a VPC."),
    samlMetadataFile: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "The identity provider's metadata (XML), from IAM Identity Center for one; read when the app is synthesised.",
      ),
    samlEntityId: z.string().min(1).nullable().default(null).describe("The identity provider's entity id."),
    samlGroupsAttribute: z
      .string()
      .min(1)
      .default("Groups")
      .describe("Attribute of the assertion that has the groups of who signs in."),
    readers: z
      .array(z.string().min(1))
      .default([])
      .describe("Groups (SAML) that may look; those who sign in with Cognito may."),
    administrators: z.string().min(1).nullable().default(null).describe("The one group (SAML) that may do everything."),
  })
  .describe("OpenSearch Dashboards of a domain that is made here.");

export const alertsSchema = z
  .strictObject({
    addresses: z
      .array(z.email())
      .default([])
      .describe("Who gets e-mail beside the parameter `opensearchalertemail`; each has to confirm once."),
    topicArn: arnOf("sns", "an SNS topic")
      .nullable()
      .default(null)
      .describe(
        "A topic that exists, in this region. None is made. Its policy and its key have to let CloudWatch and this account's roles publish.",
      ),
    topicKeyArn: arnOf("kms", "a KMS key")
      .nullable()
      .default(null)
      .describe("The key of that topic, where it has one."),
    chatTopic: z
      .boolean()
      .default(false)
      .describe(
        "Make a second topic, in the form that Amazon Q Developer in chat applications takes to Slack and Teams.",
      ),
    slackSecretArn: arnOf("secretsmanager", "a secret")
      .nullable()
      .default(null)
      .describe("Secret that holds the address of a Slack webhook."),
    slackSecretKeyArn: arnOf("kms", "a KMS key")
      .nullable()
      .default(null)
      .describe("The key of that secret, where it is not AWS's own."),
    silentMinutes: whole(
      60,
      15,
      1440,
      "When this long no event arrived, or nothing was rolled up, somebody is told: silence is not health.",
    ),
  })
  .describe("Who is told, and how.");

export const readRoleSchema = z
  .strictObject({
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, "2 to 1224 letters, digits and + = , . @ : / -")
      .nullable()
      .default(null)
      .describe("What whoever assumes the role has to know; null: one that the deployment makes."),
    makeHere: z
      .boolean()
      .default(true)
      .describe("Make it in the account of the deployment too; false where one that was made by hand is there."),
    organizationalUnits: z
      .array(
        z
          .string()
          .regex(/^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/, "a root's id (r-...) or a unit's (ou-...)"),
      )
      .default([])
      .describe("Where the role is laid; empty: in every account of the organization."),
  })
  .describe("`AnomalyDetectorReadRole` in the accounts of the organization.");

export const retentionSchema = z
  .strictObject({
    functionLogDays: logDays(90, "Days that functions' logs are kept."),
    failedBatchDays: whole(30, 1, 365, "Days that batches which could not be stored are kept for a replay."),
    removeDataOnDestroy: z
      .boolean()
      .default(false)
      .describe("Let `cdk destroy` delete events, incidents and logs. Otherwise they stay."),
    terminationProtection: z.boolean().default(true).describe("Stacks that hold data cannot be deleted by mistake."),
  })
  .describe("What is kept, and what protects it. Events and roll-ups: `opensearch.eventDays`, `rollupDays`.");

const NO_CONNECTOR =
  "there is no Amazon Q Business connector in this version. Leave it out: causes and texts come from the core without it";
const notYet = (name: string) =>
  z
    .null({ error: NO_CONNECTOR })
    .default(null)
    .describe(`Refused: ${name} is for Amazon Q Business, which has no connector yet.`);

/** The names are those of the environment variables, which people's runbooks use. */
export const environmentSchema = z
  .strictObject({
    ENABLE_ACCOUNT_ENRICHMENT: z
      .boolean()
      .default(true)
      .describe("Names, types and owners of accounts with every event; without it messages have account numbers only."),
    ENABLE_ORG_CONTEXT: z
      .boolean()
      .default(true)
      .describe(
        "Organizational units and what accounts of one do alike; without it an account is compared with itself only.",
      ),
    ENABLE_COST_ANALYSIS: z
      .boolean()
      .default(true)
      .describe("What an incident costs; without it messages say nothing of money."),
    ENABLE_ROOT_CAUSE_ANALYSIS: z
      .boolean()
      .default(true)
      .describe("Probable causes with what speaks for them; without it messages have the facts only."),
    SYNC_INTERVAL_MINUTES: whole(15, 5, 1440, "How often accounts, units and tags are read from AWS Organizations."),
    ANOMALY_EVAL_MINUTES: whole(
      80,
      10,
      1440,
      "The look-back before an alert in which usage is counted for its message.",
    ),
    COST_EXPLORER_MONTHLY_USD: z
      .number()
      .min(0)
      .max(9999)
      .default(5)
      .describe("What our own questions to Cost Explorer may cost in a month, at $0.01 each."),
    Q_APPLICATION_ID: notYet("Q_APPLICATION_ID"),
    Q_INDEX_ID: notYet("Q_INDEX_ID"),
  })
  .describe("Switches of the functions, by the names of their environment variables.");
