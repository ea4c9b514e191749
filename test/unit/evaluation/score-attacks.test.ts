import { expect, test } from "@jest/globals";
import { attackLimits } from "../../../bench/evaluation/attack-tables.ts";
import {
  type RuleTest,
  ruleTests,
  techniqueRecordings,
  techniqueRecords,
} from "../../../bench/evaluation/recordings.ts";
import { ruleKind } from "../../../bench/evaluation/rule-kinds.ts";
import {
  alertRates,
  alertsFrom,
  alertsOnEveryChange,
  alertsOnRiskyCall,
  informedness,
  scoreRuleTest,
  scoreTechnique,
} from "../../../bench/evaluation/score-attacks.ts";
import { TECHNIQUES } from "../../../bench/evaluation/techniques.ts";
import { incident } from "./made.ts";

const technique = { name: "stop", telling: ["StopLogging"] };
const record = (eventName: string, eventID: string, more: object = {}) => ({
  eventName,
  eventID,
  eventSource: "cloudtrail.amazonaws.com",
  ...more,
});
const records = [record("DescribeTrails", "look"), record("StopLogging", "stop")];

test("every recording is in the table, and every telling call is in its recording", () => {
  expect(TECHNIQUES.map(({ name }) => name).sort()).toEqual(techniqueRecordings());
  for (const { name, telling, notVisible } of TECHNIQUES) {
    const logged = new Set(techniqueRecords(name).map(({ eventName }) => eventName));
    expect([name, telling.filter((call) => !logged.has(call))]).toEqual([name, []]);
    expect([name, telling.length > 0]).toEqual([name, notVisible === undefined]);
  }
});

test("a technique is told by a page that has the telling event, not by another page or by a quiet incident", () => {
  const told = (...incidents: Parameters<typeof scoreTechnique>[2]) =>
    scoreTechnique(technique, records, incidents).page !== null;
  expect(told(incident(["look"]))).toBe(false);
  expect(told(incident(["stop"], { severity: "low" }))).toBe(false);
  expect(told(incident(["stop"], { expected: true }))).toBe(false);
  expect(told(incident(["look"]), incident(["stop"], { severity: "medium" }))).toBe(true);
  expect(told(incident([], { findingEventIds: ["stop"] }))).toBe(true);
});

test("how the telling calls ended", () => {
  const outcome = (...logged: Parameters<typeof scoreTechnique>[1]) => scoreTechnique(technique, logged, []).outcome;
  const refused = record("StopLogging", "no", { errorCode: "AccessDenied" });
  expect(outcome(...records, record("DescribeTrails", "no", { errorCode: "AccessDenied" }))).toBe("succeeded");
  expect(outcome(refused)).toBe("refused");
  expect(outcome(refused, ...records)).toBe("partly refused");
});

const ruleTest = (expectedAlert: boolean, changes: Partial<RuleTest> = {}): RuleTest => ({
  ruleId: "AWS.CloudTrail.Stopped",
  severity: "Medium",
  test: "a test",
  expectedAlert,
  event: record("StopLogging", "1"),
  ...changes,
});

test("rates count alerts among the tests that expect one and among those that do not", () => {
  const scores = [
    scoreRuleTest(ruleTest(true), [incident(["1"], { severity: "medium" })]),
    scoreRuleTest(ruleTest(true), [incident(["1"], { severity: "low" })]),
    scoreRuleTest(ruleTest(false), []),
    scoreRuleTest(ruleTest(false), [incident(["1"], { expected: true })]),
    scoreRuleTest(ruleTest(false), [incident(["1"], { severity: "critical" })]),
  ];
  const medium = alertRates(scores, alertsFrom("medium"));
  expect(medium).toEqual({ expected: 2, right: 1, unexpected: 3, wrong: 1 });
  expect(informedness(medium)).toBeCloseTo(1 / 2 - 1 / 3);
  expect(alertRates(scores, alertsFrom("low"))).toEqual({ expected: 2, right: 2, unexpected: 3, wrong: 1 });
  expect(informedness(alertRates(scores, () => true))).toBe(0);
  expect(informedness(alertRates(scores, () => false))).toBe(0);
});

test("the baselines look at the call's name alone", () => {
  const score = (event: RuleTest["event"]) => scoreRuleTest(ruleTest(true, { event }), []);
  expect(alertsOnRiskyCall(score(record("StopLogging", "1")))).toBe(true);
  expect(alertsOnRiskyCall(score(record("DescribeTrails", "1")))).toBe(false);
  expect(alertsOnEveryChange(score(record("DescribeTrails", "1")))).toBe(false);
  expect(alertsOnEveryChange(score(record("CreateTrail", "1")))).toBe(true);
  expect(alertsOnEveryChange(score(record("CreateTrail", "1", { readOnly: true })))).toBe(false);
});

test("rules are put apart by what they need; every rule named for that is in the tests", () => {
  expect(ruleKind(ruleTest(true))).toBe("comparable");
  expect(ruleKind({ ruleId: "AWS.CloudTrail.PasswordSpraying", severity: "Medium" })).toBe("needs others");
  expect(ruleKind({ ruleId: "Standard.SignInFromRogueState", severity: "Medium" })).toBe("needs places");
  expect(ruleKind({ ruleId: "AWS.S3.SuspendVersioning", severity: "Low" })).toBe("informs only");
  expect(ruleKind({ ruleId: "anything", severity: "Info" })).toBe("informs only");
  expect(ruleKind({ ruleId: "AWS.UnusedRegion", severity: "High" })).toBe("needs lists");
  const kinds = new Map<string, Set<string>>();
  for (const one of ruleTests())
    kinds.set(ruleKind(one), (kinds.get(ruleKind(one)) ?? new Set<string>()).add(one.ruleId));
  expect([...kinds].map(([kind, rules]) => [kind, rules.size]).sort()).toEqual([
    ["comparable", 64],
    ["informs only", 45],
    ["needs lists", 7],
    ["needs others", 22],
    ["needs places", 1],
  ]);
});

test("limits: a loud ordinary minute or a product no better than a list of risky calls breaks them", () => {
  const good = {
    techniques: [scoreTechnique(technique, records, [incident(["stop"])])],
    ordinary: [incident(["x"], { severity: "low" })],
    ruleTests: [scoreRuleTest(ruleTest(true), [incident(["1"])]), scoreRuleTest(ruleTest(false), [])],
  };
  const kept = (scores: typeof good) => attackLimits(scores).map((limit) => limit.kept);
  expect(kept(good)).toEqual([true, true, true]);
  expect(kept({ ...good, ordinary: [incident(["x"], { severity: "medium" })] })).toEqual([true, false, true]);
  expect(kept({ ...good, ordinary: [incident(["x"], { severity: "high", expected: true })] })[1]).toBe(false);
  expect(kept({ ...good, techniques: [scoreTechnique(technique, records, [])] })).toEqual([false, true, true]);
  const everything = good.ruleTests.map(({ test: one }) => scoreRuleTest(one, [incident(["1"])]));
  expect(kept({ ...good, ruleTests: everything })).toEqual([true, true, false]);
});
