import { expect, test } from "@jest/globals";
import type { Answer } from "#adapters/opensearch/connection.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { Pace } from "#lambdas/shared/pace.ts";

/** A cluster that answers what the test says, and time that passes only where somebody waits. */
function opened() {
  const world = { time: 0, sent: [] as number[], answer: (): Answer => ({ status: 200, body: { errors: false } }) };
  const connection = {
    url: "http://node.test",
    send: async () => {
      world.sent.push(world.time);
      return world.answer();
    },
    close: async () => {},
  };
  const pace = new Pace(connection, {
    now: () => world.time,
    pause: async (milliseconds) => {
      world.time += milliseconds;
    },
    random: () => 1,
  });
  return { world, pace };
}

const BUSY: Answer = { status: 429, body: { error: { type: "rejected_execution_exception", reason: "full" } } };
const bulk = (pace: Pace, until = Number.POSITIVE_INFINITY) => pace.during(until).send("POST", "/_bulk");

test("a cluster that takes everything is not waited for", async () => {
  const { world, pace } = opened();
  for (let n = 0; n < 3; n++) await bulk(pace);
  expect(world.sent).toEqual([0, 0, 0]);
});

test("the less it takes the less it is asked, across invocations; and at once again when it recovers", async () => {
  const { world, pace } = opened();
  world.answer = () => BUSY;
  for (let n = 0; n < 9; n++) await bulk(pace);
  expect(world.sent.map((time) => time / 1000)).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5]);
  world.answer = () => ({ status: 200, body: { errors: false } });
  for (let n = 0; n < 3; n++) await bulk(pace);
  expect(world.sent.slice(9).map((time) => time / 1000)).toEqual([121.5, 121.5, 121.5]);
});

test.each([
  ["documents in it were too much", { status: 200, body: { errors: true, items: [{ create: { status: 429 } }] } }],
  ["a shard was missing", { status: 200, body: { errors: true, items: [{ create: { status: 503 } }] } }],
  ["the answer was cut off", { status: 200, body: { errors: true, items: [{ create: {} }] } }],
  ["the node was starting", { status: 503, body: null }],
])("it waits where %s", async (_, answer) => {
  const { world, pace } = opened();
  world.answer = () => answer;
  await bulk(pace);
  await bulk(pace);
  expect(world.sent).toEqual([0, 500]);
});

test("not where documents were there already, or are refused for good", async () => {
  const { world, pace } = opened();
  const items = [{ create: { status: 409 } }, { create: { status: 400 } }, { create: { status: 201 } }];
  world.answer = () => ({ status: 200, body: { errors: true, items } });
  await bulk(pace);
  await bulk(pace);
  expect(world.sent).toEqual([0, 0]);
});

test("no answer at all is too much as well, and is said as such", async () => {
  const { world, pace } = opened();
  world.answer = () => {
    throw new TrailwatchError("OPENSEARCH_UNREACHABLE", "no answer", "wait");
  };
  expect(await bulk(pace)).toMatchObject({ status: 503, body: { error: { reason: "no answer" } } });
  await bulk(pace);
  expect(world.sent).toEqual([0, 500]);
});

test("what no waiting helps against is passed on", async () => {
  const { world, pace } = opened();
  world.answer = () => {
    throw new TrailwatchError("OPENSEARCH_FORBIDDEN", "no permission", "map the role");
  };
  await expect(bulk(pace)).rejects.toMatchObject({ code: "OPENSEARCH_FORBIDDEN" });
});

test("nothing is sent when the time of the invocation is over sooner than the pause", async () => {
  const { world, pace } = opened();
  world.answer = () => BUSY;
  for (let n = 0; n < 5; n++) await bulk(pace);
  await expect(bulk(pace, world.time + 1_000)).rejects.toMatchObject({ code: "OPENSEARCH_BUSY" });
  expect(world.sent).toHaveLength(5);
  await bulk(pace, world.time + 60_000);
  expect(world.sent).toHaveLength(6);
});

test("questions are not paced", async () => {
  const { world, pace } = opened();
  world.answer = () => BUSY;
  await bulk(pace);
  world.answer = () => ({ status: 200, body: {} });
  await pace.during(0).send("POST", "/_mget");
  expect(world.sent).toEqual([0, 0]);
});
