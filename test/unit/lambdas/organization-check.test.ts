import { describe, expect, test } from "@jest/globals";
import type { ExistingTrail } from "#adapters/cloudtrail/existing-trails.ts";
import type { OrganizationFacts } from "#adapters/organizations/organization-facts.ts";
import { checkOrganization, checkTrails } from "#lambdas/OrganizationCheck/check.ts";
import { propertiesSchema } from "#lambdas/OrganizationCheck/event.ts";

const properties = (changes: Readonly<Record<string, string>> = {}) =>
  propertiesSchema.parse({
    Organization: "true",
    NewTrail: "true",
    AllowSecondTrail: "false",
    ManagementAccountId: "111122223333",
    TrailName: "org-trail-trailwatch",
    ...changes,
  });

const TRAIL: ExistingTrail = {
  name: "aws-controltower-BaselineCloudTrail",
  arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/aws-controltower-BaselineCloudTrail",
  homeRegion: "eu-west-1",
  isOrganization: true,
  bucket: "aws-controltower-logs",
  logGroupArn: "arn:aws:logs:eu-west-1:111122223333:log-group:aws-controltower/CloudTrailLogs:*",
};

const FACTS: OrganizationFacts = {
  organizationId: "o-a1b2c3d4e5",
  managementAccountId: "111122223333",
  rootId: "r-ab12",
  hasAllFeatures: true,
  trusted: new Set(["cloudtrail.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"]),
};

describe("a second trail", () => {
  test("is refused, with what it costs and how to use the first", () => {
    expect(() => checkTrails(properties(), [TRAIL])).toThrow(
      /aws-controltower-BaselineCloudTrail.*\$2\.00 per 100,000/,
    );
    try {
      checkTrails(properties(), [TRAIL]);
    } catch (error) {
      expect(error).toMatchObject({
        nextStep: expect.stringMatching(/logGroup \(aws-controltower\/CloudTrailLogs\).*allowSecondTrail/),
      });
    }
  });

  test("is made where somebody says so, and where the first is used none is", () => {
    checkTrails(properties({ AllowSecondTrail: "true" }), [TRAIL]);
    checkTrails(properties({ NewTrail: "false" }), [TRAIL]);
  });

  test("is not our own, which is there when a stack is updated", () => {
    checkTrails(properties(), [{ ...TRAIL, name: "org-trail-trailwatch" }]);
  });

  test("is not one of a single account beside the organization's; for a single account any trail is a first", () => {
    checkTrails(properties(), [{ ...TRAIL, isOrganization: false }]);
    expect(() =>
      checkTrails(properties({ Organization: "false" }), [{ ...TRAIL, isOrganization: false, logGroupArn: null }]),
    ).toThrow(/there is a trail already/);
  });
});

describe("what an organization has to have", () => {
  test("is there", () => checkOrganization(properties(), FACTS));

  test.each([
    [{ hasAllFeatures: false }, /all features: aws organizations enable-all-features/],
    [{ trusted: new Set(["cloudtrail.amazonaws.com"]) }, /activate-organizations-access/],
    [{ trusted: new Set<string>() }, /StackSets.*enable-aws-service-access --service-principal cloudtrail/],
  ])("%j is said with the command", (facts, message) => {
    expect(() => checkOrganization(properties(), { ...FACTS, ...facts })).toThrow(message);
  });

  test("is asked of the management account that the deployment takes for it", () => {
    expect(() => checkOrganization(properties({ ManagementAccountId: "444455556666" }), FACTS)).toThrow(
      /444455556666 is not the management account of o-a1b2c3d4e5: that is 111122223333/,
    );
  });

  test("CloudTrail needs no access where the trail exists", () => {
    const trusted = new Set(["member.org.stacksets.cloudformation.amazonaws.com"]);
    checkOrganization(properties({ NewTrail: "false" }), { ...FACTS, trusted });
  });
});
