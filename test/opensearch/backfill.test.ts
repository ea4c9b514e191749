import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import { type Ended, run, temporaryFolder } from "../cli/trailwatch.ts";
import { cloudtrailRecord, eventId } from "../fakes/records.ts";
import { liveNode } from "./support/live-node.ts";

/** As a person does it. */
const node = liveNode();
const folder = temporaryFolder();
afterAll(() => folder.remove());

let names: IndexNames;
beforeAll(() => {
  names = indexNames(node.namespace);
});

const DAY = "2026-11-03";
const launch = (n: number, minute: number) =>
  cloudtrailRecord({
    eventID: eventId(n),
    eventTime: `${DAY}T02:${String(minute).padStart(2, "0")}:00Z`,
    eventName: "RunInstances",
    readOnly: false,
    requestParameters: { instanceType: "m5.large" },
    responseElements: { instancesSet: { items: [{ instanceId: `i-${n}`, instanceType: "m5.large" }] } },
  });

const insight = (n: number, eventTime: string) =>
  cloudtrailRecord({
    eventID: eventId(n),
    eventTime,
    eventType: "AwsCloudTrailInsight",
    eventCategory: "Insight",
    eventName: undefined,
    eventSource: undefined,
    userIdentity: undefined,
    insightDetails: {
      state: "Start",
      eventSource: "ec2.amazonaws.com",
      eventName: "RunInstances",
      insightType: "ApiCallRateInsight",
    },
  });

mkdirSync(folder.at("logs"));
const write = (name: string, text: string): void => writeFileSync(folder.at("logs", name), text);
const insights = [insight(5, `${DAY}T02:00:00Z`), insight(6, "2001-01-01T00:00:00Z")];
write("first.json", JSON.stringify({ Records: [launch(1, 1), launch(2, 2), launch(3, 59), ...insights] }));
write("second.json", `${JSON.stringify(launch(2, 2))}\n{"eventVersion": "1.08", "eventTime": "no time"}\n`);
write("third.json", JSON.stringify({ Records: [{ ...launch(4, 3), eventTime: "2001-01-01T00:00:00Z" }] }));
writeFileSync(folder.at("trailwatch.yaml"), "opensearch: { eventDays: 3650 }\n");

function access(): string[] {
  const { authentication, certificateAuthority } = node.options;
  const given: string[] = [];
  if (authentication.kind === "basic") {
    writeFileSync(folder.at("password"), `${authentication.password}\n`);
    given.push("--username", authentication.username, "--password-file", folder.at("password"));
  }
  if (certificateAuthority !== undefined) {
    writeFileSync(folder.at("ca.pem"), certificateAuthority);
    given.push("--ca", folder.at("ca.pem"));
  }
  return given;
}

const backfill = (...more: string[]): Promise<Ended> =>
  run(
    ...["opensearch", "backfill", folder.at("logs"), "--url", node.url, ...access(), "--namespace", node.namespace],
    ...["--config", folder.at("trailwatch.yaml"), ...more],
  );

const count = async (index: string): Promise<number> => {
  await refresh(node.connection, index);
  const { body } = await node.connection.send("GET", `/${index}/_count`, { query: { ignore_unavailable: true } });
  return body.count;
};

test("before the cluster is provisioned nothing is written", async () => {
  const refused = await backfill();
  expect(refused).toMatchObject({ code: 4, stdout: "" });
  expect(refused.stderr).toMatch(/no index template .*usage-events/);
  expect(refused.stderr).toContain("trailwatch opensearch apply");
  expect(await count(names.events)).toBe(0);
}, 60_000);

test("the events of files are there and rolled up; what is none is in quarantine; again changes nothing", async () => {
  for (const { name, body } of indexTemplates(names, { replicas: 0 })) {
    await node.connection.send("PUT", `/_index_template/${name}`, { body });
  }
  const first = await backfill("--format", "json", "--quiet");
  expect(first).toMatchObject({ code: 0, stderr: "" });
  const done = JSON.parse(first.stdout);
  expect(done).toMatchObject({
    files: 3,
    read: 5,
    created: 3,
    duplicates: 1,
    conflicts: 0,
    quarantined: 1,
    reasons: { "older-than-retention": 1 },
    unreadable: 1,
    insights: 1,
  });
  expect(await count(names.events)).toBe(3);
  expect(await count(names.quarantine)).toBe(2);
  expect(await count(names.insights)).toBe(1);
  await refresh(node.connection, names.rollups);
  const { body } = await node.connection.send("POST", `/${names.rollups}/_search`, {
    body: {
      size: 100,
      query: {
        bool: { filter: [{ term: { signal: "instances-launched" } }, { term: { entity: "111122223333|eu-west-1" } }] },
      },
      sort: ["@timestamp"],
    },
  });
  const values = body.hits.hits.map(({ _source }: { _source: { value: number } }) => _source.value);
  // until fifteen minutes before the end of the data
  expect(values).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0]);

  const second = await backfill("--quiet");
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(second.stdout).toMatch(/^5 events from 3 files to \S+: 0 new, 4 were there already\n/);
  expect(second.stdout).toContain("1 event in quarantine: 1 older-than-retention\n");
  expect(second.stdout).toContain("1 record of CloudTrail Insights kept\n");
  expect(second.stdout).toContain("1 record in quarantine: no event could be read\n");
  expect(second.stdout).toMatch(/roll-ups of .*: 0 written\n$/);
  expect(await count(names.quarantine)).toBe(2);
  expect(await count(names.insights)).toBe(1);
}, 120_000);

test("what was selected is all that is read, and a path without files exits as one", async () => {
  const some = await backfill("--from", "2026-11-03T02:30:00Z", "--format", "json", "--quiet");
  expect(JSON.parse(some.stdout)).toMatchObject({ read: 1, duplicates: 1 });
  mkdirSync(folder.at("logs", "empty"));
  const none = await run(
    ...["opensearch", "backfill", folder.at("logs", "empty"), "--url", node.url, ...access()],
    ...["--namespace", node.namespace, "--quiet"],
  );
  expect(none.code).toBe(3);
}, 60_000);
