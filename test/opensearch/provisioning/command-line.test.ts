import { writeFileSync } from "node:fs";
import { afterAll, expect, test } from "@jest/globals";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { type Ended, run, temporaryFolder } from "../../cli/trailwatch.ts";
import { nodeWith } from "../support/plugin-node.ts";
import { writeRollups } from "./dense-rollups.ts";

/** As a person does it, on a cluster that has detectors. */
const node = nodeWith("opensearch-anomaly-detection");
const folder = temporaryFolder();
afterAll(() => folder.remove());

const SIGNAL = "denied-calls";
writeFileSync(
  folder.at("trailwatch.yaml"),
  `opensearch: { replicas: 0, forest: { memoryMiB: 1000, detectors: [{ signal: ${SIGNAL} }] } }\n`,
);

/** The test node's own way of authentication. */
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

const opensearch = (verb: string, ...more: string[]): Promise<Ended> =>
  run(
    ...["opensearch", verb, "--url", node.url, ...access(), "--namespace", node.namespace],
    ...["--config", folder.at("trailwatch.yaml"), ...more],
  );

test("plan, apply, apply again, status, destroy: what is said, and how it exits", async () => {
  const plan = await opensearch("plan");
  expect(plan).toMatchObject({ code: 0, stderr: "" });
  expect(plan.stdout).toMatch(/\+ index template .*usage-events\n\s+new indices are made from it/);
  expect(plan.stdout).toMatch(/… detector .*denied-calls\n\s+there are no roll-ups yet/);
  expect(plan.stdout).toMatch(/Nothing was changed: `trailwatch opensearch apply` does it\.\n$/);

  const first = await opensearch("apply");
  expect(first).toMatchObject({ code: 5, stderr: "" });
  expect(first.stdout).toMatch(/: \d+ done, .*waiting/);
  expect(first.stdout).toMatch(/next: Apply again when events have been stored and rolled up/);

  await writeRollups(node, indexNames(node.namespace), [SIGNAL], node.now(), 24);
  const second = await opensearch("apply");
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(second.stdout).toMatch(/\+ detector .*denied-calls\n\s+Denied calls by account and region: learns/);

  const third = await opensearch("apply", "--format", "json");
  expect(third.code).toBe(0);
  const { engine, results } = JSON.parse(third.stdout);
  expect(engine.version).toBe(node.version);
  expect(results.filter(({ outcome }: { outcome: string }) => !/unchanged|left/.test(outcome))).toEqual([]);

  const status = await opensearch("status");
  expect(status).toMatchObject({ code: 0, stderr: "" });
  expect(status.stdout).toMatch(/provisioned, mappings of version 1/);
  expect(status.stdout).toMatch(/(learning|running) .*denied-calls/);
  expect(status.stdout).toMatch(/usage-rollups-\*: 864 documents/);

  const dry = await opensearch("destroy", "--data");
  expect(dry.stdout).toMatch(/- detector .*denied-calls/);
  expect(dry.stdout).toMatch(/Nothing was removed: add --yes/);
  const gone = await opensearch("destroy", "--data", "--yes");
  expect(gone).toMatchObject({ code: 0, stderr: "" });
  expect((await opensearch("destroy", "--data")).stdout).toMatch(/Nothing of Trailwatch is there/);
}, 300_000);
