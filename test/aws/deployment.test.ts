import { CloudFormationClient, CreateStackCommand, CreateStackSetCommand } from "@aws-sdk/client-cloudformation";
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutSubscriptionFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DynamoFindingStore } from "#adapters/dynamodb/finding-store.ts";
import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { FINDINGS, INCIDENTS } from "#adapters/dynamodb/tables.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { S3FailedBatches } from "#adapters/s3/failed-batches.ts";
import { STACKS } from "#core/config/deployment/names.ts";
import { METRIC_NAMESPACE, METRICS, STAGE_DIMENSION } from "#core/config/metrics.ts";
import type { CheckResult } from "#core/doctor/check.ts";
import { FUNCTIONS, type FunctionBase } from "#core/doctor/deployed.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import { drillFinding, drillIncident, drillOver } from "#core/drill/drill-incident.ts";
import { drillSubject } from "#core/live/drills.ts";
import { type Ended, ended, start } from "../cli/trailwatch.ts";
import { CLUSTER, LOG_GROUP, NOW, SELF_TEST } from "../fakes/healthy-deployment.ts";
import { dynamoClient, emulated, s3Client, snsClient, sqsClient } from "./clients.ts";
import { type Emulator, startEmulator } from "./emulator.ts";
import { makeTable } from "./tables.ts";

const CREDENTIALS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };
/** A zip archive of nothing. */
const EMPTY_ZIP = Buffer.concat([Buffer.from("504b0506", "hex"), Buffer.alloc(18)]);

/** That functions are made with. */
const ROLE = { Type: "AWS::IAM::Role", Properties: { RoleName: "any", AssumeRolePolicyDocument: {} } };

let emulator: Emulator;
let topic: string;
let findingsTable: string;
let incidentsTable: string;

beforeAll(async () => {
  emulator = await startEmulator();
  // Functions are not run: they answer what they are told to.
  await post("/moto-api/config", { lambda: { use_docker: false } });
  await deploy();
}, 60_000);
afterAll(() => emulator?.stop());

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(`${emulator.endpoint}${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
}

/** What the next calls of functions answer. */
const answers = (...results: readonly object[]): Promise<void> =>
  post("/moto-api/static/lambda-simple/response", {
    results: results.map((result) => JSON.stringify(result)),
    region: "us-east-1",
  });

const trailwatch = (...args: string[]): Promise<Ended> =>
  ended(start([...args, "--endpoint-url", emulator.endpoint], CREDENTIALS));

/** As much of a deployment as the doctor looks at. */
async function deploy(): Promise<void> {
  const settings = emulated(emulator.endpoint);
  const sns = snsClient(emulator.endpoint);
  topic = (await sns.send(new CreateTopicCommand({ Name: "trailwatch-alerts" }))).TopicArn ?? "";
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "email", Endpoint: "security-team@company.com" }));
  const dynamo = dynamoClient(emulator.endpoint);
  findingsTable = await makeTable(dynamo, FINDINGS);
  incidentsTable = await makeTable(dynamo, INCIDENTS);
  const s3 = s3Client(emulator.endpoint);
  for (const Bucket of ["data", "trail-bucket"]) await s3.send(new CreateBucketCommand({ Bucket }));

  const cloudFormation = new CloudFormationClient(settings);
  for (const part of STACKS) {
    const TemplateBody = JSON.stringify({
      Resources: part === "State" ? { Role: ROLE } : { Missed: { Type: "AWS::SQS::Queue" } },
    });
    await cloudFormation.send(new CreateStackCommand({ StackName: `Trailwatch-${part}`, TemplateBody }));
  }
  const TemplateBody = JSON.stringify({ Resources: { Topic: { Type: "AWS::SNS::Topic" } } });
  await cloudFormation.send(new CreateStackSetCommand({ StackSetName: "trailwatch-read-role", TemplateBody }));

  const lambda = new LambdaClient(settings);
  const environments: Partial<Record<FunctionBase, Record<string, string>>> = {
    MultiAccountLogsFunction: { ORGANIZATION_ID: "o-exampleorgid", DATA_BUCKET: "data" },
    QBusinessConnectorFunction: {
      ALERT_TOPIC_ARN: topic,
      COST_EXPLORER: "organization",
      INCIDENTS_TABLE: incidentsTable,
    },
    UsageRollupFunction: { FINDINGS_TABLE: findingsTable },
    RedriveFunction: { LOG_GROUP_NAME: LOG_GROUP, TRAIL_BUCKET: "trail-bucket" },
  };
  const arns = new Map<string, string>();
  for (const FunctionName of FUNCTIONS) {
    const { FunctionArn = "" } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Role: "arn:aws:iam::123456789012:role/any",
        Code: { ZipFile: EMPTY_ZIP },
        Environment: { Variables: environments[FunctionName] ?? {} },
      }),
    );
    arns.set(FunctionName, FunctionArn);
  }
  const logs = new CloudWatchLogsClient(settings);
  await logs.send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }));
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: "MultiAccountLogsFunction",
      StatementId: "logs",
      Action: "lambda:InvokeFunction",
      Principal: "logs.amazonaws.com",
      SourceArn: `arn:aws:logs:us-east-1:123456789012:log-group:${LOG_GROUP}:*`,
    }),
  );
  await logs.send(
    new PutSubscriptionFilterCommand({
      logGroupName: LOG_GROUP,
      filterName: "trailwatch",
      filterPattern: "",
      destinationArn: arns.get("MultiAccountLogsFunction"),
    }),
  );
  const cloudTrail = new CloudTrailClient(settings);
  const Name = "org-trail-trailwatch";
  await cloudTrail.send(new CreateTrailCommand({ Name, S3BucketName: "trail-bucket", IsOrganizationTrail: true }));
  await cloudTrail.send(new StartLoggingCommand({ Name }));
  await measure();
}

async function measure(): Promise<void> {
  const cloudWatch = new CloudWatchClient(emulated(emulator.endpoint));
  const Timestamp = new Date(Date.now() - 10 * MINUTE);
  for (const [name, Value] of [
    ["recordsRead", 700],
    ["indexDelay", 240],
    ["rollUpAge", 1200],
  ] as const) {
    const Dimensions = [{ Name: STAGE_DIMENSION, Value: "default" }];
    const MetricData = [{ MetricName: METRICS[name].name, Dimensions, Value, Timestamp }];
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData }));
  }
  for (const FunctionName of FUNCTIONS) {
    const Dimensions = [{ Name: "FunctionName", Value: FunctionName }];
    const MetricData = [{ MetricName: "Invocations", Dimensions, Value: 12, Timestamp }];
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: "AWS/Lambda", MetricData }));
  }
}

/** The cluster as of now: what the doctor is told was written with another clock. */
const cluster = () => ({
  ...CLUSTER,
  stores: CLUSTER.stores.map((store) => ({ ...store, newest: store.newest - NOW + Date.now() })),
});

const checked = ({ stdout }: Ended): Record<string, Pick<CheckResult, "standing" | "found">> =>
  Object.fromEntries(
    JSON.parse(stdout).checks.map(({ id, standing, found }: CheckResult) => [id, { standing, found }]),
  );

test("the doctor sees a deployment as it is", async () => {
  await answers(SELF_TEST, cluster());
  const seen = await trailwatch("doctor", "--stack", "Trailwatch", "--format", "json");
  expect(seen).toMatchObject({ stderr: "", code: 0 });
  const checks = checked(seen);
  expect(Object.entries(checks).map(([id, { standing }]) => `${id} ${standing}`)).toEqual([
    "stacks ok",
    "trail ok",
    "subscription ok",
    "permission ok",
    "functions ok",
    "directory ok",
    "cluster ok",
    "indices ok",
    "detectors ok",
    "monitor ok",
    "subscriptions ok",
    "slack skipped",
    "cost-explorer ok",
    "failed-batches ok",
    "queues ok",
    // The emulator lays no stacks in accounts.
    "read-role warning",
    "lag ok",
    "alarms ok",
    "q-business skipped",
  ]);
  expect(checked(seen)["functions"]?.found).toBe("7 functions, 84 calls in the last hour, none failed");
  expect(checked(seen)["lag"]?.found).toContain("700 records in the last hour, stored 4 minutes after they happened");
  expect(checked(seen)["subscription"]?.found).toBe(`from ${LOG_GROUP}`);
}, 60_000);

test("what failed, what waits and what rings is counted", async () => {
  const failed = new S3FailedBatches(s3Client(emulator.endpoint), "data");
  const batch = { source: "MultiAccountLogsFunction", requestId: "r", reason: "busy", payload: {} };
  for (const hours of [2, 3]) await failed.keep({ ...batch, failedAt: Date.now() - hours * HOUR });
  const sqs = sqsClient(emulator.endpoint);
  const QueueUrl = (await sqs.send(new ListQueuesCommand({}))).QueueUrls?.find((url) =>
    url.includes("Trailwatch-Pipeline-Missed"),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
  const cloudWatch = new CloudWatchClient(emulated(emulator.endpoint));
  const alarm = { AlarmName: "Trailwatch-Pipeline-AlarmsRed", AlarmDescription: "Trailwatch: Shards are missing." };
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      ...alarm,
      MetricName: "x",
      Namespace: "x",
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      Threshold: 1,
    }),
  );
  await cloudWatch.send(
    new SetAlarmStateCommand({ AlarmName: alarm.AlarmName, StateValue: "ALARM", StateReason: "a test" }),
  );
  await answers(SELF_TEST, cluster());
  const seen = await trailwatch("doctor", "--stack", "Trailwatch-Pipeline", "--format", "json");
  expect(seen.code).toBe(1);
  const checks = checked(seen);
  expect(checks["failed-batches"]?.found).toContain("2 batches of MultiAccountLogsFunction");
  expect(checks["failed-batches"]?.found).toContain("since 3 hours");
  expect(checks["queues"]?.found).toBe("about 1 message in Missed");
  expect(checks["alarms"]?.found).toBe("1 alarm: Trailwatch: Shards are missing.");
}, 60_000);

test("a replay calls until nothing is left, and says what it came to", async () => {
  const step = { redriven: 2, failed: 0, passedOver: 0, records: 20, created: 5, duplicates: 15, reasons: [] };
  await answers({ ...step, next: "here" }, { ...step, next: null });
  const done = await trailwatch("replay", "--stack", "Trailwatch", "--from", "2026-11-01", "--to", "2026-11-02");
  expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining("2 pieces given again") });
  expect(done.stdout).toBe("4 pieces given again, 40 records: 10 new, 30 were there already\n");
}, 60_000);

test("a replay in which something failed does not end well", async () => {
  await answers({
    redriven: 0,
    failed: 3,
    passedOver: 0,
    records: 0,
    created: 0,
    duplicates: 0,
    reasons: ["a: OPENSEARCH_BUSY"],
    next: "a",
  });
  const done = await trailwatch("replay", "--failed", "--format", "json", "-q");
  expect(done).toMatchObject({ code: 1, stderr: "" });
  expect(JSON.parse(done.stdout)).toMatchObject({
    request: { from: "failed" },
    by: expect.stringMatching(/^arn:aws:sts::123456789012:/),
    complete: false,
    failed: 3,
  });
}, 60_000);

test("a drill is watched from step to step in what the functions keep", async () => {
  const dynamo = dynamoClient(emulator.endpoint);
  const blobs = new S3BlobStore(s3Client(emulator.endpoint), "data");
  const findings = new DynamoFindingStore(dynamo, findingsTable, blobs);
  const incidents = new DynamoLiveIncidents(dynamo, incidentsTable, blobs);
  const child = start(["drill", "--timeout", "1", "--endpoint-url", emulator.endpoint], CREDENTIALS);
  const outcome = ended(child);
  const id = await new Promise<string>((resolve) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().split(",")[0] ?? ""));
  });
  // In the place of the functions, which the emulator does not run.
  const arrivedAt = Date.now();
  const finding = drillFinding({ id, by: "arn:aws:iam::1:user/ana", sentAt: arrivedAt, arrivedAt, over: false });
  const set = { subject: drillSubject(id), findings: [finding], memo: JSON.stringify({ arrivedAt }) };
  await findings.replace([set], arrivedAt + 40_000, { name: "watch", token: 1 });
  const opened = drillIncident(finding, arrivedAt + 60_000);
  const version = await incidents.put(opened, null);
  const messageIds = { sns: "m-1" };
  const at = arrivedAt + 62_000;
  const told = { occasion: "opened", revision: 1, at, severity: "medium", accounts: [], messageIds } as const;
  const next = await incidents.put({ ...opened, saidRevision: 1, said: told }, version);
  await incidents.put(drillOver({ ...opened, saidRevision: 1, said: told, version: next }, at), next);
  const { code, stdout, stderr } = await outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /taken in and stored\n +40 seconds {2}found\n +1 minute {2}an incident\n +1 minute {2}said to every channel\n.*taken back\nsaid through sns \(message m-1\)/,
  );
}, 60_000);

test("before a deployment the account is looked at; what the emulator has not is unknown", async () => {
  const seen = await trailwatch("doctor", "--before-deploy", "--stack", "Trailwatch", "--format", "json");
  expect(seen.code).toBe(1);
  expect(Object.entries(checked(seen)).map(([id, { standing }]) => `${id} ${standing}`)).toEqual([
    "caller ok",
    "organization wrong",
    "administrator skipped",
    "existing-trail ok",
    "cost-explorer ok",
    "region unknown",
    "bootstrap wrong",
    "concurrency unknown",
    "names ok",
  ]);
}, 60_000);

test("nothing is found where nothing is, and what is no name is refused", async () => {
  const nowhere = await trailwatch("doctor", "--stack", "Trailwatch-staging");
  expect(nowhere).toMatchObject({ code: 4, stderr: expect.stringContaining("of the stage staging is deployed") });
  expect(await trailwatch("doctor", "--stack", "MyStack")).toMatchObject({ code: 2 });
  expect(await trailwatch("doctor", "--before-deploy", "--context", "sise=large")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Did you mean size?"),
  });
}, 60_000);
