import { expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import {
  anomaly,
  costing,
  daily,
  type EventChanges,
  event,
  FOREIGN,
  incidentsOf,
  instances,
  MAIN,
  role,
  START,
} from "./world.ts";

const NOW = START + 14 * DAY + 10 * HOUR;
const UNKNOWN = "no pipeline, deployment, scaling group or routine known here is behind";

const pipeline = (name: string): EventChanges => ({ principal: { id: role(name), name } });
const user = (name: string): EventChanges => ({
  principal: { id: `arn:aws:iam::${MAIN}:user/${name}`, name, type: "user" },
});
const TERRAFORM = pipeline("terraform-pipeline");
const JANE = user("jane");
const MALLORY = user("mallory");
const FROM_ABROAD = { origin: { network: FOREIGN, sourceIp: "203.0.113.9" } };

/** Pipeline and Jane both launch every day, she up to two. */
const USUAL = [...daily(6, 20, TERRAFORM), ...daily(6, 2, JANE)];

const launch = (size: number, changes: EventChanges, minute = 0): PricedUsageEvent =>
  event({ ...changes, time: NOW + minute * MINUTE, quantities: [instances(size)] });
const call = (action: string, changes: EventChanges, minute = 0): PricedUsageEvent =>
  event({ action, ...changes, time: NOW + minute * MINUTE });

/** What a pipeline does as usual, in `calls` of `size` instances. */
const asUsual = (calls: number, size: number): PricedUsageEvent[] =>
  Array.from({ length: calls }, (_, at) => launch(size, TERRAFORM, at % 10));

async function verdict(history: readonly PricedUsageEvent[], now: readonly PricedUsageEvent[]) {
  const [incident] = await incidentsOf([anomaly(now)], [...history, ...now]);
  if (!incident) throw new Error("no incident");
  expect(incident.paging.paged).toBe(!incident.expected.expected);
  return incident.expected;
}

test("what somebody adds is excused where it is a tenth of all, and what they do anyway", async () => {
  expect(await verdict(USUAL, [...asUsual(3, 8), launch(2, JANE)])).toMatchObject({ expected: true });
  expect(await verdict(USUAL, [...asUsual(3, 8), launch(3, JANE)])).toEqual({
    expected: false,
    reasons: [`${UNKNOWN} 3 of the 27 instances`],
  });
});

test("one call that makes more than all of a pipeline's is not excused by their number", async () => {
  const history = [...daily(6, 20, TERRAFORM), ...daily(6, 100, JANE)];
  expect(await verdict(history, [...asUsual(19, 1), launch(100, JANE)])).toEqual({
    expected: false,
    reasons: [`${UNKNOWN} 100 of the 119 instances`],
  });
});

test("nor is one that frees more, and one that frees little is", async () => {
  const freeing = (amount: number) =>
    event({
      ...JANE,
      action: "TerminateInstances",
      time: NOW,
      quantities: [{ ...instances(amount), change: "removed" }],
    });
  const before = Array.from({ length: 6 }, (_, day) => ({
    ...freeing(2),
    id: `freed-${day}`,
    time: START + day * DAY,
  }));
  const history = [...USUAL, ...before];
  expect(await verdict(history, [...asUsual(12, 1), freeing(1000)])).toEqual({
    expected: false,
    reasons: [`${UNKNOWN} 1,000 of the 1,012 instances`],
  });
  expect(await verdict(history, [...asUsual(12, 2), freeing(1)])).toMatchObject({ expected: true });
  expect(await verdict(USUAL, [...asUsual(12, 2), freeing(1)])).toEqual({
    expected: false,
    reasons: [
      "beside what is explained, nothing like it was ever seen before (1 calls of ec2:TerminateInstances), by jane",
    ],
  });
});

test("calls that make nothing, or nothing of the kind, are counted as calls", async () => {
  const sent = (changes: EventChanges, minute: number) => call("SendSSHPublicKey", changes, minute);
  const before = [0, 1, 2, 3, 4, 5].flatMap((day) =>
    [TERRAFORM, JANE].flatMap((who) => Array.from({ length: 20 }, (_, at) => sent(who, (day - 12) * 24 * 60 + at))),
  );
  const now = (janes: number) => Array.from({ length: 20 }, (_, at) => sent(at < janes ? JANE : TERRAFORM, at % 10));
  expect(await verdict(before, now(2))).toMatchObject({ expected: true });
  expect(await verdict(before, now(3))).toEqual({ expected: false, reasons: [`${UNKNOWN} 3 of the 20 calls`] });

  const volume = (time: number) =>
    event({ ...JANE, action: "CreateVolume", time, quantities: [{ ...instances(1), kind: "volumes" }] });
  const volumes = Array.from({ length: 6 }, (_, day) => volume(START + day * DAY));
  expect(await verdict([...USUAL, ...volumes], [...asUsual(19, 1), volume(NOW)])).toMatchObject({ expected: true });
  expect(await verdict([...USUAL, ...volumes], [...asUsual(8, 2), volume(NOW)])).toEqual({
    expected: false,
    reasons: [`${UNKNOWN} 1 of the 9 calls`],
  });
});

test("few instances that cost most of the money are not a small part", async () => {
  const now = (usd: number) => [
    ...asUsual(3, 8).map((one) => ({ ...one, cost: costing(0.8) })),
    { ...launch(2, JANE), cost: costing(usd) },
  ];
  expect(await verdict(USUAL, now(436))).toEqual({
    expected: false,
    reasons: [`${UNKNOWN} $436 of the $438.4 an hour`],
  });
  expect(await verdict(USUAL, now(0.9))).toMatchObject({ expected: true });
});

test("every caller is held against their own past", async () => {
  const newcomer = "beside what is explained, nothing like it was ever seen before (1 instances), by mallory";
  expect(await verdict(USUAL, [...asUsual(5, 8), launch(1, MALLORY)])).toEqual({
    expected: false,
    reasons: [newcomer],
  });
  expect(await verdict(USUAL, [...asUsual(5, 8), launch(1, JANE), launch(1, MALLORY)])).toEqual({
    expected: false,
    reasons: [newcomer],
  });
});

test("a call that makes nothing does not hide behind one that makes something", async () => {
  const history = [...daily(6, 20, TERRAFORM), ...daily(6, 1, MALLORY)];
  const shared = [1, 2].map((minute) => call("ModifyImageAttribute", MALLORY, minute));
  expect(await verdict(history, [...asUsual(20, 1), launch(1, MALLORY)])).toMatchObject({ expected: true });
  expect(await verdict(history, [...asUsual(20, 1), launch(1, MALLORY), ...shared])).toEqual({
    expected: false,
    reasons: [
      "beside what is explained, nothing like it was ever seen before (2 calls of ec2:ModifyImageAttribute), by mallory",
    ],
  });
});

test("somebody's usual calls from elsewhere are not usual; people from Identity Center travel", async () => {
  expect(await verdict(USUAL, [...asUsual(3, 8), launch(2, { ...JANE, ...FROM_ABROAD })])).toEqual({
    expected: false,
    reasons: [`beside what is explained, jane came from ${FOREIGN}, from where nothing like it was ever done by them`],
  });
  const traveller: EventChanges = { principal: { ...JANE.principal, type: "identity-center" } };
  const history = [...daily(6, 20, TERRAFORM), ...daily(6, 2, traveller)];
  expect(await verdict(history, [...asUsual(3, 8), launch(2, { ...traveller, ...FROM_ABROAD })])).toMatchObject({
    expected: true,
  });
});

test("what was refused is no part of what somebody did, but counts as a call", async () => {
  const refused = (minute: number) => event({ ...MALLORY, time: NOW + minute * MINUTE, outcome: "denied" });
  expect(await verdict(USUAL, [...asUsual(20, 1), refused(1)])).toMatchObject({ expected: true });
  expect(await verdict(USUAL, [...asUsual(8, 1), refused(1)])).toEqual({
    expected: false,
    reasons: [`${UNKNOWN} 1 of the 9 calls`],
  });
});

test("a caller behind many others, whose past was not asked, is not excused by it", async () => {
  const pipelines = ["a-pipeline", "b-pipeline", "c-pipeline", "d-pipeline"].map(pipeline);
  const history = [...pipelines.flatMap((one) => daily(6, 20, one)), ...daily(6, 2, JANE)];
  const now = pipelines.flatMap((one) => [launch(8, one, 1), launch(8, one, 2)]).concat(launch(2, JANE));
  expect(await verdict(history, now)).toEqual({
    expected: false,
    reasons: ["beside what is explained, jane made calls, and nobody asked what they did before, as others made more"],
  });
});
