import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { App, Validations } from "aws-cdk-lib";
import { Annotations, Match } from "aws-cdk-lib/assertions";
import { EngineVersion } from "aws-cdk-lib/aws-opensearchservice";
import { AwsSolutionsChecks } from "cdk-nag";
import { OPENSEARCH_VERSIONS } from "#core/config/deployment/index.ts";
import { parseConfig } from "#core/config/index.ts";
import { addStacks } from "#lib/app.ts";
import { readRolePermissions, readRoleTrust } from "#lib/constructs/read-role.ts";
import { WildcardReasons } from "#lib/constructs/wildcards.ts";
import { CDK_CONTEXT, quietly } from "./templates.ts";

const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

test("the flags are those that this version of the CDK recommends", () => {
  const recommended = readJson("../../node_modules/aws-cdk-lib/recommended-feature-flags.json");
  expect(CDK_CONTEXT).toEqual(recommended);
});

test("the versions of OpenSearch that are accepted are those of the CDK from 2.9 on that AWS runs", () => {
  const known = Object.getOwnPropertyNames(EngineVersion).filter((name) => name.startsWith("OPENSEARCH_"));
  const recent = known.filter((name) => {
    const [, major, minor] = name.split("_").map(Number);
    return (major ?? 0) > 2 || (major === 2 && (minor ?? 0) >= 9);
  });
  // The CDK has 2.10 as deprecated: the service never ran it.
  expect(recent.filter((name) => name !== "OPENSEARCH_2_10").toSorted()).toEqual(
    OPENSEARCH_VERSIONS.map(({ name }) => name).toSorted(),
  );
  for (const { name, version } of OPENSEARCH_VERSIONS) {
    expect((EngineVersion as unknown as Record<string, { version: string }>)[name]?.version).toBe(
      `OpenSearch_${version}`,
    );
  }
});

test("a region of another partition than the configured one is refused", () => {
  const to = (region: string) => () =>
    addStacks(new App(), { config: parseConfig({}), env: { account: "111122223333", region }, samlMetadata: null });
  expect(to("us-gov-west-1")).toThrow(/partition aws-us-gov, and deployment\.partition is aws/);
  expect(to("cn-north-1")).toThrow(/partition aws-cn/);
});

describe("that nobody is told is a warning", () => {
  const warnings = (alerts: object): readonly string[] => {
    const app = new App({ context: { ...CDK_CONTEXT, "aws:cdk:bundling-stacks": [] } });
    const { state } = addStacks(app, { config: parseConfig({ deployment: { alerts } }), samlMetadata: null });
    return quietly(() => Annotations.fromStack(state))
      .findWarning("*", Match.stringLikeRegexp("--parameters opensearchalertemail="))
      .map(({ id }) => id);
  };

  test("where the configuration names nobody", () => {
    expect(warnings({})).toHaveLength(1);
  });

  test.each([{ addresses: ["a@example.com"] }, { topicArn: "arn:aws:sns:eu-west-1:555566667777:security" }])(
    "and not where it does: %j",
    (alerts) => {
      expect(warnings(alerts)).toEqual([]);
    },
  );
});

describe("the files to make the role by hand", () => {
  test("say what the StackSet lays", () => {
    const settings = {
      roleName: "AnomalyDetectorReadRole",
      partition: "aws",
      monitoringAccount: "MONITORING_ACCOUNT_ID",
      readers: ["arn:aws:iam::MONITORING_ACCOUNT_ID:role/CONNECTOR_ROLE_NAME"],
      externalId: "EXTERNAL_ID",
    };
    expect(readJson("../../cross-account-trust-policy.json")).toEqual(readRoleTrust(settings));
    expect(readJson("../../cross-account-read-policy.json")).toEqual(readRolePermissions());
  });
});

describe("the rules of AWS Solutions", () => {
  /** What they find, with the reasons for wildcards or without. */
  function findings(deployment: object, ...plugins: readonly WildcardReasons[]): readonly string[] {
    const outdir = mkdtempSync(join(tmpdir(), "trailwatch-rules-"));
    const app = new App({ outdir, context: { ...CDK_CONTEXT, "aws:cdk:bundling-stacks": [] } });
    addStacks(app, { config: parseConfig({ deployment }), samlMetadata: "<EntityDescriptor/>" });
    const rules = new AwsSolutionsChecks(app);
    const found: string[] = [];
    Validations.of(app).addPlugins(...plugins, {
      name: "rules",
      validate(context) {
        const report = rules.validate(context);
        found.push(...report.violations.map(({ ruleName }) => ruleName));
        return { success: true, violations: [] };
      },
    });
    quietly(() => app.synth());
    rmSync(outdir, { recursive: true, force: true });
    return found;
  }

  test("find nothing that has no reason", () => {
    expect(findings({}, new WildcardReasons())).toEqual([]);
  });

  test("do find what has none", () => {
    const unexplained = findings({});
    expect(unexplained.length).toBeGreaterThan(10);
    for (const rule of unexplained) expect(rule).toMatch(/^AwsSolutions-IAM5\[Resource::/);
  });
});

test("a warning goes to whoever deploys an old engine, or from a delegated administrator", () => {
  const app = new App({ context: { ...CDK_CONTEXT, "aws:cdk:bundling-stacks": [] } });
  const { state } = addStacks(app, {
    config: parseConfig({ deployment: { opensearchVersion: "OPENSEARCH_2_9", managementAccountId: "111122223333" } }),
    samlMetadata: null,
  });
  const said = state.node.metadata.map(({ data }) => String(data));
  expect(said.some((line) => line.includes("OPENSEARCH_2_9 has been out of AWS's standard support"))).toBe(true);
  expect(said.some((line) => line.includes("belongs to the management account 111122223333"))).toBe(true);
  expect(said.some((line) => line.includes("Cost Explorer shows a delegated administrator its own account only"))).toBe(
    true,
  );
});
