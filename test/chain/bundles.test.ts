import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  EnableAWSServiceAccessCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { MINUTE } from "#core/domain/time.ts";
import { emulated } from "../aws/clients.ts";
import { type Emulator, startEmulator } from "../aws/emulator.ts";
import { cloudtrailRecord, eventId, recordsFile } from "../fakes/records.ts";
import { subscription, TIME } from "../handlers/support.ts";
import { liveNode } from "../opensearch/support/live-node.ts";
import { functionsOfTemplates } from "./support/assembly.ts";
import { ACCOUNT_ID, ChainDeployment } from "./support/deployment.ts";

const node = liveNode();
let emulator: Emulator;
let deployment: ChainDeployment;
let organizationId: string;
let cloudFormation: Server;
// biome-ignore lint/suspicious/noExplicitAny: what CloudFormation is told
const told: any[] = [];

beforeAll(async () => {
  emulator = await startEmulator();
  const organizations = new OrganizationsClient(emulated(emulator.endpoint));
  const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  organizationId = Organization?.Id ?? "";
  for (const ServicePrincipal of ["cloudtrail", "member.org.stacksets.cloudformation"].map(
    (name) => `${name}.amazonaws.com`,
  )) {
    await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
  }
  await organizations.send(new CreateAccountCommand({ AccountName: "payments-prod", Email: "p@example.com" }));
  deployment = await ChainDeployment.open({
    emulator,
    searchUrl: node.url,
    namespace: node.namespace,
    organizationId,
  });
  deployment.now = () => TIME;
  cloudFormation = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    told.push(JSON.parse(Buffer.concat(parts).toString()));
    response.end();
  });
  await new Promise<void>((resolve) => cloudFormation.listen(0, "127.0.0.1", resolve));
}, 60_000);

afterAll(async () => {
  await deployment?.close();
  emulator?.stop();
  cloudFormation?.close();
});

const request = (ResourceProperties: object, RequestType = "Create") => ({
  RequestType,
  ResponseURL: `http://127.0.0.1:${(cloudFormation.address() as AddressInfo).port}/answer`,
  StackId: "arn:aws:cloudformation:us-east-1:123456789012:stack/Trailwatch/1",
  RequestId: "r-1",
  LogicalResourceId: "Resource",
  ResourceProperties: { ServiceToken: "arn:aws:lambda:us-east-1:123456789012:function:x", ...ResourceProperties },
});

const answered = async (name: string, event: unknown) => {
  const outcome = await deployment.invoke(name, event);
  const log = (await deployment.function(name)).log.join("\n");
  if (outcome.kind !== "answered") throw new Error(`${name}: ${JSON.stringify(outcome)}\n${log}`);
  // biome-ignore lint/suspicious/noExplicitAny: what the function answers
  return outcome.payload as any;
};

test("before a deployment the organization is looked at", async () => {
  const properties = {
    Organization: "true",
    NewTrail: "true",
    AllowSecondTrail: "false",
    ManagementAccountId: ACCOUNT_ID,
    TrailName: "org-trail-trailwatch",
  };
  await answered("OrganizationCheck", request(properties));
  expect(told.pop()).toMatchObject({ Status: "SUCCESS", Data: { OrganizationId: organizationId } });
});

const provisioning = {
  ConfigurationHash: "a",
  BellTopicArn: `arn:aws:sns:us-east-1:${ACCOUNT_ID}:bell`,
  BellRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/bell`,
};

test("the cluster is provisioned", async () => {
  await answered("OpenSearchProvisioner", request(provisioning));
  expect(told.pop()).toMatchObject({ Status: "SUCCESS", Data: { Engine: node.version } });
  // A node by itself has no Dashboards.
  const { log } = await deployment.function("OpenSearchProvisioner");
  const refused = log.map((line) => JSON.parse(line)).filter(({ message }) => message === "not provisioned");
  expect(refused.filter(({ kind }) => kind !== "saved objects")).toEqual([]);
  const { body } = await node.connection.send("GET", `/_index_template/${node.namespace}*`);
  expect(body.index_templates.length).toBeGreaterThan(3);
  const audit = await deployment.s3.send(
    new ListObjectsV2Command({ Bucket: deployment.given["DATA_BUCKET"], Prefix: "audit/" }),
  );
  const changes = audit.Contents?.map(({ Key }) => Key?.split("Z-")[1]?.split("-")[0]);
  expect(changes).toEqual(["configure", "provision"]);
});

test("a trail is made for a delegated administrator", async () => {
  const { s3 } = deployment;
  await s3.send(new CreateBucketCommand({ Bucket: "delegated-trail" }));
  const Arn = `arn:aws:cloudtrail:us-east-1:${ACCOUNT_ID}:trail/org-trail-trailwatch`;
  const trail = {
    Name: "org-trail-trailwatch",
    Arn,
    Bucket: "delegated-trail",
    KeyArn: `arn:aws:kms:us-east-1:${ACCOUNT_ID}:key/1`,
    LogGroupArn: `arn:aws:logs:us-east-1:${ACCOUNT_ID}:log-group:trail:*`,
    RoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/trail`,
    Selectors: JSON.stringify([
      { Name: "management", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
    ]),
    Insights: "false",
  };
  await answered("DelegatedTrail", request(trail));
  expect(told.pop()).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: Arn });
});

test("accounts are read from the organization, and events are named after them", async () => {
  const before = await answered("MultiAccountLogs", {});
  expect(before).toMatchObject({ ok: false, enrichment: { accountsKnown: 0 } });
  const taken = await answered("DirectorySnapshot", {});
  expect(taken).toMatchObject({ organizationId });
  const after = await deployment.invoke("MultiAccountLogs", null, TIME + 20 * MINUTE);
  expect(after).toMatchObject({
    kind: "answered",
    payload: { ok: true, enrichment: { accountsKnown: taken.accounts, snapshotAgeMinutes: 20 } },
  });
});

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => cloudtrailRecord({ eventID: eventId(from + at) }));

const stored = async (): Promise<number> => {
  await node.connection.send("POST", `/${node.namespace}usage-events-*/_refresh`);
  const { body } = await node.connection.send("GET", `/${node.namespace}usage-events-*/_count`);
  return body.count;
};

test("a payload of CloudWatch Logs is stored, once however often it comes", async () => {
  const payload = subscription([...records(0, 50), "no record"]);
  expect(await answered("MultiAccountLogs", payload)).toBeNull();
  expect(await answered("MultiAccountLogs", payload)).toBeNull();
  expect(await stored()).toBe(50);
  const { log } = await deployment.function("MultiAccountLogs");
  const metrics = log.filter((line) => line.includes('"CloudWatchMetrics"')).map((line) => JSON.parse(line));
  expect(metrics.at(-1)).toMatchObject({
    stage: "default",
    RecordsRead: 51,
    EventsRepeated: 50,
    RecordsQuarantined: 1,
  });
});

test("what failed is given again", async () => {
  const { s3, given } = deployment;
  const Key = "aws/lambda/async/MultiAccountLogsFunction/2026/11/03/2026-11-03T02.14.05-6b1f";
  const failed = {
    version: "1.0",
    timestamp: "2026-11-03T02:14:05.123Z",
    requestContext: {
      requestId: "r-1",
      functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:MultiAccountLogsFunction:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    },
    requestPayload: subscription(records(100, 7)),
  };
  await s3.send(new PutObjectCommand({ Bucket: given["DATA_BUCKET"], Key, Body: JSON.stringify(failed) }));
  expect(await answered("Redrive", { from: "failed", by: "a test" })).toMatchObject({
    redriven: 1,
    failed: 0,
    next: null,
  });
  expect(await stored()).toBe(57);
  const left = await s3.send(new ListObjectsV2Command({ Bucket: given["DATA_BUCKET"], Prefix: "aws/lambda/" }));
  expect(left.Contents ?? []).toEqual([]);
});

test("what the trail's files have is given again, and nothing is stored twice", async () => {
  const { s3, given } = deployment;
  const Bucket = given["TRAIL_BUCKET"] ?? "";
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Key = `AWSLogs/${organizationId}/111122223333/CloudTrail/eu-west-1/2026/11/03/111122223333_CloudTrail_eu-west-1_20261103T0220Z_abcdefghijklmnop.json.gz`;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: gzipSync(recordsFile(records(40, 20))) }));
  const asked = { from: "trail", start: "2026-11-03T02:00:00Z", end: "2026-11-03T03:00:00Z", by: "a test" };
  expect(await answered("Redrive", asked)).toMatchObject({ records: 20, created: 10, duplicates: 10 });
  expect(await stored()).toBe(67);
});

test("counts, incidents and messages are made of what there is", async () => {
  expect(await answered("UsageRollup", {})).toMatchObject({ failed: [], deferred: 0 });
  expect(await answered("CrossAccountAnomalyProcessor", {})).toMatchObject({ grouped: true });
  expect(await answered("QBusinessConnector", {})).toMatchObject({ failed: [] });
});

describe("a process", () => {
  test("that cannot start says why", async () => {
    const broken = await ChainDeployment.open({
      emulator,
      searchUrl: node.url,
      namespace: `${node.namespace}broken-`,
      organizationId,
    });
    try {
      await broken.function("QBusinessConnector", { Q_APPLICATION_ID: "app", SYNC_INTERVAL_MINUTES: "1" });
      expect(await broken.invoke("QBusinessConnector", {})).toEqual({
        kind: "failed",
        errorType: "TrailwatchError",
        errorMessage: expect.stringMatching(/Q_APPLICATION_ID.*no Amazon Q Business connector|SYNC_INTERVAL_MINUTES/),
      });
    } finally {
      await broken.close();
    }
  });

  test("that is refused an event says so and lives on", async () => {
    const { starts } = await deployment.function("MultiAccountLogs");
    expect(await deployment.invoke("MultiAccountLogs", { unknown: true })).toMatchObject({
      kind: "failed",
      errorType: "ZodError",
    });
    expect(await answered("MultiAccountLogs", {})).toMatchObject({ ok: true });
    expect((await deployment.function("MultiAccountLogs")).starts).toBe(starts);
  });

  test("that is ended is followed by another", async () => {
    const running = await deployment.function("MultiAccountLogs");
    await running.kill();
    expect(await answered("MultiAccountLogs", {})).toMatchObject({ ok: true });
    expect(running.starts).toBe(2);
  });
});

test("every function that is deployed was run", async () => {
  for (const { name } of functionsOfTemplates()) expect((await deployment.function(name)).starts).toBeGreaterThan(0);
});
