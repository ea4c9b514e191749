import { expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { WATCH, type WatchCheckpoint } from "#core/live/checkpoint.ts";
import type { Steps } from "#core/live/watch-context.ts";
import { event, MAIN, ORGANIZATION, START } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";
import { CONFIG, END, SMALL_WORLD } from "./small-world.ts";

const entry = (minute: number) => ({
  event: event({ account: MAIN, time: START + minute * MINUTE, action: "DescribeInstances", readOnly: true }),
  counted: true,
});

test("what was written shortly before a run, and could not be seen by it yet, is heard by the next one", async () => {
  const deployment = new Deployment(CONFIG, ORGANIZATION);
  deployment.events.add([entry(0)], START + 4 * MINUTE);
  expect((await deployment.watch(START + 10 * MINUTE)).arrived).toBe(1);
  // By the clock of whoever wrote it, a minute before that run.
  deployment.events.add([entry(6)], START + 9 * MINUTE);
  expect((await deployment.watch(START + 11 * MINUTE)).arrived).toBe(1);
  // And no more after that.
  await deployment.watch(START + 14 * MINUTE);
  expect((await deployment.watch(START + 17 * MINUTE)).arrived).toBe(0);
});

test("what a step bears on later is heard with its own step, and not before", async () => {
  const caughtUp = async (steps?: Steps): Promise<Deployment> => {
    const deployment = new Deployment(CONFIG, ORGANIZATION, steps);
    deployment.events.add(
      SMALL_WORLD.map((one) => ({ event: one, counted: true })),
      END,
    );
    const sound = deployment.events.arrived.bind(deployment.events);
    // As where what was made has an end, which has another price now.
    deployment.events.arrived = async (since, window, portion) => {
      const { buckets, until } = await sound(since, window, portion);
      return { buckets: until < window.end ? [...buckets, until + 6 * HOUR] : buckets, until };
    };
    for (;;) {
      const { caughtUpTo } = await deployment.watch(END + HOUR, END + HOUR - 1);
      if (caughtUpTo === null) return deployment;
      const { accounts } = (await deployment.checkpoints.read(WATCH)) as WatchCheckpoint;
      for (const { open, delivery } of Object.values(accounts)) {
        expect(Math.max(delivery.next, ...open)).toBeLessThanOrEqual(caughtUpTo);
      }
    }
  };
  const [inSteps, atOnce] = [await caughtUp({ first: 40, most: 80, span: DAY }), await caughtUp()];
  expect(inSteps.rollups.rows()).toEqual(atOnce.rollups.rows());
  expect(inSteps.keptFindings()).toEqual(atOnce.keptFindings());
});
