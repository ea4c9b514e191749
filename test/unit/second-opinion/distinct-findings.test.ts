import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { BUCKET, SECOND } from "#core/domain/time.ts";
import type { DetectorResult } from "#core/ports/second-opinion.ts";
import { distinctFindings, overlap } from "#core/second-opinion/distinct-findings.ts";

const START = Date.UTC(2026, 10, 20, 18);
const EU = { of: "region", account: "111111111111", region: "eu-west-1" } as const;
const US = { ...EU, region: "us-east-1" } as const;

const result = (bucket: number, changes: Partial<DetectorResult> = {}): DetectorResult => ({
  signal: "instances-launched",
  entity: EU,
  window: { start: START + bucket * BUCKET, end: START + (bucket + 1) * BUCKET },
  grade: 0.5,
  confidence: 0.8,
  actual: 20,
  expected: 2,
  ...changes,
});

const shifted = (bucket: number, seconds: number, changes: Partial<DetectorResult> = {}): DetectorResult => {
  const { window } = result(bucket);
  const by = seconds * SECOND;
  return result(bucket, { window: { start: window.start + by, end: window.end + by }, ...changes });
};

test("without a grade, or while the model warms up, there is no finding", () => {
  expect(distinctFindings([result(0, { grade: 0 }), result(1, { confidence: 0, grade: 1 })])).toEqual([]);
  expect(distinctFindings([result(0, { grade: Number.NaN })])).toEqual([]);
});

test("a window is the buckets that begin in it", () => {
  // 18:04:01 to 18:09:01 holds the roll-up of 18:05 alone
  const [finding] = distinctFindings([shifted(0, 241)]);
  expect(finding?.window).toEqual({ start: START + BUCKET, end: START + 2 * BUCKET });
  const between = result(0, { window: { start: START + SECOND, end: START + 60 * SECOND } });
  expect(distinctFindings([between])).toEqual([]);
});

test("judged by a run over the past, live, and again after a restart, a window is found once: as the strongest", () => {
  const historical = result(1, { grade: 0.8, confidence: 0.9 });
  const live = shifted(0, 200, { grade: 1, confidence: 0.36 });
  const again = shifted(0, 150, { grade: 1, confidence: 0.33 });
  for (const order of [
    [historical, live, again],
    [again, historical, live],
  ]) {
    expect(distinctFindings(order)).toEqual([{ ...live, window: historical.window }]);
  }
});

test("neighbouring windows, other entities and other signals are findings of their own", () => {
  const found = distinctFindings([
    result(1),
    result(0),
    result(0, { entity: US }),
    result(0, { signal: "denied-calls" }),
    result(0, { entity: { of: "account-type", type: "development" } }),
    result(0, { entity: { of: "ou", path: "/Dev" } }),
  ]);
  expect(found).toHaveLength(6);
  expect(found.at(-1)?.window.start).toBe(START + BUCKET);
});

const anyResult = fc
  .record({
    bucket: fc.integer({ min: 0, max: 6 }),
    seconds: fc.integer({ min: -299, max: 299 }),
    grade: fc.constantFrom(0, 0.2, 0.5, 1),
    confidence: fc.constantFrom(0, 0.3, 0.9),
    entity: fc.constantFrom(EU, US),
  })
  .map(({ bucket, seconds, ...changes }) => shifted(bucket, seconds, changes));

test("whatever came in whatever order: no two overlap, and nothing strong is lost", () => {
  fc.assert(
    fc.property(fc.array(anyResult, { maxLength: 20 }), (results) => {
      const found = distinctFindings(results);
      for (const [at, a] of found.entries()) {
        for (const b of found.slice(at + 1)) expect(a.entity === b.entity && overlap(a.window, b.window)).toBe(false);
      }
      for (const { entity, grade, confidence, window } of results) {
        if (grade === 0 || confidence === 0) continue;
        const start = Math.ceil(window.start / BUCKET) * BUCKET;
        const told = found.find((finding) => finding.entity === entity && finding.window.start === start);
        expect(told?.grade).toBeGreaterThanOrEqual(grade);
      }
      expect(distinctFindings([...results].reverse())).toEqual(found);
    }),
  );
});
