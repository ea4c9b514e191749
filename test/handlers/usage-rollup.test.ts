import { beforeEach, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { DAY, MINUTE } from "#core/domain/time.ts";
import type { WatchReport } from "#core/live/watch-report.ts";
import { Organization } from "#lambdas/shared/directory.ts";
import { UsageRollup } from "#lambdas/UsageRollup/handler.ts";
import { MemoryLeases } from "../fakes/memory-leases.ts";
import { TestClock } from "../fakes/test-clock.ts";
import { invocation, Overheard, Snapshots, TIME } from "./support.ts";

const REPORT: WatchReport = {
  at: TIME,
  steps: 1,
  caughtUpTo: null,
  arrived: 2,
  rollUp: { written: 12, removed: 0 },
  closedUntil: TIME - 20 * MINUTE,
  examined: 3,
  deferred: 1,
  failed: [{ subject: "denied-calls of 111122223333", message: "the cluster was busy" }],
  changed: 4,
  pending: 1,
};

let clock: TestClock;
let leases: MemoryLeases;
let tidied: number[];
let tidy: () => Promise<readonly string[]>;
let rollup: UsageRollup;
let watch: ConstructorParameters<typeof UsageRollup>[0]["watch"];

const opened = (): UsageRollup =>
  new UsageRollup({
    organization: new Organization(
      new Snapshots(),
      parseConfig({}),
      { ENABLE_ACCOUNT_ENRICHMENT: true, ENABLE_ORG_CONTEXT: true, ORGANIZATION_ID: null, SYNC_INTERVAL_MINUTES: 15 },
      () => clock.time,
    ),
    leases,
    watch,
    tidy: async (now) => {
      tidied.push(now);
      return await tidy();
    },
    now: () => clock.time,
  });

beforeEach(() => {
  clock = new TestClock(TIME);
  leases = new MemoryLeases(clock);
  tidied = [];
  tidy = async () => [];
  watch = { run: async () => REPORT };
  rollup = opened();
});

const run = async (): Promise<Overheard> => {
  const said = new Overheard();
  await rollup.handle({}, invocation(), said);
  return said;
};

test("says and measures what a run did, and warns of what could not be examined", async () => {
  const said = await run();
  expect(said.measured).toMatchObject({
    rollUps: 1,
    findings: 4,
    examined: 3,
    examinationsDeferred: 1,
    rollUpAge: 1200,
    catchUpLag: 0,
  });
  expect(said.lines).toContainEqual({
    level: "warn",
    message: "not examined",
    details: { subject: "denied-calls of 111122223333", message: "the cluster was busy" },
  });
});

test("begins steps for some minutes, no longer than half of what is left, and says how far it has caught up", async () => {
  const until: number[] = [];
  const step = { ...REPORT, caughtUpTo: TIME - 3 * DAY, failed: [] };
  watch = {
    run: async (_, end, onStep) => {
      until.push(end - TIME);
      onStep(step);
      return { ...step, caughtUpTo: TIME - 2 * DAY, steps: 2 };
    },
  };
  rollup = opened();
  const said = new Overheard();
  await rollup.handle({}, invocation(15 * MINUTE), said);
  await rollup.handle({}, invocation(5 * MINUTE), new Overheard());
  expect(until).toEqual([4 * MINUTE, 2.5 * MINUTE]);
  expect(said.lines[0]).toEqual({
    level: "info",
    message: "catching up",
    details: expect.objectContaining({ caughtUpTo: "2026-10-31T02:20:00Z", behind: "3 days" }),
  });
  expect(said.measured).toMatchObject({ rollUps: 1, catchUpLag: (2 * DAY) / 1000 });
  expect(said.measured).not.toHaveProperty("rollUpAge");
});

test("leaves it to the run that is at it", async () => {
  const lease = await leases.acquire("watch", "another", MINUTE);
  expect(lease).not.toBeNull();
  expect((await run()).measured).toEqual({});
  expect(tidied).toEqual([]);
});

test("deletes what is not kept any more once a day", async () => {
  tidy = async () => ["usage-events-2026.08.01"];
  expect((await run()).lines).toContainEqual({
    level: "info",
    message: "deleted what is not kept any more",
    details: { deleted: ["usage-events-2026.08.01"] },
  });
  clock.time += 10 * MINUTE;
  await run();
  expect(tidied).toEqual([TIME]);
  clock.time = TIME + DAY;
  await run();
  expect(tidied).toEqual([TIME, TIME + DAY]);
});

test("what could not be deleted is tried again in the next run, and costs no run", async () => {
  tidy = async () => {
    throw new Error("the cluster is busy");
  };
  const said = await run();
  expect(said.measured).toMatchObject({ rollUps: 1 });
  expect(said.lines).toContainEqual(expect.objectContaining({ level: "error" }));
  clock.time += MINUTE;
  await run();
  expect(tidied).toEqual([TIME, TIME + MINUTE]);
});
