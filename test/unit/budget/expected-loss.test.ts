import { expect, test } from "@jest/globals";
import { expectedLossOf } from "#core/budget/expected-loss.ts";
import type { Finding, Severity } from "#core/domain/finding.ts";
import { nanoUsd } from "#core/domain/money.ts";
import { anomaly, violation } from "../incidents/world.ts";

const loss = (
  severity: Severity,
  findings: readonly Finding[],
  usdPerHour = 0,
  expected = false,
  judged = { right: 0, wrong: 0 },
) =>
  expectedLossOf({
    severity,
    findings,
    expected: { expected, reasons: [] },
    addedPerHour: nanoUsd(usdPerHour),
    judged,
  });

const departs = anomaly([], { grade: 0.8, confidence: 1 });

test("severity, money, danger, confidence and expectedness each move it", () => {
  const { usd } = loss("medium", [departs]);
  expect(usd).toBe(800);
  expect(loss("high", [departs]).usd).toBe(8_000);
  expect(loss("medium", [departs], 10).usd).toBe(800 + 192);
  expect(loss("medium", [anomaly([], { grade: 0.8, confidence: 0 })]).usd).toBe(400);
  expect(loss("medium", [departs], 0, true).usd).toBe(40);
  expect(loss("medium", [violation([], { severity: "medium" })]).usd).toBe(1_800);
});

test("two findings are believed more than one, and nothing entirely", () => {
  const weak = anomaly([], { grade: 0.5, confidence: 1 });
  expect(loss("medium", [weak, weak]).usd).toBe(750);
  expect(loss("medium", [departs, departs, departs]).usd).toBe(950);
});

test("says what it is made of", () => {
  expect(loss("high", [departs], 12.5).because).toEqual([
    "high stands for 10,000 USD",
    "12.5 USD/hour for 24 hours",
    "believed to 80 %",
  ]);
});

test("what people said of incidents like it is learnt", () => {
  const wrong = loss("medium", [departs], 0, false, { right: 0, wrong: 6 });
  expect(wrong.usd).toBe(200);
  expect(wrong.because).toContain("0 of 6 labelled like it were right");
  expect(loss("medium", [departs], 0, false, { right: 6, wrong: 0 }).usd).toBe(950);
});
