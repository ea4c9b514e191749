import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import { REVIEWED_LEVELS } from "#core/risk/reviewed-levels.ts";

describe("access level", () => {
  test.each([
    ["ec2", "RunInstances", "Write"],
    ["ec2", "DescribeInstances", "List"],
    ["iam", "AttachUserPolicy", "Permissions management"],
    ["iam", "GetAccountAuthorizationDetails", "Read"],
    ["ec2", "CreateTags", "Tagging"],
    ["cloudtrail", "LookupEvents", "Read"],
    // names that CloudTrail and IAM spell differently
    ["s3", "ListObjects", "List"],
    ["s3", "ListBuckets", "List"],
    ["s3", "HeadObject", "Read"],
    ["s3", "PutBucketEncryption", "Write"],
    ["monitoring", "DeleteAlarms", "Write"],
    ["email", "SendRawEmail", "Write"],
    ["lambda", "AddPermission20150331v2", "Permissions management"],
    ["lambda", "Invoke", "Write"],
    ["apigateway", "CreateApi", "Write"],
    ["signin", "ConsoleLogin", null],
  ] as const)("%s:%s is %s", (service, action, level) => {
    expect(actionRisk(service, action).accessLevel).toBe(level);
  });
});

describe("risk level", () => {
  test.each([
    ["cloudtrail", "StopLogging", "critical"],
    ["cloudtrail", "DeleteTrail", "critical"],
    ["organizations", "LeaveOrganization", "critical"],
    ["iam", "CreateAccessKey", "high"],
    ["ec2", "GetPasswordData", "high"],
    ["sts", "GetFederationToken", "high"],
    ["secretsmanager", "GetSecretValue", "medium"],
    ["ssm", "GetParameters", "medium"],
    ["ec2", "RunInstances", "medium"],
    ["ec2", "CreateTrafficMirrorSession", "medium"],
    ["sns", "AddPermission", "medium"],
    ["ec2", "DescribeInstances", "low"],
    ["sqs", "PurgeQueue", "low"],
    ["dynamodb", "PutItem", "low"],
    ["kms", "ListGrants", "none"],
    ["invented", "Frobnicate", "none"],
    // keys of Object.prototype are data like any other
    ["constructor", "toString", "none"],
    ["__proto__", "__proto__", "none"],
    ["", "", "none"],
  ] as const)("%s:%s is %s", (service, action, level) => {
    expect(actionRisk(service, action).level).toBe(level);
  });

  test("every reviewed action stands in one list only", () => {
    const all = Object.values(REVIEWED_LEVELS).flat();
    expect(all.filter((action, index) => all.indexOf(action) !== index)).toEqual([]);
  });

  test("every reviewed action is one that the documentation or the abuse list spells like this", () => {
    const strange = Object.values(REVIEWED_LEVELS)
      .flat()
      .filter((name) => {
        const [service = "", action = ""] = name.split(":");
        const { accessLevel, tactics } = actionRisk(service, action);
        return accessLevel === null && tactics.length === 0;
      });
    expect(strange).toEqual([]);
  });

  test("nothing that only lists or describes is more than medium", () => {
    const services = Object.values(REVIEWED_LEVELS).flat();
    const tooMuch = services.filter((name) => {
      const [service = "", action = ""] = name.split(":");
      const { accessLevel, level } = actionRisk(service, action);
      return accessLevel === "List" && riskRank(level) > riskRank("medium");
    });
    expect(tooMuch).toEqual([]);
  });

  test("what attackers did in the detonation logs is known by tactic", () => {
    const file = new URL("../../fixtures/cloudtrail/traildiscover_one_per_api.json", import.meta.url);
    const records: { eventSource: string; eventName: string }[] = JSON.parse(readFileSync(file, "utf8")).Records;
    const without = records.filter(
      (record) => actionRisk(record.eventSource.replace(".amazonaws.com", ""), record.eventName).tactics.length === 0,
    );
    expect(records.length).toBeGreaterThan(100);
    expect(without.length / records.length).toBeLessThan(0.05);
  });
});

test("tactics and use in the wild come with the action", () => {
  expect(actionRisk("iam", "CreateAccessKey")).toMatchObject({
    tactics: ["Persistence", "Privilege Escalation"],
    usedInWild: true,
  });
  expect(actionRisk("cloudtrail", "StopLogging")).toMatchObject({ tactics: ["Defense Evasion"], usedInWild: false });
});
