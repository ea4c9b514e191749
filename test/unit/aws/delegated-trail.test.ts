import {
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  InsightType,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import { beforeEach, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { DelegatedTrail, type TrailSpec } from "#adapters/cloudtrail/delegated-trail.ts";
import { existingTrails } from "#adapters/cloudtrail/existing-trails.ts";

const ARN = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org-trail-trailwatch";
const SPEC: TrailSpec = {
  name: "org-trail-trailwatch",
  bucket: "logs",
  keyArn: "arn:aws:kms:eu-west-1:444455556666:key/k",
  logGroupArn: "arn:aws:logs:eu-west-1:444455556666:log-group:g:*",
  roleArn: "arn:aws:iam::444455556666:role/r",
  selectors: [{ Name: "all", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }],
  insights: [InsightType.ApiCallRateInsight],
};

const cloudTrail = mockClient(CloudTrailClient);
beforeEach(() => void cloudTrail.reset());

const pauses: number[] = [];
const trail = () => new DelegatedTrail(new CloudTrailClient({}), ARN, async (ms) => void pauses.push(ms));
const named = (name: string): Error => Object.assign(new Error(name), { name });
const called = () => cloudTrail.calls().map(({ args }) => args[0].constructor.name);

test("a trail is made by its name, and everything after that asks for its ARN, since another account owns it", async () => {
  await trail().apply(SPEC);
  expect(called()).toEqual([
    "CreateTrailCommand",
    "PutEventSelectorsCommand",
    "PutInsightSelectorsCommand",
    "StartLoggingCommand",
  ]);
  expect(cloudTrail.commandCalls(CreateTrailCommand)[0]?.args[0].input).toMatchObject({
    Name: "org-trail-trailwatch",
    IsOrganizationTrail: true,
    IsMultiRegionTrail: true,
    EnableLogFileValidation: true,
    KmsKeyId: SPEC.keyArn,
    CloudWatchLogsLogGroupArn: SPEC.logGroupArn,
  });
  expect(cloudTrail.commandCalls(PutEventSelectorsCommand)[0]?.args[0].input.TrailName).toBe(ARN);
  expect(cloudTrail.commandCalls(StartLoggingCommand)[0]?.args[0].input.Name).toBe(ARN);
});

test("one that is there is changed; Insights that are not wanted any more are turned off", async () => {
  cloudTrail.on(CreateTrailCommand).rejects(named("TrailAlreadyExistsException"));
  await trail().apply({ ...SPEC, insights: [] });
  expect(cloudTrail.commandCalls(UpdateTrailCommand)[0]?.args[0].input).toMatchObject({
    Name: ARN,
    S3BucketName: "logs",
  });
  expect(cloudTrail.commandCalls(PutInsightSelectorsCommand)[0]?.args[0].input.InsightSelectors).toEqual([]);
});

test("a role that was made a moment ago is waited for", async () => {
  pauses.length = 0;
  cloudTrail
    .on(CreateTrailCommand)
    .rejectsOnce(named("InvalidCloudWatchLogsRoleArnException"))
    .rejectsOnce(named("InsufficientS3BucketPolicyException"))
    .resolves({});
  await trail().apply(SPEC);
  expect(pauses).toEqual([5_000, 10_000]);
  expect(cloudTrail.commandCalls(StartLoggingCommand)).toHaveLength(1);
});

test("what goes wrong is said with the trail and what it takes", async () => {
  cloudTrail.on(CreateTrailCommand).rejects(named("AccessDeniedException"));
  await expect(trail().apply(SPEC)).rejects.toMatchObject({
    code: "AWS_ACCESS_DENIED",
    message: expect.stringContaining(ARN),
    nextStep: expect.stringContaining("cloudtrail:CreateTrail"),
  });
  cloudTrail.reset();
  cloudTrail.on(CreateTrailCommand).rejects(named("InvalidCloudWatchLogsRoleArnException"));
  await expect(trail().apply(SPEC)).rejects.toMatchObject({ code: "AWS_FAILED" });
  expect(cloudTrail.commandCalls(CreateTrailCommand)).toHaveLength(5);
});

test("it is removed; one that is gone already is no error", async () => {
  await trail().remove();
  expect(cloudTrail.commandCalls(DeleteTrailCommand)[0]?.args[0].input).toEqual({ Name: ARN });
  cloudTrail.on(DeleteTrailCommand).rejects(named("TrailNotFoundException"));
  await trail().remove();
  cloudTrail.on(DeleteTrailCommand).rejects(named("ConflictException"));
  await expect(trail().remove()).rejects.toMatchObject({ code: "AWS_FAILED" });
});

test("existing trails: the organization's among them", async () => {
  cloudTrail.on(DescribeTrailsCommand).resolves({
    trailList: [
      { Name: "org", TrailARN: ARN, HomeRegion: "eu-west-1", IsOrganizationTrail: true, S3BucketName: "b" },
      { Name: "own", TrailARN: "arn:own", S3BucketName: "c", CloudWatchLogsLogGroupArn: SPEC.logGroupArn },
    ],
  });
  expect(await existingTrails(new CloudTrailClient({}))).toMatchObject([
    { name: "org", arn: ARN, isOrganization: true, bucket: "b", logGroupArn: null },
    { name: "own", isOrganization: false, logGroupArn: SPEC.logGroupArn },
  ]);
  expect(cloudTrail.commandCalls(DescribeTrailsCommand)[0]?.args[0].input).toEqual({ includeShadowTrails: true });
});
