import { beforeEach, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { MINUTE } from "#core/domain/time.ts";
import type { SayReport } from "#core/live/say.ts";
import { QBusinessConnector } from "#lambdas/QBusinessConnector/handler.ts";
import { Organization } from "#lambdas/shared/directory.ts";
import { MemoryLeases } from "../fakes/memory-leases.ts";
import { TestClock } from "../fakes/test-clock.ts";
import { invocation, Overheard, Snapshots, TIME } from "./support.ts";

const STREAM = { Records: [{ eventSource: "aws:dynamodb", eventID: "e-1" }] };
/** As many as one sweep looks at. */
const FULL = 20;

const sweep = (looked: number, changes: Partial<SayReport> = {}): SayReport => ({
  at: TIME,
  looked,
  explained: looked,
  said: [],
  failed: [],
  ...changes,
});

let clock: TestClock;
let leases: MemoryLeases;
let sweeps: SayReport[];
let said: Overheard;
let paused: number;

beforeEach(() => {
  clock = new TestClock(TIME);
  leases = new MemoryLeases(clock);
  sweeps = [];
  said = new Overheard();
  paused = 0;
});

const handle = (event: unknown, remainingMs?: number) =>
  new QBusinessConnector({
    organization: new Organization(
      new Snapshots(),
      parseConfig({}),
      { ENABLE_ACCOUNT_ENRICHMENT: true, ENABLE_ORG_CONTEXT: true, ORGANIZATION_ID: null, SYNC_INTERVAL_MINUTES: 15 },
      () => clock.time,
    ),
    leases,
    outbox: { run: async () => sweeps.shift() ?? sweep(0) },
    pause: async (milliseconds) => {
      paused += milliseconds;
      clock.time += milliseconds;
    },
  }).handle(event, invocation(remainingMs), said);

test("sweeps until nothing is left, and adds up", async () => {
  const opened = { id: "inc-1", occasion: "opened", severity: "high" } as const;
  sweeps = [sweep(FULL, { said: [opened] }), sweep(FULL), sweep(3)];
  expect(await handle({})).toEqual({ looked: 43, explained: 43, said: [opened], failed: [] });
});

test("ends where there is no more time, and leaves the rest to the next", async () => {
  sweeps = [sweep(FULL), sweep(FULL)];
  expect(await handle({}, 30_000)).toMatchObject({ looked: FULL });
  expect(sweeps).toHaveLength(1);
});

test("what is not said yet is warned of and measured", async () => {
  sweeps = [sweep(1, { failed: [{ id: "inc-1", message: "sns: no rights" }] })];
  await handle({});
  expect(said.lines).toContainEqual({
    level: "warn",
    message: "an incident is not said yet",
    details: { id: "inc-1", message: "sns: no rights" },
  });
  expect(said.measured).toEqual({ incidentsUnsaid: 1, messagesFailed: 1 });
});

test("a stream's record waits for the sweep that may have passed it; a schedule comes again by itself", async () => {
  sweeps = [sweep(1), sweep(1)];
  await leases.acquire("say", "another", 30_000);
  expect(await handle({})).toBeNull();
  expect(paused).toBe(0);
  expect(await handle(STREAM)).toMatchObject({ looked: 1 });
  expect(paused).toBe(30_000);
});

test("it does not wait for ever", async () => {
  await leases.acquire("say", "another", 10 * MINUTE);
  expect(await handle(STREAM)).toBeNull();
  expect(paused).toBeLessThanOrEqual(MINUTE);
});
