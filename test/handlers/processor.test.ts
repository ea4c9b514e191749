import { beforeEach, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { MINUTE } from "#core/domain/time.ts";
import type { KeeperReport } from "#core/live/keeper-run.ts";
import type { Fence } from "#core/ports/leases.ts";
import { CrossAccountAnomalyProcessor } from "#lambdas/CrossAccountAnomalyProcessor/handler.ts";
import { Organization } from "#lambdas/shared/directory.ts";
import { MemoryLeases } from "../fakes/memory-leases.ts";
import { TestClock } from "../fakes/test-clock.ts";
import { invocation, Overheard, Snapshots, TIME } from "./support.ts";

const REPORT: KeeperReport = {
  at: TIME,
  grouped: true,
  findings: 9,
  judged: 4,
  opened: 1,
  updated: 2,
  closed: 1,
  merged: 1,
  withdrawn: 1,
  failed: [],
  silentDetectors: null,
};
const BELL = { Records: [{ EventSource: "aws:sns", Sns: { MessageId: "m-1", Message: "an alert" } }] };

let leases: MemoryLeases;
let fences: Fence[];
let run: () => Promise<KeeperReport>;
let said: Overheard;

beforeEach(() => {
  leases = new MemoryLeases(new TestClock(TIME));
  fences = [];
  run = async () => REPORT;
  said = new Overheard();
});

const handle = (event: unknown) =>
  new CrossAccountAnomalyProcessor({
    organization: new Organization(
      new Snapshots(),
      parseConfig({}),
      { ENABLE_ACCOUNT_ENRICHMENT: true, ENABLE_ORG_CONTEXT: true, ORGANIZATION_ID: null, SYNC_INTERVAL_MINUTES: 15 },
      () => TIME,
    ),
    leases,
    keeper: {
      run: (fence) => {
        fences.push(fence);
        return run();
      },
    },
  }).handle(event, invocation(), said);

test("measures how many detectors are silent, where they were asked", async () => {
  run = async () => ({ ...REPORT, silentDetectors: 2 });
  await handle({});
  expect(said.measured).toMatchObject({ silentDetectors: 2 });
});

test("a bell and a schedule are the same but for what is logged", async () => {
  for (const event of [BELL, {}, null]) expect(await handle(event)).toEqual(REPORT);
  const triggers = said.lines.map(({ details }) => (details as { trigger: string }).trigger);
  expect(triggers).toEqual(["bell", "schedule", "schedule"]);
  expect(said.measured).toEqual({ incidentsOpened: 3, incidentsUpdated: 15 });
});

test("a group that could not be judged is logged as an error", async () => {
  run = async () => ({ ...REPORT, failed: [{ finding: "f-1", message: "TypeError: no" }] });
  await handle({});
  expect(said.lines.find(({ level }) => level === "error")?.details).toEqual({
    finding: "f-1",
    error: "TypeError: no",
  });
});

test("each run has a fence of its own, and one that fails holds up no other", async () => {
  run = async () => {
    throw new Error("the table is away");
  };
  await expect(handle({})).rejects.toThrow("the table is away");
  run = async () => REPORT;
  await handle({});
  const [first, second] = fences.map(({ token }) => token);
  expect(second).toBeGreaterThan(first ?? Number.NaN);
});

test("leaves it to the run that is at it", async () => {
  await leases.acquire("incidents", "another", MINUTE);
  expect(await handle(BELL)).toBeNull();
  expect(fences).toEqual([]);
  expect(said.measured).toEqual({});
});

test("refuses what is no event", async () => {
  await expect(handle("bell")).rejects.toThrow();
  expect(fences).toEqual([]);
});
