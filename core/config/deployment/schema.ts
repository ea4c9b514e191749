import * as z from "zod";
import { nearestName } from "../nearest-name.ts";
import { findOpenSearchVersion, NEWEST_OPENSEARCH, OPENSEARCH_VERSION_NAMES } from "./opensearch-versions.ts";
import {
  accountId,
  alertsSchema,
  dashboardsSchema,
  domainSchema,
  environmentSchema,
  kinesisSchema,
  overridesSchema,
  readRoleSchema,
  retentionSchema,
  trailSchema,
  vpcSchema,
} from "./parts.ts";
import { SIZE_NAMES } from "./sizes.ts";

/** What is deployed where nobody names a stage: its resources have names without one. */
export const DEFAULT_STAGE = "default";

const openSearchVersion = z.string().superRefine((name, context) => {
  if (findOpenSearchVersion(name)) return;
  const near = nearestName(name, OPENSEARCH_VERSION_NAMES);
  const meant = near === null ? "" : ` (did you mean ${near}?)`;
  context.addIssue({
    code: "custom",
    message: `no version that has what Trailwatch needs${meant}: ${OPENSEARCH_VERSION_NAMES.join(", ")}`,
  });
});

const shape = z.strictObject({
  mode: z
    .enum(["multi-account", "single-account"])
    .default("multi-account")
    .describe("`multi-account`: all accounts of the organization. `single-account`: the account it is deployed to."),
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,11}$/, "at most 12 small letters, digits and hyphens, a letter first")
    .default(DEFAULT_STAGE)
    .describe("Lets several deployments live in one account: every name ends with it, but for the default stage."),
  size: z
    .enum(SIZE_NAMES)
    .default("small")
    .describe("For some 20, 100 or 400 accounts. `trailwatch estimate` says what it costs."),
  overrides: overridesSchema.prefault({}),
  opensearchVersion: openSearchVersion
    .default(NEWEST_OPENSEARCH)
    .describe(`Engine of a domain that is made here: ${OPENSEARCH_VERSION_NAMES.join(", ")}.`),
  organizationId: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, "an organization's id begins with o-")
    .nullable()
    .default(null)
    .describe("The organization; null: asked for when it is deployed."),
  managementAccountId: accountId
    .nullable()
    .default(null)
    .describe(
      "The organization's management account, where this is deployed from a delegated administrator. null: deployed from the management account itself.",
    ),
  partition: z
    .enum(["aws", "aws-us-gov", "aws-cn"])
    .default("aws")
    .describe("AWS's partition that it is deployed to: that of the region."),
  permissionsBoundary: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "Name or ARN of the policy that bounds every role that is made. In the other accounts it is looked for by its name.",
    ),
  bootstrapQualifier: z
    .string()
    .regex(/^[a-z0-9]{1,10}$/, "at most ten small letters and digits")
    .nullable()
    .default(null)
    .describe("Qualifier of the CDK bootstrap, where it is not the usual one."),
  trail: trailSchema.prefault({}),
  kinesis: kinesisSchema.prefault({}),
  domain: domainSchema.nullable().default(null).describe("An OpenSearch domain that exists; null: one is made."),
  vpc: vpcSchema.nullable().default(null).describe("Domain and functions inside a VPC; null: outside."),
  dashboards: dashboardsSchema.prefault({}),
  alerts: alertsSchema.prefault({}),
  readRole: readRoleSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  environment: environmentSchema.prefault({}),
});

export type DeploymentConfig = z.infer<typeof shape>;

interface Contradiction {
  /** Key that the message stands beside. */
  readonly path: readonly string[];
  readonly when: (deployment: DeploymentConfig) => boolean;
  readonly message: string;
}

const hasExistingTrail = ({ trail }: DeploymentConfig): boolean => trail.logGroup !== null || trail.bucket !== null;

/** What does not go together, and why not. */
const CONTRADICTIONS: readonly Contradiction[] = [
  {
    path: ["managementAccountId"],
    when: ({ mode, managementAccountId }) => mode === "single-account" && managementAccountId !== null,
    message: "a single account has no delegated administrator; set mode to multi-account, or leave it out",
  },
  {
    path: ["managementAccountId"],
    when: (deployment) =>
      deployment.partition === "aws-cn" && deployment.managementAccountId !== null && !hasExistingTrail(deployment),
    message: "in China a delegated administrator cannot make an organization trail; name an existing one",
  },
  {
    path: ["trail", "bucket"],
    when: ({ trail }) => trail.logGroup !== null && trail.bucket !== null,
    message: "events would be read twice; give logGroup or bucket, not both",
  },
  {
    path: ["trail", "dataEvents"],
    when: (deployment) =>
      hasExistingTrail(deployment) && (deployment.trail.dataEvents.lambda || deployment.trail.dataEvents.s3),
    message: "a trail that exists is not changed from here; select data events where it was made",
  },
  {
    path: ["trail", "insights"],
    when: (deployment) => hasExistingTrail(deployment) && deployment.trail.insights,
    message: "a trail that exists is not changed from here; turn Insights on where it was made",
  },
  {
    path: ["trail", "allowSecondTrail"],
    when: (deployment) => hasExistingTrail(deployment) && deployment.trail.allowSecondTrail,
    message: "with an existing trail no second one is made; leave out one of them",
  },
  {
    path: ["kinesis", "enabled"],
    when: ({ kinesis, trail }) => kinesis.enabled && trail.bucket !== null,
    message: "a bucket is read through a queue; a stream is for log groups",
  },
  {
    path: ["kinesis", "logGroupAccountId"],
    when: ({ kinesis, trail }) => kinesis.logGroupAccountId !== null && (!kinesis.enabled || trail.logGroup === null),
    message: "it says where trail.logGroup is, which takes a stream; set both, and kinesis.enabled",
  },
  {
    path: ["dashboards", "signIn"],
    when: ({ dashboards, domain, vpc }) => dashboards.signIn === "none" && domain === null && vpc === null,
    message: "a domain with a public endpoint needs a sign-in; use cognito or saml, or a vpc",
  },
  {
    path: ["dashboards", "signIn"],
    when: ({ dashboards, domain, partition }) =>
      dashboards.signIn === "cognito" && domain === null && partition === "aws-cn",
    message: "Cognito has no user pools in China; use saml",
  },
  {
    path: ["dashboards", "signIn"],
    when: ({ dashboards, domain, partition }) =>
      dashboards.signIn === "cognito" && domain === null && partition === "aws-us-gov",
    message:
      "identity pools of GovCloud are trusted under names of their own, which are not made here; use saml, with samlMetadataFile and samlEntityId",
  },
  {
    path: ["dashboards", "samlMetadataFile"],
    when: ({ dashboards, domain }) =>
      domain === null &&
      dashboards.signIn === "saml" &&
      (dashboards.samlMetadataFile === null || dashboards.samlEntityId === null),
    message: "SAML needs samlMetadataFile and samlEntityId of the identity provider",
  },
  {
    path: ["alerts", "topicKeyArn"],
    when: ({ alerts }) => alerts.topicKeyArn !== null && alerts.topicArn === null,
    message: "it is the key of topicArn; give both",
  },
  {
    path: ["alerts", "slackSecretKeyArn"],
    when: ({ alerts }) => alerts.slackSecretKeyArn !== null && alerts.slackSecretArn === null,
    message: "it is the key of slackSecretArn; give both",
  },
];

/** How Trailwatch is deployed to AWS. */
export const deploymentConfigSchema = shape
  .superRefine((deployment, context) => {
    for (const { path, when, message } of CONTRADICTIONS) {
      if (when(deployment)) context.addIssue({ code: "custom", path: [...path], message });
    }
  })
  .describe(
    "How it is deployed to AWS. The CDK app reads it; `--context` overrides it. docs/operations.md explains it.",
  );
