import { describe, expect, test } from "@jest/globals";
import {
  CONTEXT_KEYS,
  type DeploymentConfig,
  OPENSEARCH_VERSIONS,
  resolveDeployment,
  SIZES,
  withContext,
} from "#core/config/deployment/index.ts";
import { parseConfig } from "#core/config/index.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

const deploymentOf = (deployment: unknown): DeploymentConfig => parseConfig({ deployment }).deployment;

function errorOf(run: () => unknown): TrailwatchError {
  try {
    run();
  } catch (error) {
    if (error instanceof TrailwatchError) return error;
    throw error;
  }
  throw new Error("accepted");
}

const BUCKET = { name: "org-trail", topicArn: "arn:aws:sns:eu-west-1:111122223333:new-logs" };
const VPC = { vpcId: "vpc-0a1b2c3d", availabilityZones: ["eu-west-1a"], privateSubnetIds: ["subnet-0a1b2c3d"] };

describe("context of the CDK", () => {
  test("overrides the file, and leaves the rest of it", () => {
    const document = { detection: { learningDays: 3 }, deployment: { mode: "single-account", size: "large" } };
    const context = {
      "deployment-mode": "multi-account",
      "opensearch-version": "OPENSEARCH_2_9",
      "allow-second-trail": "true",
      "@aws-cdk/core:newStyleStackSynthesis": true,
      "aws:cdk:bundling-stacks": ["*"],
      config: "trailwatch.yaml",
    };
    const { detection, deployment } = parseConfig(withContext(document, context));
    expect(detection.learningDays).toBe(3);
    expect(deployment).toMatchObject({ mode: "multi-account", size: "large", opensearchVersion: "OPENSEARCH_2_9" });
    expect(deployment.trail.allowSecondTrail).toBe(true);
    expect(document.deployment.mode).toBe("single-account");
  });

  test("without a file everything else has its default", () => {
    expect(parseConfig(withContext(undefined, { size: "medium" })).deployment).toEqual(
      deploymentOf({ size: "medium" }),
    );
    expect(withContext(undefined, {})).toBeUndefined();
  });

  test("an unknown key names its nearest neighbour", () => {
    const error = errorOf(() => withContext({}, { "deploy-mode": "multi-account" }));
    expect(error.message).toBe("--context deploy-mode is no known key");
    expect(errorOf(() => withContext({}, { "deployment-mod": "x" })).nextStep).toBe("Did you mean deployment-mode?");
    expect(error.code).toBe("CONFIGURATION_INVALID");
    expect(errorOf(() => withContext({}, { zzzzzzzzz: 1 })).nextStep).toContain("opensearch-version");
  });

  test("every key of ours stands for a value that the schema has", () => {
    for (const key of CONTEXT_KEYS.filter((name) => name !== "config")) {
      const error = errorOf(() => parseConfig(withContext({}, { [key]: { no: "such value" } })));
      expect(error.message).not.toMatch(/no known key/);
      expect(error.message).toMatch(/such value/);
    }
  });

  test("a file that is no configuration is refused as that", () => {
    expect(errorOf(() => parseConfig(withContext([], { size: "small" }))).message).toMatch(/the file is \[\]/);
    expect(errorOf(() => parseConfig(withContext({ deployment: 3 }, { size: "small" }))).message).toMatch(
      /deployment is 3/,
    );
  });
});

describe("versions of OpenSearch", () => {
  test.each(OPENSEARCH_VERSIONS)("$name is accepted", ({ name, version, standardSupportUntil }) => {
    const { engine, warnings } = resolveDeployment(deploymentOf({ opensearchVersion: name }));
    expect(engine.version).toBe(version);
    expect(warnings.some((text) => text.includes("standard support"))).toBe(standardSupportUntil !== undefined);
  });

  test("the default is the newest", () => {
    expect(resolveDeployment(deploymentOf({})).engine).toBe(OPENSEARCH_VERSIONS.at(-1));
  });

  test("another is refused with the list and the nearest", () => {
    const { message } = errorOf(() => deploymentOf({ opensearchVersion: "OPENSEARCH_2_91" }));
    expect(message).toMatch(/deployment\.opensearchVersion is "OPENSEARCH_2_91"/);
    expect(message).toMatch(/did you mean OPENSEARCH_2_9\?/);
    for (const { name } of OPENSEARCH_VERSIONS) expect(message).toContain(name);
  });

  test("an existing domain has no version of ours, and no warning", () => {
    const domain = {
      endpoint: "https://search-x.eu-west-1.es.amazonaws.com",
      arn: "arn:aws:es:eu-west-1:555566667777:domain/x",
    };
    expect(resolveDeployment(deploymentOf({ opensearchVersion: "OPENSEARCH_2_9", domain })).warnings).toEqual([]);
  });
});

describe("what does not go together is refused with the reason", () => {
  test.each([
    [{ mode: "single-account", managementAccountId: "111122223333" }, /managementAccountId.*delegated administrator/],
    [
      { partition: "aws-cn", managementAccountId: "111122223333", dashboards: { signIn: "saml" } },
      /China a delegated administrator/,
    ],
    [{ trail: { logGroup: "trail", bucket: BUCKET } }, /trail\.bucket.*read twice/],
    [{ trail: { logGroup: "trail", dataEvents: { lambda: true } } }, /trail\.dataEvents.*not changed from here/],
    [{ trail: { bucket: BUCKET, insights: true } }, /trail\.insights.*not changed from here/],
    [{ trail: { bucket: BUCKET, allowSecondTrail: true } }, /trail\.allowSecondTrail/],
    [{ trail: { bucket: BUCKET }, kinesis: { enabled: true } }, /kinesis\.enabled.*read through a queue/],
    [{ kinesis: { enabled: true, logGroupAccountId: "111122223333" } }, /kinesis\.logGroupAccountId/],
    [{ dashboards: { signIn: "none" } }, /dashboards\.signIn.*needs a sign-in/],
    [{ partition: "aws-cn" }, /dashboards\.signIn.*China/],
    [{ partition: "aws-us-gov" }, /dashboards\.signIn.*GovCloud.*use saml, with samlMetadataFile and samlEntityId/],
    [{ dashboards: { signIn: "saml" } }, /samlMetadataFile and samlEntityId/],
    [{ alerts: { topicKeyArn: "arn:aws:kms:eu-west-1:555566667777:key/x" } }, /alerts\.topicKeyArn/],
    [{ alerts: { slackSecretKeyArn: "arn:aws:kms:eu-west-1:555566667777:key/x" } }, /alerts\.slackSecretKeyArn/],
    [{ vpc: { ...VPC, availabilityZones: ["eu-west-1a", "eu-west-1b"] } }, /deployment\.vpc.*a zone for each subnet/],
    [{ retention: { functionLogDays: 8 } }, /functionLogDays is 8: one of the periods .*: 1, 3, 5/],
    [
      { environment: { Q_APPLICATION_ID: "a1b2" } },
      /Q_APPLICATION_ID is "a1b2": there is no Amazon Q Business connector/,
    ],
    [{ environment: { Q_INDEX_ID: "a1b2" } }, /Q_INDEX_ID is "a1b2"/],
    [{ environment: { ENABLE_COST_ANALYSES: true } }, /ENABLE_COST_ANALYSES is no known key/],
    [{ stage: "Prod" }, /deployment\.stage is "Prod": at most 12 small letters/],
  ])("%j", (deployment, message) => {
    expect(errorOf(() => deploymentOf(deployment)).message).toMatch(message);
  });

  test("inside a VPC nobody has to sign in", () => {
    expect(deploymentOf({ dashboards: { signIn: "none" }, vpc: VPC }).dashboards.signIn).toBe("none");
  });
});

describe("what follows from the configuration", () => {
  test("the size, part by part overridden", () => {
    expect(resolveDeployment(deploymentOf({ size: "medium" })).sizing).toEqual(SIZES.medium);
    const overrides = { storageGiB: 250, ingestConcurrency: "unreserved", masterNodes: 0 };
    expect(resolveDeployment(deploymentOf({ size: "medium", overrides })).sizing).toEqual({
      ...SIZES.medium,
      storageGiB: 250,
      ingestConcurrency: null,
      masterNodes: 0,
    });
  });

  test("where events come from", () => {
    expect(resolveDeployment(deploymentOf({})).events).toEqual({ kind: "new-trail" });
    expect(resolveDeployment(deploymentOf({ trail: { logGroup: "org" } })).events).toEqual({
      kind: "log-group",
      logGroup: "org",
      accountId: null,
    });
    expect(resolveDeployment(deploymentOf({ trail: { bucket: BUCKET } })).events).toMatchObject({
      kind: "bucket",
      bucket: "org-trail",
    });
  });

  test("from a delegated administrator, with what it cannot do", () => {
    const config = deploymentOf({ managementAccountId: "111122223333" });
    const delegated = resolveDeployment(config, "444455556666");
    expect(delegated.isDelegated).toBe(true);
    expect(delegated.warnings).toHaveLength(3);
    expect(delegated.warnings.join(" ")).toMatch(/trail belongs to.*111122223333.*ReadRole.*Cost Explorer/s);
    expect(resolveDeployment(config).isDelegated).toBe(true);
    expect(resolveDeployment(config, "111122223333")).toMatchObject({ isDelegated: false, warnings: [] });
  });
});
