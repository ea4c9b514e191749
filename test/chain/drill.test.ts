import { CreateOrganizationCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DynamoFindingStore } from "#adapters/dynamodb/finding-store.ts";
import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { runChecks } from "#core/doctor/check.ts";
import { findDeployed } from "#core/doctor/deployed.ts";
import { deployedChecks } from "#core/doctor/deployed-checks.ts";
import { type EpochMs, MINUTE } from "#core/domain/time.ts";
import { drillId } from "#core/drill/drill.ts";
import { runDrill } from "#core/operations/drill.ts";
import { emulated } from "../aws/clients.ts";
import { type Emulator, startEmulator } from "../aws/emulator.ts";
import { healthyDeployment } from "../fakes/healthy-deployment.ts";
import { subscription } from "../handlers/support.ts";
import { liveNode } from "../opensearch/support/live-node.ts";
import { Chain } from "./support/chain.ts";
import { ACCOUNT_ID } from "./support/deployment.ts";
import { handOver } from "./support/event-source.ts";

const node = liveNode();
const START: EpochMs = Date.UTC(2026, 10, 20, 12, 0, 0);
const BY = "arn:aws:sts::111122223333:assumed-role/Ops/ana";
let emulator: Emulator;
let chain: Chain;

beforeAll(async () => {
  emulator = await startEmulator();
  const organizations = new OrganizationsClient(emulated(emulator.endpoint));
  const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const organizationId = Organization?.Id ?? "";
  const organization = { organizationId, managementAccountId: ACCOUNT_ID, accounts: [] };
  chain = await Chain.open({ node, emulator, name: "drill", organizationId, organization }, START);
}, 120_000);
afterAll(async () => {
  await chain?.close();
  emulator?.stop();
});

test("a drill goes through the functions as they are uploaded, and leaves nothing where events are", async () => {
  const { dynamo, s3, given } = chain.deployment;
  const blobs = new S3BlobStore(s3, given["DATA_BUCKET"] ?? "");
  let now = chain.clock;
  let stepped = now;
  const id = drillId(now, "0a1b2c");
  const outcome = await runDrill(
    { id, by: BY, limit: 5 * MINUTE },
    {
      send: (record) => chain.deliver([subscription([record])], now),
      findings: new DynamoFindingStore(dynamo, given["FINDINGS_TABLE"] ?? "", blobs),
      incidents: new DynamoLiveIncidents(dynamo, given["INCIDENTS_TABLE"] ?? "", blobs),
      clock: { now: () => Math.max(now, chain.clock) },
      pause: async (milliseconds) => {
        now = Math.max(now, chain.clock) + milliseconds;
        if (now - stepped < MINUTE) return;
        stepped = now;
        await chain.step(now);
      },
    },
    () => {},
  );
  expect(outcome).toMatchObject({ id, missing: null });
  expect(outcome.times.map(({ step }) => step)).toEqual(["stored", "found", "incident", "said", "cleaned"]);
  expect(Object.keys(outcome.messageIds)).toEqual([expect.stringMatching(/sns/i)]);
  expect(chain.messages).toEqual([expect.objectContaining({ id, occasion: "opened", severity: "medium" })]);
  for (const index of ["usage-events-*", "usage-rollups-*", "trailwatch-incidents*", "trailwatch-first-uses*"]) {
    expect([index, [...(await chain.documents(index))]]).toEqual([index, []]);
  }
});

test("what the doctor asks the functions, they answer as it expects", async () => {
  const view = healthyDeployment();
  view.ask = async (name, payload) => {
    const { outcome } = await handOver(chain.deployment, name.replace(/Function$/, ""), payload, chain.clock, 1);
    if (outcome.kind !== "answered") throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    return outcome.payload;
  };
  const about = await findDeployed(view, { stage: "default", region: "us-east-1", now: chain.clock });
  const results = await runChecks(deployedChecks(), view, about);
  const standings = new Map(results.map(({ id, standing, found }) => [id, `${standing}: ${found}`]));
  expect(standings.get("directory")).toMatch(/^ok: 0 accounts known/);
  // There are no dashboards to import into.
  expect(standings.get("cluster")).toMatch(/^warning: OpenSearch \d.* is not provisioned completely/);
  expect(standings.get("indices")).toBe("wrong: no event is stored yet");
  for (const id of ["detectors", "monitor"]) expect(standings.get(id)).not.toMatch(/^unknown/);
});
