import { expect, test } from "@jest/globals";
import { MINUTE } from "#core/domain/time.ts";
import { event, MAIN, ORGANIZATION, START } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";
import { CONFIG } from "./small-world.ts";

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
