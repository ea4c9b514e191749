import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import { WATCH, type WatchCheckpoint } from "#core/live/checkpoint.ts";
import { Killed } from "../fakes/faults.ts";
import { ORGANIZATION, START } from "../unit/incidents/world.ts";
import { Deployment } from "../unit/live/deployment.ts";
import { CONFIG, END, PLANTED, SMALL_WORLD } from "../unit/live/small-world.ts";

const STEP = 30 * MINUTE;
/** When the last bucket has closed. */
const LAST = END + HOUR;

const TIMES: readonly EpochMs[] = Array.from({ length: (LAST - START) / STEP + 1 }, (_, at) => START + at * STEP);

type Run = (deployment: Deployment, now: EpochMs) => Promise<unknown>;
const RUNS: readonly Run[] = [
  (deployment, now) => deployment.watch(now),
  (deployment, now) => deployment.keep(now),
  (deployment, now) => deployment.say(now),
];

/** Everything as it comes, in order; `run` is asked for each function at each time. */
async function deployed(
  run: (one: () => Promise<unknown>, deployment: Deployment) => Promise<void>,
): Promise<Deployment> {
  const deployment = new Deployment(CONFIG, ORGANIZATION);
  let next = 0;
  for (const now of TIMES) {
    const from = next;
    while (next < SMALL_WORLD.length && (SMALL_WORLD[next]?.time ?? 0) + 4 * MINUTE <= now) next++;
    deployment.events.add(
      SMALL_WORLD.slice(from, next).map((event) => ({ event, counted: true })),
      now,
    );
    for (const one of RUNS) await run(() => one(deployment, now), deployment);
  }
  return deployment;
}

const once = (): Promise<Deployment> => deployed(async (one) => void (await one()));

/** All that is kept; what a channel calls its messages is its own business. */
const stateOf = async (deployment: Deployment) => ({
  findings: deployment.findings.all(),
  states: deployment.states.all(),
  rollups: deployment.rollups.rows(),
  watch: { ...((await deployment.checkpoints.read(WATCH)) as WatchCheckpoint), token: null },
  forwarded: deployment.incidents.forwarded(),
  incidents: deployment.incidents
    .all()
    .map(({ version: _, said, ...incident }) => ({
      ...incident,
      said: said && { ...said, messageIds: Object.keys(said.messageIds) },
    }))
    .sort((a, b) => (a.draft.id < b.draft.id ? -1 : 1)),
});

const messagesOf = ({ notifier }: Deployment): readonly string[] =>
  notifier.published.map(({ incident, occasion }) => `${incident.id} ${incident.revision} ${occasion}`).sort();

const undisturbed = once();

test("what was planted is found and said, once", async () => {
  const deployment = await undisturbed;
  for (const { account, principal } of PLANTED) {
    const found = deployment.notifier.published.filter(
      ({ incident, occasion }) =>
        occasion === "opened" &&
        incident.accounts.some(({ id }) => id === account) &&
        incident.principals.some(({ value }) => value === principal),
    );
    expect(found).toHaveLength(1);
  }
  expect(Object.keys(deployment.states.all())).not.toEqual([]);
});

test("a run that is repeated changes nothing, in the same process or in another one", async () => {
  const single = await undisturbed;
  const twice = await deployed(async (one, deployment) => {
    await one();
    const before = deployment.faults.writes;
    if (before % 2 === 0) deployment.restart();
    await one();
    // The time of the last run, and nothing else.
    expect(deployment.faults.writes - before).toBeLessThanOrEqual(1);
  });
  expect(await stateOf(twice)).toEqual(await stateOf(single));
  expect(messagesOf(twice)).toEqual(messagesOf(single));
}, 120_000);

test("a process that dies between any two writes, and another that runs again, leave what one run would have left", async () => {
  const single = await undisturbed;
  const expected = await stateOf(single);
  const messages = messagesOf(single);
  const kill = fc.record({
    write: fc.integer({ min: 1, max: single.faults.writes }),
    when: fc.constantFrom("before" as const, "after" as const),
  });
  await fc.assert(
    fc.asyncProperty(kill, async ({ write, when }) => {
      let killedAt = "";
      const deployment = await deployed(async (one, here) => {
        if (here.faults.writes === 0 && killedAt === "") here.faults.killAt(write, when);
        try {
          await one();
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          killedAt = error.message;
          here.restart();
          await one();
        }
      });
      expect(killedAt).not.toBe("");
      expect(await stateOf(deployment)).toEqual(expected);
      // The one case: published, and not recorded.
      const repeated = killedAt.startsWith("killed at message") && when === "after";
      const distinct = [...new Set(messagesOf(deployment))];
      expect(distinct).toEqual(messages);
      const extra = messagesOf(deployment).length - messages.length;
      expect(extra).toBeLessThanOrEqual(1);
      if (!repeated && !killedAt.startsWith("killed at incident")) expect(extra).toBe(0);
    }),
    { numRuns: 10 },
  );
}, 240_000);

/** A few minutes mostly, hours now and then. */
const delay = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.integer({ min: 12, max: 240 }) },
);

test("late, and in whatever order: what was planted is found", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(delay, { minLength: 97, maxLength: 97 }), async (delays) => {
      const deployment = new Deployment(CONFIG, ORGANIZATION);
      const arriving = SMALL_WORLD.map((event, at) => ({
        event,
        at: event.time + (delays[(at * 31) % delays.length] as number) * MINUTE,
      })).sort((a, b) => a.at - b.at);
      let next = 0;
      for (const now of [...TIMES, LAST + 4 * HOUR]) {
        const from = next;
        while (next < arriving.length && (arriving[next]?.at ?? 0) <= now) next++;
        deployment.events.add(
          arriving.slice(from, next).map(({ event }) => ({ event, counted: true })),
          now,
        );
        for (const run of RUNS) await run(deployment, now);
      }
      const kept = deployment.incidents.all().filter(({ withdrawnAt }) => withdrawnAt === null);
      for (const { account, principal } of PLANTED) {
        const found = kept.filter(
          ({ draft }) =>
            draft.paging.paged &&
            draft.accounts.some(({ id }) => id === account) &&
            draft.principals.some(({ value }) => value === principal),
        );
        expect(found).toHaveLength(1);
        // What comes later may make it graver than it looked when it was first said.
        expect(["opened", "updated"]).toContain(found[0]?.said?.occasion);
      }
    }),
    { numRuns: 3 },
  );
}, 240_000);
