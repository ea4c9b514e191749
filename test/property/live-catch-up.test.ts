import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseConfig } from "#core/config/index.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { WATCH, type WatchCheckpoint } from "#core/live/checkpoint.ts";
import type { Steps } from "#core/live/watch-context.ts";
import { Killed } from "../fakes/faults.ts";
import { ORGANIZATION, START } from "../unit/incidents/world.ts";
import { Deployment } from "../unit/live/deployment.ts";
import { CONFIG, END, LAST_DAY, PLANTED, SMALL_WORLD } from "../unit/live/small-world.ts";

/** When all buckets have closed. */
const LAST = END + HOUR;
/** Of its first day only models learn. */
const LEARNING = parseConfig({ live: { groupDays: 2, leakMinutes: 1 } });

const AT_ONCE: Steps = {
  first: Number.POSITIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
  span: Number.POSITIVE_INFINITY,
};

const written = (events: readonly PricedUsageEvent[]) => events.map((event) => ({ event, counted: true }));

/** What was found, learnt and counted, and how far. */
const stateOf = async (deployment: Deployment) => {
  const { rollUp, accounts, logged, catchUp } = (await deployment.checkpoints.read(WATCH)) as WatchCheckpoint;
  const firstUses: string[] = [];
  for await (const use of deployment.firstUses.read()) firstUses.push(JSON.stringify(use));
  return {
    findings: deployment.keptFindings(),
    states: deployment.states.all(),
    rollups: deployment.rollups.rows(),
    firstUses: firstUses.sort(),
    watermarks: { rollUp, accounts, logged, catchUp },
  };
};

const incidentsOf = (deployment: Deployment) =>
  deployment.incidents
    .all()
    .filter(({ withdrawnAt }) => withdrawnAt === null)
    .map(({ draft }) => draft)
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** A store that was filled before anything ran, gone through at once. */
async function atOnce(config: typeof CONFIG, now = LAST): Promise<Deployment> {
  const deployment = new Deployment(config, ORGANIZATION, AT_ONCE);
  deployment.events.add(written(SMALL_WORLD), END);
  await deployment.watch(now);
  await deployment.keep(now);
  return deployment;
}

const steps = fc.record({
  first: fc.integer({ min: 1, max: 400 }),
  most: fc.integer({ min: 400, max: 2000 }),
  span: fc.integer({ min: 1, max: 72 }).map((hours) => hours * HOUR),
});

const mayKill = fc.option(
  fc.record({
    write: fc.integer({ min: 1, max: 120 }),
    when: fc.constantFrom("before" as const, "after" as const),
  }),
);

/** Runs of one step or of many, in processes that live on or not, until nothing is left. */
async function caughtUp(
  deployment: Deployment,
  now: EpochMs,
  runs: readonly { readonly oneStep: boolean; readonly restart: boolean }[],
): Promise<number> {
  let all = 0;
  for (let at = 0; ; at++) {
    const run = runs[at % runs.length];
    if (run?.restart) deployment.restart();
    try {
      const { caughtUpTo, steps: made } = await deployment.watch(now, run?.oneStep ? now - 1 : undefined);
      all += made;
      await deployment.keep(now);
      if (caughtUpTo === null) return all;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      // Or the process lives on, as it does where a store refused.
      if (run?.restart) deployment.restart();
    }
    expect(at).toBeLessThan(10_000);
  }
}

const runs = fc.array(fc.record({ oneStep: fc.boolean(), restart: fc.boolean() }), { minLength: 1, maxLength: 5 });

test("whatever the steps, and wherever one dies, the same is found, learnt and counted as at once", async () => {
  const whole = new Map([
    [CONFIG, await stateOf(await atOnce(CONFIG))],
    [LEARNING, await stateOf(await atOnce(LEARNING))],
  ]);
  const incidents = incidentsOf(await atOnce(CONFIG));
  expect(incidents.length).toBeGreaterThanOrEqual(PLANTED.length);
  await fc.assert(
    fc.asyncProperty(steps, runs, mayKill, fc.constantFrom(CONFIG, LEARNING), async (some, inRuns, kill, config) => {
      const deployment = new Deployment(config, ORGANIZATION, some);
      deployment.events.add(written(SMALL_WORLD), END);
      if (kill) deployment.faults.killAt(kill.write, kill.when);
      const made = await caughtUp(deployment, LAST, inRuns);
      if (!kill && (some.first < 100 || some.span < DAY)) expect(made).toBeGreaterThan(2);
      expect(await stateOf(deployment)).toEqual(whole.get(config));
      if (config === CONFIG) expect(incidentsOf(deployment).map(({ id }) => id)).toEqual(incidents.map(({ id }) => id));
    }),
    { numRuns: 25 },
  );
}, 240_000);

/** As of {@link stateOf} what does not depend on when somebody looked, for accounts that are followed from the beginning. */
const knownTo = async (deployment: Deployment) => {
  const { findings, states, rollups, firstUses, watermarks } = await stateOf(deployment);
  const accounts = Object.entries(watermarks.accounts).map(([account, { leaksAt: _, ...rest }]) => [account, rest]);
  return { findings, states, rollups, firstUses, accounts, rollUp: watermarks.rollUp };
};

/** Expects that after every step of catching up that is known which one run would have known at that time. */
async function expectNothingLater(world: readonly PricedUsageEvent[], some: Steps): Promise<void> {
  const deployment = new Deployment(CONFIG, ORGANIZATION, some);
  deployment.events.add(written(world), END);
  for (let made = 0; ; made++) {
    const { caughtUpTo } = await deployment.watch(LAST, LAST - 1);
    if (caughtUpTo === null) {
      expect(made).toBeGreaterThan(0);
      return;
    }
    const then = new Deployment(CONFIG, ORGANIZATION, AT_ONCE);
    then.events.add(written(world.filter(({ time }) => time < caughtUpTo)), END);
    await then.watch(caughtUpTo - 1);
    expect(await knownTo(deployment)).toEqual(await knownTo(then));
  }
}

test("after every step that is known which one run would know at that time, and nothing of what happened later", async () => {
  await fc.assert(
    fc.asyncProperty(steps, (some) => expectNothingLater(SMALL_WORLD, some)),
    { numRuns: 3 },
  );
}, 240_000);

test("so it is from bucket to bucket, where what is still open is too much already", async () => {
  const [from, to] = [LAST_DAY + 8 * HOUR, LAST_DAY + 10 * HOUR];
  const hours = SMALL_WORLD.filter(({ time }) => time >= from && time < to);
  // With what makes it long enough to be caught up on.
  const world = [...SMALL_WORLD.slice(0, 2), ...hours];
  await expectNothingLater(world, { first: 1, most: 1, span: DAY });
}, 60_000);

test("hours in which nothing ran, and a history that is written later, leave what would have been found in time", async () => {
  const later = LAST + 2 * HOUR;
  const whole = await atOnce(CONFIG);
  await whole.watch(later);
  const expected = await stateOf(whole);
  const split = fc.record({
    /** Of the world, what is there when the deployment begins to run. */
    begins: fc.integer({ min: 1, max: 60 }),
    stops: fc.integer({ min: 61, max: 71 }),
  });
  await fc.assert(
    fc.asyncProperty(steps, runs, split, async (some, inRuns, { begins, stops }) => {
      const deployment = new Deployment(CONFIG, ORGANIZATION, some);
      const [from, to] = [START + begins * HOUR, START + stops * HOUR];
      for (let now = from; now < to; now += HOUR) {
        const came = SMALL_WORLD.filter(({ time }) => time >= Math.max(from, now - HOUR) && time < now);
        deployment.events.add(written(came), now);
        await caughtUp(deployment, now, [{ oneStep: false, restart: false }]);
      }
      const end = to - HOUR;
      deployment.events.add(written(SMALL_WORLD.filter(({ time }) => time >= end)), END + 1);
      deployment.events.add(written(SMALL_WORLD.filter(({ time }) => time < from)), END + 2);
      await caughtUp(deployment, LAST, inRuns);
      // What waited for time to come as far again, and for a violation's turn.
      await deployment.watch(later);
      expect(await stateOf(deployment)).toEqual(expected);
    }),
    { numRuns: 8 },
  );
}, 240_000);

test("what is history, and what is of concern, is told apart to the bucket", async () => {
  const border = fc.record({
    /** Where what is of concern begins, among what was planted. */
    at: fc.integer({ min: 0, max: (END - LAST_DAY) / MINUTE }).map((minutes) => LAST_DAY + minutes * MINUTE),
    days: fc.integer({ min: 2, max: 4 }),
  });
  const found = async (groupDays: number, now: EpochMs, some: Steps) => {
    const deployment = new Deployment(parseConfig({ live: { groupDays, leakMinutes: 1 } }), ORGANIZATION, some);
    deployment.events.add(written(SMALL_WORLD), END);
    await caughtUp(deployment, now, [{ oneStep: false, restart: false }]);
    return deployment.keptFindings();
  };
  await fc.assert(
    fc.asyncProperty(steps, border, async (some, { at, days }) => {
      const now = at + days * DAY;
      const all = await found(30, now, AT_ONCE);
      expect(await found(days, now, some)).toEqual(all.filter(({ window }) => window.end >= at));
    }),
    { numRuns: 15 },
  );
}, 240_000);

test("what comes late of accounts that are known leaves the same, in whatever steps it is heard", async () => {
  /** Stretches of the world, but for the first event of every account. */
  const stretch = fc.record({
    from: fc.integer({ min: 10, max: SMALL_WORLD.length }),
    events: fc.integer({ min: 1, max: 40 }),
  });
  const now = LAST + 2 * HOUR;
  const heard = async (some: Steps, late: readonly { readonly from: number; readonly events: number }[]) => {
    const isLate = (at: number): boolean => late.some(({ from, events }) => at >= from && at < from + events);
    const deployment = new Deployment(CONFIG, ORGANIZATION, AT_ONCE);
    deployment.events.add(written(SMALL_WORLD.filter((_, at) => !isLate(at))), END);
    await deployment.watch(LAST);
    deployment.events.add(written(SMALL_WORLD.filter((_, at) => isLate(at))), LAST + HOUR);
    deployment.restart(some);
    await caughtUp(deployment, now, [{ oneStep: true, restart: false }]);
    return await knownTo(deployment);
  };
  await fc.assert(
    fc.asyncProperty(steps, fc.array(stretch, { minLength: 1, maxLength: 4 }), async (some, late) => {
      expect(await heard({ ...some, most: some.first }, late)).toEqual(await heard(AT_ONCE, late));
    }),
    { numRuns: 8 },
  );
}, 240_000);

test("of what is caught up on, that pages which goes on, not what was over before anybody could be told", async () => {
  const now = END + 12 * HOUR;
  const deployment = new Deployment(CONFIG, ORGANIZATION, { first: 50, most: 50, span: 6 * HOUR });
  deployment.events.add(written(SMALL_WORLD), END);
  for (let at = now; ; at += MINUTE) {
    const { caughtUpTo } = await deployment.watch(at, at - 1);
    await deployment.keep(at);
    await deployment.say(at);
    if (caughtUpTo === null) break;
  }
  const kept = incidentsOf(deployment);
  const about = (principal: string) =>
    kept.filter(({ principals }) => principals.some(({ value }) => value === principal));
  const [over, going] = PLANTED.map(({ principal }) => about(principal));
  expect(over).toMatchObject([{ state: "closed" }]);
  expect(going).toMatchObject([{ state: "open", paging: { paged: true } }]);
  expect(deployment.notifier.published.map(({ incident }) => incident.id)).toEqual(going?.map(({ id }) => id));
}, 60_000);
