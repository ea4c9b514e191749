import { expect, test } from "@jest/globals";
import { nanoUsd } from "#core/domain/money.ts";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import {
  anomaly,
  contextOf,
  draft,
  event,
  explain,
  launches,
  NIGHT,
  PROD,
  quantity,
  restartIds,
  SPAN,
} from "./world.ts";

test("what stands, less what was released, for a day and 30.4 days, exactly", async () => {
  restartIds();
  const made = launches(10, "m5.large", 0.1, NIGHT);
  const freed = event(NIGHT + HOUR, "ec2:TerminateInstances", {
    quantities: [
      quantity("instances", 5, {
        change: "removed",
        // four of ours and one that is not
        resourceIds: [
          ...made.slice(0, 4).flatMap(({ quantities }) => quantities.flatMap(({ resourceIds }) => resourceIds)),
          "i-other",
        ],
      }),
    ],
    cost: [{ kind: "rate", direction: "removed", lowPerHour: nanoUsd(0.5), highPerHour: nanoUsd(0.5), basis: [] }],
  });
  const { cost } = await explain(draft([anomaly("instances-launched", made, PROD, 1)], made, [PROD]), [...made, freed]);
  expect(cost).toMatchObject({
    status: "priced",
    // six of ten stand, 0.10 .. 0.12 per hour each: what was released goes at the rate at which it was added
    perDay: { low: "14.4", high: "17.28" },
    perMonth: { low: "437.76", high: "525.312" },
    once: null,
  });
});

test("the same machines counted as instances and as dollars cost once", async () => {
  restartIds();
  const made = launches(10, "m5.large", 0.1, NIGHT);
  const findings = [
    anomaly("instances-launched", made, PROD, 1),
    anomaly("usd-per-hour-added", made, PROD, 0.1, { actual: 1 }),
  ];
  const { cost } = await explain(draft(findings, made, [PROD]), made);
  expect(cost).toMatchObject({ perDay: { low: "24", high: "28.8" } });
});

test("unpriced is never zero", async () => {
  restartIds();
  const made = Array.from({ length: 3 }, (_, at) =>
    event(NIGHT + at * MINUTE, "ec2:RunInstances", {
      quantities: [quantity("instances", 1, { item: "x99.huge", resourceIds: [`i-${at}`] })],
      cost: [{ kind: "unpriced", direction: "added", reason: "no price for x99.huge" }],
    }),
  );
  const { cost } = await explain(draft([anomaly("instances-launched", made, PROD, 1)], made, [PROD]), made);
  expect(cost).toEqual({ status: "unpriced", reason: "no price for x99.huge" });
});

test("a part without a price is named beside the rest", async () => {
  restartIds();
  const made = [
    ...launches(2, "m5.large", 0.1, NIGHT),
    event(NIGHT, "ec2:RunInstances", {
      quantities: [quantity("instances", 1, { item: "x99.huge", resourceIds: ["i-9"] })],
      cost: [{ kind: "unpriced", direction: "added", reason: "no price for x99.huge" }],
    }),
  ];
  const { cost } = await explain(draft([anomaly("instances-launched", made, PROD, 1)], made, [PROD]), made);
  expect(cost).toMatchObject({ status: "priced", leftOut: ["no price for x99.huge (1 event)"] });
});

test("use goes on: at least what the hour saw, at most at the pace of the window", async () => {
  restartIds();
  const calls = Array.from({ length: 60 }, (_, at) =>
    event(NIGHT + at * 9000, "bedrock:InvokeModel", {
      quantities: [quantity("model-invocations", 1, { change: "used", item: "a-model" })],
      cost: [{ kind: "once", low: nanoUsd(0.01), high: nanoUsd(0.01), basis: ["a call"] }],
    }),
  );
  const { cost } = await explain(draft([anomaly("model-invocations", calls, PROD, 1)], calls, [PROD]), calls);
  expect(cost).toMatchObject({
    status: "priced",
    once: { low: "0.6", high: "0.6" },
    perDay: { low: "14.4", high: "86.4" },
  });
});

test("a storm longer than was read is priced at the average of what was, and it is said", async () => {
  restartIds();
  const calls = Array.from({ length: 5500 }, (_, at) =>
    event(NIGHT + at * 100, "lambda:Invoke", {
      resources: ["function/thumb"],
      quantities: [quantity("function-invocations", 1, { change: "used", item: "thumb" })],
      cost: [{ kind: "once", low: nanoUsd(0.0002), high: nanoUsd(0.0002), basis: ["a request"] }],
    }),
  );
  const { cost } = await explain(draft([anomaly("function-invocations", calls, PROD, 1)], calls, [PROD]), calls);
  expect(cost).toMatchObject({
    once: { low: "1.1", high: "1.1" },
    assumptions: expect.arrayContaining(["The first 2,000 of 5,500 were priced one by one, the rest at their average"]),
  });
});

test("what is not looked at any more does not count as released", async () => {
  restartIds();
  const made = launches(2, "m5.large", 0.1, NIGHT);
  const incident = await explain(draft([anomaly("instances-launched", made, PROD, null)], made, [PROD]), made, {
    span: { start: SPAN.start, end: NIGHT + DAY },
  });
  expect(incident.evidence.map(({ statement }) => statement)).toContain(
    "None of the 2 instances was released again by 2026-11-04 02:10 UTC",
  );
  expect(contextOf(made).span).toEqual(SPAN);
});
