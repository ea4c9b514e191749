import { expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import type { Anomaly, Finding, PolicyViolation } from "#core/domain/finding.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { WATCH, type WatchCheckpoint } from "#core/live/checkpoint.ts";
import { costing, event, instances, OFFICE, ORGANIZATION, role, START } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";
import { CONFIG, END, PLANTED, SMALL_WORLD } from "./small-world.ts";

const STEPS = { first: 40, most: 80, span: DAY };

const written = (events: readonly PricedUsageEvent[]) => events.map((one) => ({ event: one, counted: true }));

const DAYS = 12;

/** The same every day at the same hour: a routine after some days. */
const ROUTINE = Array.from({ length: DAYS }, (_, day) =>
  event({
    time: START + day * DAY + 9 * HOUR,
    service: "iam",
    action: "AttachRolePolicy",
    marks: ["admin-granted"],
    principal: { type: "role", id: role("deploy"), name: "deploy" },
    origin: { network: OFFICE },
  }),
);

const PULSE = Array.from({ length: DAYS * 48 }, (_, at) =>
  event({ time: START + at * 30 * MINUTE, action: "DescribeInstances", readOnly: true }),
);

test("what was done every day of a history is a routine to whoever has only caught up on it", async () => {
  const now: EpochMs = START + DAYS * DAY;
  const judged = async (days: number) => {
    const config = parseConfig({ live: { groupDays: days, leakMinutes: 1 } });
    const deployment = new Deployment(config, ORGANIZATION, STEPS);
    deployment.events.add(written([...ROUTINE, ...PULSE].sort((a, b) => a.time - b.time)), now);
    await deployment.watch(now);
    return deployment
      .keptFindings()
      .filter((finding): finding is PolicyViolation => finding.kind === "policy" && finding.id.startsWith("danger-"))
      .map(({ id, window, severity, severityReasons }) => ({ id, window, severity, severityReasons }));
  };
  const [all, lately] = [await judged(30), await judged(2)];
  expect(lately).toEqual(all.filter(({ window }) => window.end >= now - 2 * DAY));
  expect(lately.length).toBeGreaterThan(0);
  for (const { severityReasons } of lately) expect(severityReasons.join()).toContain("a routine");
});

test("what comes late of accounts that are known is counted and found, in steps, and time does not go back for them", async () => {
  const late = SMALL_WORLD.filter(({ principal }) => PLANTED.some((planted) => planted.principal === principal.id));
  const deployment = new Deployment(CONFIG, ORGANIZATION, { first: 5, most: 5, span: 2 * HOUR });
  deployment.events.add(written(SMALL_WORLD.filter((one) => !late.includes(one))), END);
  await deployment.watch(END + HOUR);
  const before = deployment.rollups.rows().length;
  deployment.events.add(written(late), END + 2 * HOUR);
  const now = END + 2 * HOUR + MINUTE;
  const told = [];
  for (;;) {
    const report = await deployment.watch(now, now - 1);
    told.push(report.closedUntil);
    if (report.caughtUpTo === null) break;
  }
  expect(told.length).toBeGreaterThan(3);
  expect(told.every((closed) => closed !== null && closed >= END)).toBe(true);
  expect(deployment.rollups.rows().length).toBeGreaterThan(before);
  for (const { account } of PLANTED) {
    const found = deployment.keptFindings().filter((finding) => finding.account === account);
    expect(found.some(({ kind }) => kind === "policy")).toBe(true);
  }
});

test("what comes late into what was found is counted in it, however little it is", async () => {
  const late = SMALL_WORLD.filter(({ marks }) => marks.includes("secret-read")).at(-1);
  const secretsRead = (deployment: Deployment): readonly number[] =>
    deployment
      .keptFindings()
      .filter((finding: Finding): finding is Anomaly => finding.kind === "anomaly" && finding.signal === "secrets-read")
      .map(({ actual }) => actual);
  const deployment = new Deployment(CONFIG, ORGANIZATION);
  deployment.events.add(written(SMALL_WORLD.filter((one) => one !== late)), END);
  await deployment.watch(END + HOUR);
  expect(secretsRead(deployment)).toEqual([23]);
  deployment.events.add(written(SMALL_WORLD.filter((one) => one === late)), END + 2 * HOUR);
  await deployment.watch(END + 2 * HOUR + MINUTE);
  expect(secretsRead(deployment)).toEqual([24]);
});

test("what was found after it stands when something comes late of an account that is known", async () => {
  const now = START + DAYS * DAY;
  const dangers = (deployment: Deployment): readonly string[] =>
    deployment
      .keptFindings()
      .filter(({ id }) => id.startsWith("danger-"))
      .map(({ id }) => id);
  const world = [...ROUTINE, ...PULSE].sort((a, b) => a.time - b.time);
  const late = [ROUTINE[1], PULSE.at(-20)].flatMap((one) => one ?? []);
  const whole = new Deployment(CONFIG, ORGANIZATION);
  whole.events.add(written(world), now);
  await whole.watch(now);
  expect(dangers(whole)).toHaveLength(DAYS);
  // The last one is for another step.
  const deployment = new Deployment(CONFIG, ORGANIZATION, { ...STEPS, most: 1 });
  deployment.events.add(written(world.filter((one) => !late.includes(one))), now - HOUR);
  await deployment.watch(now);
  expect(dangers(deployment)).toHaveLength(DAYS - 1);
  deployment.events.add(written(late), now + HOUR);
  expect((await deployment.watch(now + 2 * HOUR)).steps).toBe(2);
  expect(dangers(deployment)).toEqual(dangers(whole));
});

test("what departed before anything is of concern is learnt, and nobody is examined for it", async () => {
  const theft = END - DAY + 9 * HOUR;
  const examinedBy = async (now: EpochMs): Promise<number> => {
    const config = parseConfig({ live: { groupDays: 2, leakMinutes: 1 } });
    const deployment = new Deployment(config, ORGANIZATION, STEPS);
    const before = SMALL_WORLD.filter(({ time, account }) => account === PLANTED[0].account && time < theft + 2 * HOUR);
    deployment.events.add(written(before), END);
    return (await deployment.watch(now)).examined;
  };
  expect(await examinedBy(theft + 2 * DAY)).toBeGreaterThan(0);
  expect(await examinedBy(theft + 2 * DAY + 3 * HOUR)).toBe(0);
});

test("what is written while a deployment catches up, of a time that it is past, is heard by the run after it", async () => {
  const late = event({ time: END - 5 * HOUR, quantities: [instances(50)], cost: costing(900) });
  const deployment = new Deployment(CONFIG, ORGANIZATION, { first: 10, most: 10, span: HOUR });
  deployment.events.add(written(SMALL_WORLD), END);
  // All of it takes less than an hour, after which everything is looked through again anyway.
  let now = END;
  let caughtUpTo: EpochMs | null = null;
  let waits = true;
  do {
    ({ caughtUpTo } = await deployment.watch(now, now - 1));
    if (waits && caughtUpTo !== null && caughtUpTo > late.time) {
      deployment.events.add(written([late]), now);
      waits = false;
    }
    now += MINUTE / 2;
  } while (caughtUpTo !== null);
  const launched = (): boolean =>
    deployment.rollups.rows().some(({ signal, value }) => signal === "instances-launched" && value === 50);
  expect(launched()).toBe(false);
  expect(now - END).toBeLessThan(HOUR);
  await deployment.watch(now);
  expect(launched()).toBe(true);
});

test("a new account's history is gone through in steps, whatever is known of others", async () => {
  const [one, other] = PLANTED.map(({ account }) => SMALL_WORLD.filter((done) => done.account === account));
  const deployment = new Deployment(CONFIG, ORGANIZATION);
  deployment.events.add(written(one ?? []), END);
  await deployment.watch(END + HOUR);
  deployment.events.add(written(other ?? []), END + 2 * HOUR);
  expect((await deployment.watch(END + 3 * HOUR)).steps).toBeGreaterThanOrEqual(3);
});

test("when an account's first event was is known for longer than the event is kept", async () => {
  const deployment = new Deployment(CONFIG, ORGANIZATION);
  const { events } = deployment;
  events.add(written(SMALL_WORLD), END);
  await deployment.watch(END + HOUR);
  const { logged } = (await deployment.checkpoints.read(WATCH)) as WatchCheckpoint;
  const sound = events.coverage.bind(events);
  events.coverage = async () => (await sound()).map((account) => ({ ...account, first: account.first + DAY }));
  deployment.restart();
  await deployment.watch(END + 2 * HOUR);
  expect(((await deployment.checkpoints.read(WATCH)) as WatchCheckpoint).logged).toEqual(logged);
  expect(Object.keys(logged)).toHaveLength(2);
});

test("time does not go on while somebody waits for an examination", async () => {
  const config = parseConfig({ live: { groupDays: 30, leakMinutes: 1, examinations: 1 } });
  const deployment = new Deployment(config, ORGANIZATION, STEPS);
  deployment.events.add(written(SMALL_WORLD), END);
  let deferred = 0;
  for (let before: EpochMs | null = 0, waits = false; ; ) {
    const report = await deployment.watch(END + HOUR, END);
    if (waits) expect(report.caughtUpTo).toBe(before);
    before = report.caughtUpTo;
    if (before === null) break;
    const { pending } = (await deployment.checkpoints.read(WATCH)) as WatchCheckpoint;
    waits = pending.some(({ notBefore }) => notBefore === null);
    deferred += report.deferred;
  }
  expect(deferred).toBeGreaterThan(3);
});
