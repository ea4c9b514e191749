import { expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { WATCH, type WatchCheckpoint } from "#core/live/checkpoint.ts";
import type { Steps } from "#core/live/watch-context.ts";
import { ORGANIZATION } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";
import { CONFIG, END, SMALL_WORLD } from "./small-world.ts";

const STEPS: Steps = { first: 5_000, most: 50_000, span: DAY };
const NOW = END + HOUR;

/** A cluster that is asked for so many events and ends the run that asks for more, in whatever way. */
function bearing(most: number): { readonly deployment: Deployment; readonly asked: number[]; most: number } {
  const deployment = new Deployment(CONFIG, ORGANIZATION, STEPS);
  const asked: number[] = [];
  const cluster = { deployment, asked, most };
  const sound = deployment.events.arrived.bind(deployment.events);
  deployment.events.arrived = async (since, window, portion) => {
    asked.push(portion.events);
    if (portion.events > cluster.most) throw new Error("more than there is memory for");
    return await sound(since, window, portion);
  };
  return cluster;
}

const add = ({ events }: Deployment, world: typeof SMALL_WORLD, at: number): void =>
  events.add(
    world.map((event) => ({ event, counted: true })),
    at,
  );

/** One run a minute until one has nothing left to do. */
async function caughtUp(deployment: Deployment, from: number): Promise<void> {
  for (let now = from; now < from + HOUR; now += MINUTE) {
    const report = await deployment.watch(now).catch(() => null);
    if (report?.caughtUpTo === null) return;
  }
  throw new Error("it did not catch up");
}

test("a step that came to no end is followed by half of it, until one does, and all is gone through", async () => {
  const { deployment, asked } = bearing(1_000);
  add(deployment, SMALL_WORLD, END);
  await caughtUp(deployment, NOW);
  // Warily more after that.
  expect(asked.slice(0, 6)).toEqual([5_000, 2_500, 1_250, 625, 704, 792]);
  const { deployment: sound } = bearing(STEPS.most);
  add(sound, SMALL_WORLD, END);
  await caughtUp(sound, NOW);
  expect(deployment.rollups.rows()).toEqual(sound.rollups.rows());
  expect(deployment.keptFindings()).toEqual(sound.keptFindings());
});

test("what came while nothing ran becomes steps where a run cannot go through it at once", async () => {
  const { deployment, asked } = bearing(20_000);
  const until = END - DAY;
  add(
    deployment,
    SMALL_WORLD.filter(({ time }) => time < until),
    until,
  );
  await caughtUp(deployment, until);
  asked.length = 0;
  add(
    deployment,
    SMALL_WORLD.filter(({ time }) => time >= until),
    END,
  );
  await caughtUp(deployment, NOW);
  expect(asked.slice(0, 3)).toEqual([50_000, 25_000, 12_500]);
});

test("a cluster that cannot be reached for a night leaves steps that are small, not none", async () => {
  const cluster = bearing(-1);
  const { deployment, asked } = cluster;
  add(deployment, SMALL_WORLD, END);
  const morning = NOW + 12 * HOUR;
  for (let now = NOW; now < morning; now += MINUTE) await expect(deployment.watch(now)).rejects.toThrow("memory");
  expect(asked.at(-1)).toBe(500);
  cluster.most = STEPS.most;
  await caughtUp(deployment, morning);
  // When nothing is left a run may have as much as ever.
  await deployment.watch(morning + HOUR);
  expect(asked.at(-1)).toBe(STEPS.most);
});

test("runs of one process that go through step after step have failed in none", async () => {
  const { deployment, asked } = bearing(STEPS.most);
  add(deployment, SMALL_WORLD, END);
  await caughtUp(deployment, NOW);
  await deployment.watch(NOW + HOUR);
  expect(asked.length).toBeGreaterThan(3);
  expect(asked).toEqual([...asked].sort((a, b) => a - b));
  const { token } = (await deployment.checkpoints.read(WATCH)) as WatchCheckpoint;
  expect(token).toBe(2);
});

test("a step that was slow is followed by a smaller one, and none is begun that may not come to its end in time", async () => {
  const { deployment, asked } = bearing(STEPS.most);
  add(deployment, SMALL_WORLD, END);
  const { events, clock } = deployment;
  const sound = events.arrived.bind(events);
  events.arrived = async (...question) => {
    clock.time += MINUTE;
    return await sound(...question);
  };
  // A third one would end a quarter of a minute past it.
  const { steps } = await deployment.watch(NOW, NOW + 2.75 * MINUTE);
  expect(steps).toBe(2);
  await deployment.watch(NOW + HOUR, NOW);
  expect(asked).toEqual([5_000, 2_500, 1_250]);
});
