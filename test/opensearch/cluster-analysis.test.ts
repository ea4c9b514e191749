import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "@jest/globals";
import { OpenSearchIncidentStore } from "#adapters/opensearch/incident-store.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { findDetectors, ours, readRun } from "#adapters/opensearch/provisioning/detector-api.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import type { Incident } from "#core/domain/incident.ts";
import { DAY, type EpochMs, HOUR, isoTime, MINUTE } from "#core/domain/time.ts";
import { type Ended, run, temporaryFolder } from "../cli/trailwatch.ts";
import { cloudtrailRecord, eventId } from "../fakes/records.ts";
import { nodeWith } from "./support/plugin-node.ts";

/** From nothing to incidents with two opinions, as a person does it: provisioned, given its past, analysed. */
const node = nodeWith("opensearch-anomaly-detection");
const folder = temporaryFolder();
afterAll(() => folder.remove());

const NOW = Date.now();
const SPIKE = NOW - 7 * HOUR;
let made = 0;

function launches(time: EpochMs, count: number): Record<string, unknown> {
  made += 1;
  const items = Array.from({ length: count }, (_, i) => ({ instanceId: `i-${made}-${i}`, instanceType: "m5.large" }));
  return cloudtrailRecord({
    eventID: eventId(made),
    eventTime: isoTime(time),
    eventName: "RunInstances",
    readOnly: false,
    requestParameters: { instanceType: "m5.large", minCount: count, maxCount: count },
    responseElements: { instancesSet: { items } },
  });
}

/** One instance every two hours for four days, until now; forty of them at once this morning. */
const records = [
  ...Array.from({ length: 48 }, (_, i) => launches(NOW - 4 * DAY + i * 2 * HOUR, 1)),
  launches(SPIKE, 40),
  launches(NOW - MINUTE, 1),
];
mkdirSync(folder.at("logs"));
writeFileSync(folder.at("logs", "records.json"), JSON.stringify({ Records: records }));
writeFileSync(
  folder.at("trailwatch.yaml"),
  "opensearch: { replicas: 0, forest: { memoryMiB: 1000, detectors: [{ signal: instances-launched }] } }\n",
);

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

const opensearch = (...verb: string[]): Promise<Ended> =>
  run(
    ...["opensearch", ...verb, "--url", node.url, ...access(), "--namespace", node.namespace],
    ...["--config", folder.at("trailwatch.yaml")],
  );

async function analysed(): Promise<readonly Incident[]> {
  const { code, stdout, stderr } = await opensearch("analyze", "--quiet", "--format", "json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

const statements = (incidents: readonly Incident[]): string =>
  incidents.flatMap(({ evidence }) => evidence.map(({ statement }) => statement)).join("\n");

async function learned(): Promise<void> {
  const names = indexNames(node.namespace);
  for (const end = Date.now() + 180_000; Date.now() < end; ) {
    const [detector] = ours(await findDetectors(node.connection), names.namespace);
    const { historical } = await readRun(node.connection, detector?.id ?? "");
    // What it wrote last can be found after a refresh.
    if (historical?.state === "FINISHED") return refresh(node.connection, `${names.forestResults}-history-*`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the run over the past did not finish");
}

test("the past of an organization is put into a cluster, and its incidents carry a second opinion", async () => {
  expect((await opensearch("apply")).code).toBe(5);
  expect(await opensearch("backfill", folder.at("logs"), "--quiet")).toMatchObject({ code: 0, stderr: "" });

  const before = await analysed();
  expect(before.length).toBeGreaterThan(0);
  expect(statements(before)).toContain(
    "No second opinion from a random cut forest (it is not there): the count model speaks alone",
  );

  expect((await opensearch("apply")).code).toBe(0);
  await learned();
  const after = await analysed();
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect(statements(after)).toMatch(/ instances launched in .*; a random cut forest finds the same \(grade /);
  expect(after.some(({ revision }) => revision === 2)).toBe(true);

  const kept = await new OpenSearchIncidentStore(node.connection, indexNames(node.namespace)).list();
  expect(JSON.parse(JSON.stringify(kept))).toEqual(after);
  expect(await analysed()).toEqual(after);
}, 480_000);
