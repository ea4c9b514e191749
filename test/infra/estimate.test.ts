import { describe, expect, test } from "@jest/globals";
import { resolveDeployment } from "#core/config/deployment/index.ts";
import { parseConfig } from "#core/config/index.ts";
import { METRIC_NAMESPACE, METRICS } from "#core/config/metrics.ts";
import { alarmCount, deployedFunctions, logGroupCount, metricCount } from "#core/estimate/deployed.ts";
import { type Estimate, estimate } from "#core/estimate/estimate.ts";
import type { CostLine } from "#core/estimate/line.ts";
import { assumedVolume } from "#core/estimate/volume.ts";
import { deploymentCases } from "../../tools/deployment-cases.ts";
import { every, everyOf, templatesOf } from "./templates.ts";

/** Everything that can be brought along once, the other modes and sizes with little, and all single ones. */
const CASES = deploymentCases().filter(
  ({ name }) =>
    !/^(multi-account|single-account|delegated)-(small|medium|large)-/.test(name) ||
    /^(multi-account-small|(single-account-medium|delegated-large)-(nothing|bucket)$)/.test(name),
);

function estimateOf(deployment: object): Estimate {
  const config = parseConfig({ deployment });
  return estimate({
    config,
    deployment: resolveDeployment(config.deployment),
    region: "us-east-1",
    volume: assumedVolume({}, 20),
    people: 10,
  });
}

const lineIn = ({ lines }: Estimate, service: string, what: string): CostLine | undefined =>
  lines.find((line) => line.service === service && line.what === what);

describe.each(CASES)("what is estimated of $name is what is deployed", ({ deployment }) => {
  const templates = templatesOf(deployment);
  const result = estimateOf(deployment);
  const resolved = result.plan.deployment;

  test("functions, their memory and their schedules", () => {
    const suffix = resolved.config.stage === "default" ? "" : `-${resolved.config.stage}`;
    const named = everyOf(templates, "AWS::Lambda::Function").filter(({ properties }) => properties.FunctionName);
    const memory = Object.fromEntries(named.map(({ properties }) => [properties.FunctionName, properties.MemorySize]));
    const functions = deployedFunctions(resolved);
    expect(memory).toEqual(
      Object.fromEntries(functions.map(({ name, memoryMiB }) => [`${name}Function${suffix}`, memoryMiB])),
    );
    const schedules = everyOf(templates, "AWS::Scheduler::Schedule").map(({ properties }) => [
      properties.Name,
      properties.ScheduleExpression,
    ]);
    const expected = functions.flatMap(({ name, everyMinutes }) =>
      everyMinutes === null
        ? []
        : [[`${name}Function${suffix}`, `rate(${everyMinutes} minute${everyMinutes === 1 ? "" : "s"})`]],
    );
    expect(Object.fromEntries(schedules)).toEqual(Object.fromEntries(expected));
    for (const { properties } of named) expect(properties.Architectures).toEqual(["arm64"]);
  });

  test("alarms, metrics, the dashboard and log groups", () => {
    expect(alarmCount(resolved)).toBe(everyOf(templates, "AWS::CloudWatch::Alarm").length);
    expect(everyOf(templates, "AWS::CloudWatch::Dashboard")).toHaveLength(1);
    expect(logGroupCount(resolved)).toBe(everyOf(templates, "AWS::Logs::LogGroup").length);
    const own = everyOf(templates, "AWS::CloudWatch::Alarm").filter(
      ({ properties }) => properties.Namespace === METRIC_NAMESPACE,
    );
    for (const { properties } of own) expect(properties.Dimensions).toHaveLength(1);
    expect(metricCount()).toBe(Object.keys(METRICS).length);
  });

  test("nodes and storage of the domain", () => {
    const [domain] = everyOf(templates, "AWS::OpenSearchService::Domain");
    if (domain === undefined) {
      expect(lineIn(result, "OpenSearch Service", "domain")?.perMonth).toEqual({ low: 0n, high: 0n });
      return;
    }
    const { ClusterConfig: cluster, EBSOptions: disks } = domain.properties;
    const hours = `${cluster.InstanceCount} x ${cluster.InstanceType}, 730 hours`;
    expect(lineIn(result, "OpenSearch Service", "data nodes")?.quantity).toBe(hours);
    const masters = cluster.DedicatedMasterEnabled
      ? `${cluster.DedicatedMasterCount} x ${cluster.DedicatedMasterType}, 730 hours`
      : undefined;
    expect(lineIn(result, "OpenSearch Service", "dedicated master nodes")?.quantity).toBe(masters);
    expect(disks.VolumeType).toBe("gp3");
    expect(lineIn(result, "OpenSearch Service", "storage")?.amount?.low).toBe(cluster.InstanceCount * disks.VolumeSize);
  });

  test("tables, keys, streams, users and topics", () => {
    const tables = everyOf(templates, "AWS::DynamoDB::Table");
    expect(lineIn(result, "DynamoDB", `${tables.length} tables`)).toBeDefined();
    for (const { properties } of tables) {
      expect(properties.BillingMode).toBe("PAY_PER_REQUEST");
      expect(properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    }
    expect(everyOf(templates, "AWS::KMS::Key")).toHaveLength(1);
    const [stream] = everyOf(templates, "AWS::Kinesis::Stream");
    expect(lineIn(result, "Kinesis", "events through it") !== undefined).toBe(
      stream?.properties.StreamModeDetails?.StreamMode === "ON_DEMAND",
    );
    expect(lineIn(result, "Kinesis", "shards")?.quantity).toBe(
      stream?.properties.ShardCount === undefined ? undefined : `${stream.properties.ShardCount} shards`,
    );
    const [pool] = everyOf(templates, "AWS::Cognito::UserPool");
    expect(result.services.some(({ service }) => service === "Cognito")).toBe(pool !== undefined);
    if (pool) expect(pool.properties.UserPoolTier).toBe("PLUS");
    const trails = everyOf(templates, "AWS::CloudTrail::Trail").length;
    const delegated = everyOf(templates, "Custom::TrailwatchDelegatedTrail").length;
    expect(lineIn(result, "CloudWatch Logs", "the trail's log group, taken in") !== undefined).toBe(
      trails + delegated > 0,
    );
  });

  test("nothing is deployed that costs something and is not thought of", () => {
    const types = new Set(every(templates).map(({ type }) => type));
    expect([...types].filter((type) => !KNOWN.has(type))).toEqual([]);
  });
});

/** What has a line of its own, and what AWS charges nothing for by itself. */
const KNOWN = new Set([
  "AWS::CloudFormation::CustomResource",
  "AWS::CloudFormation::StackSet",
  "AWS::CloudTrail::Trail",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::Cognito::IdentityPool",
  "AWS::Cognito::IdentityPoolRoleAttachment",
  "AWS::Cognito::UserPool",
  "AWS::Cognito::UserPoolDomain",
  "AWS::Cognito::UserPoolUser",
  "AWS::DynamoDB::Table",
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::Events::Rule",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::KMS::Alias",
  "AWS::KMS::Key",
  "AWS::Kinesis::Stream",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::Logs::Destination",
  "AWS::Logs::LogGroup",
  "AWS::Logs::ResourcePolicy",
  "AWS::Logs::SubscriptionFilter",
  "AWS::OpenSearchService::Domain",
  "AWS::S3::Bucket",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::Subscription",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::Queue",
  "AWS::SQS::QueuePolicy",
  "AWS::SSM::Parameter",
  "AWS::Scheduler::Schedule",
  "AWS::Scheduler::ScheduleGroup",
  "Custom::S3AutoDeleteObjects",
  "Custom::TrailwatchDelegatedTrail",
  "Custom::TrailwatchOpenSearch",
  "Custom::TrailwatchOrganizationCheck",
]);
