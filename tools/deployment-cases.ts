import { SIZE_NAMES } from "../core/config/deployment/sizes.ts";

/** A `deployment` section that people may write, and what to call it. */
export interface DeploymentCase {
  readonly name: string;
  readonly deployment: Readonly<Record<string, unknown>>;
}

/** From where, and for whom, it is deployed. */
const MODES: Readonly<Record<string, object>> = {
  "multi-account": { mode: "multi-account" },
  "single-account": { mode: "single-account" },
  delegated: { mode: "multi-account", managementAccountId: "111122223333" },
};

const VPC = {
  vpcId: "vpc-0a1b2c3d4e5f60718",
  availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
  privateSubnetIds: ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712", "subnet-0a1b2c3d4e5f60713"],
};

/** What is there already, or is to be otherwise than usual. */
const BROUGHT: Readonly<Record<string, object>> = {
  nothing: {},
  "log-group": { trail: { logGroup: "aws-controltower/CloudTrailLogs" } },
  bucket: {
    trail: {
      bucket: {
        name: "aws-controltower-logs-222233334444-eu-west-1",
        topicArn: "arn:aws:sns:eu-west-1:222233334444:aws-controltower-AllConfigNotifications",
        keyArn: "arn:aws:kms:eu-west-1:222233334444:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
        prefix: "o-a1b2c3d4e5/",
      },
    },
  },
  domain: {
    domain: {
      endpoint: "https://search-logs-abcdefgh.eu-west-1.es.amazonaws.com",
      arn: "arn:aws:es:eu-west-1:555566667777:domain/logs",
    },
  },
  topic: {
    alerts: {
      topicArn: "arn:aws:sns:eu-west-1:555566667777:security",
      topicKeyArn: "arn:aws:kms:eu-west-1:555566667777:key/1a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    },
  },
  vpc: { vpc: VPC },
  kinesis: { kinesis: { enabled: true } },
};

/** Beside the product of the three: what each of them meets once. */
const SINGLE: readonly DeploymentCase[] = [
  {
    name: "foreign-log-group",
    deployment: {
      managementAccountId: "111122223333",
      trail: { logGroup: "org-trail" },
      kinesis: { enabled: true, logGroupAccountId: "111122223333", shards: 4 },
    },
  },
  {
    name: "data-events",
    deployment: {
      trail: { allowSecondTrail: true, insights: true, dataEvents: { lambda: true, s3: true } },
    },
  },
  {
    name: "delegated-data-events",
    deployment: {
      managementAccountId: "111122223333",
      trail: { insights: true, dataEvents: { lambda: true, s3: true, s3Prefixes: ["arn:aws:s3:::payments"] } },
    },
  },
  {
    name: "saml",
    deployment: {
      dashboards: {
        signIn: "saml",
        samlMetadataFile: "metadata.xml",
        samlEntityId: "https://portal.sso.eu-west-1.amazonaws.com/saml/assertion/MDAw",
        administrators: "0a1b2c3d-admins",
        readers: ["0a1b2c3d-readers"],
      },
    },
  },
  {
    name: "stage",
    deployment: {
      stage: "staging",
      organizationId: "o-a1b2c3d4e5",
      permissionsBoundary: "company-boundary",
      bootstrapQualifier: "watch",
      readRole: { externalId: "trailwatch-staging", organizationalUnits: ["ou-ab12-11111111"] },
      retention: { removeDataOnDestroy: true, terminationProtection: false },
    },
  },
  {
    name: "channels",
    deployment: {
      alerts: {
        addresses: ["soc@example.com", "oncall@example.com"],
        chatTopic: true,
        slackSecretArn: "arn:aws:secretsmanager:eu-west-1:555566667777:secret:slack-a1b2c3",
        slackSecretKeyArn: "arn:aws:kms:eu-west-1:555566667777:key/2a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
      },
    },
  },
  {
    name: "everything-off",
    deployment: {
      environment: {
        ENABLE_ACCOUNT_ENRICHMENT: false,
        ENABLE_ORG_CONTEXT: false,
        ENABLE_COST_ANALYSIS: false,
        ENABLE_ROOT_CAUSE_ANALYSIS: false,
      },
    },
  },
  {
    name: "as-little-as-can-be",
    deployment: {
      vpc: { ...VPC, availabilityZones: ["eu-west-1a"], privateSubnetIds: ["subnet-0a1b2c3d4e5f60711"] },
      dashboards: { signIn: "none" },
      overrides: { dataNodes: 1, storageGiB: 20, ingestConcurrency: "unreserved" },
    },
  },
  { name: "role-by-hand", deployment: { mode: "single-account", readRole: { makeHere: false } } },
  { name: "oldest-opensearch", deployment: { opensearchVersion: "OPENSEARCH_2_9" } },
];

/** Every mode with every size and everything that can be brought along, and the single ones. */
export function deploymentCases(): readonly DeploymentCase[] {
  const product = Object.entries(MODES).flatMap(([mode, from]) =>
    SIZE_NAMES.flatMap((size) =>
      Object.entries(BROUGHT).map(([brought, what]) => ({
        name: `${mode}-${size}-${brought}`,
        deployment: { ...from, size, ...what },
      })),
    ),
  );
  return [...product, ...SINGLE];
}
