import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Anomaly } from "#core/domain/finding.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { caseOf } from "#core/explain/case.ts";
import { compared } from "#core/explain/compare.ts";
import { type Measure, measureOf } from "#core/explain/measure.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { anomaly, draft, event, NIGHT, PROD, quantity, restartIds } from "./world.ts";

const WINDOW = { start: NIGHT - HOUR, end: NIGHT + 5 * HOUR };

function measured(events: readonly PricedUsageEvent[], more: Partial<Anomaly> = {}): Measure {
  const found = { ...anomaly("instances-launched", events, PROD, 0.2, { window: WINDOW }), ...more };
  const subject = caseOf(draft([found], events, [PROD]), BUILT_IN_SIGNALS);
  const measure = measureOf(subject, { list: [...events].sort((a, b) => a.time - b.time), complete: true });
  if (!measure) throw new Error("nothing measured");
  return measure;
}

const launch = (time: number, amount: number, caller = "deploy"): PricedUsageEvent =>
  event(time, "ec2:RunInstances", {
    principal: { id: `arn:aws:iam::${PROD.id}:role/${caller}` },
    quantities: [quantity("instances", amount)],
  });

test("never more than was counted, never less than nine tenths of what one caller did, and all of it inside the window told", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5 * HOUR - 1 }), fc.integer({ min: 1, max: 9 })), {
        minLength: 1,
        maxLength: 40,
      }),
      (calls) => {
        restartIds();
        const events = calls.map(([after, amount]) => launch(NIGHT + after, amount));
        const all = calls.reduce((sum, [, amount]) => sum + amount, 0);
        const { total, window, length } = measured(events);
        const inside = events
          .filter(({ time }) => time >= window.start && time < window.end)
          .reduce((sum, { quantities }) => sum + (quantities[0]?.amount ?? 0), 0);
        expect(total).toBe(inside);
        expect(total).toBeLessThanOrEqual(all);
        expect(total).toBeGreaterThanOrEqual(all * (length <= 10 * MINUTE ? 0.8 : 0.95));
        // hours are rounded, minutes are not
        expect(length).toBeGreaterThanOrEqual(length > 6 * HOUR ? 0 : window.end - window.start - 1);
      },
    ),
    { numRuns: 300 },
  );
});

test("a burst is the best ten minutes that any clock would show", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 12 * MINUTE }), fc.integer({ min: 1, max: 9 })), {
        minLength: 2,
        maxLength: 30,
      }),
      (calls) => {
        restartIds();
        const events = calls.map(([after, amount]) => launch(NIGHT + after, amount));
        const best = Math.max(
          ...calls.map(([from]) =>
            calls
              .filter(([after]) => after >= from && after < from + 10 * MINUTE)
              .reduce((sum, [, amount]) => sum + amount, 0),
          ),
        );
        const all = calls.reduce((sum, [, amount]) => sum + amount, 0);
        const { total, length } = measured(events);
        if (best >= all * 0.8) expect([total, length <= 10 * MINUTE]).toEqual([best, true]);
      },
    ),
    { numRuns: 300 },
  );
});

test("who only happened to call then is not counted", () => {
  restartIds();
  const events = [launch(NIGHT, 40), launch(NIGHT + MINUTE, 7), launch(NIGHT + 2 * MINUTE, 3, "autoscaler")];
  expect(measured(events)).toMatchObject({ total: 47, caller: `arn:aws:iam::${PROD.id}:role/deploy`, length: MINUTE });
});

test("without all events at hand the five-minute counts speak: the core, or the busiest ten minutes", () => {
  restartIds();
  const one = [launch(NIGHT, 1)];
  const core = { window: { start: NIGHT, end: NIGHT + 20 * MINUTE }, value: 7725 };
  const peak = { window: { start: NIGHT, end: NIGHT + 10 * MINUTE }, value: 5952 };
  expect(measured(one, { actual: 7802, core, peak })).toMatchObject({ total: 7725, length: 20 * MINUTE, events: [] });
  expect(measured(one, { actual: 7000, core, peak })).toMatchObject({ total: 5952, length: 10 * MINUTE });
});

test("the usual is that of a span no shorter than what is told", () => {
  restartIds();
  const usual = [10, 30, 60].map((minutes) => ({ span: minutes * MINUTE, mean: minutes, most: 99, occasions: 9 }));
  const spread = Array.from({ length: 20 }, (_, at) => launch(NIGHT + at * MINUTE, 1));
  expect(measured(spread, { usual }).usual?.mean).toBe(30);
  expect(measured([launch(NIGHT, 20)], { usual }).usual?.mean).toBe(10);
});

describe("compared with", () => {
  const against = (total: number, more: Partial<Anomaly>): string => {
    restartIds();
    const events = [launch(NIGHT, total)];
    const found = { ...anomaly("instances-launched", events, PROD, 0.2), ...more };
    const subject = caseOf(draft([found], events, [PROD]), BUILT_IN_SIGNALS);
    const measure = measureOf(subject, { list: events, complete: true });
    return measure ? compared(subject, measure) : "";
  };
  const usual = (mean: number) => [{ span: 10 * MINUTE, mean, most: 9, occasions: 30 }];
  test.each<[string, number, Partial<Anomaly>, string]>([
    ["what there is whenever there is any", 47, { usual: usual(3.13) }, "15 times the usual 3"],
    ["one, where that is about it", 12, { usual: usual(1.02) }, "12 times the usual 1"],
    ["the expectation, where there is no habit", 47, { expected: 3 }, "15 times the usual 3"],
    ["the most expected, where that is less than one", 47, { expected: 0.8, upper: 8.2 }, "where at most 9 are usual"],
    ["nothing, where nothing is expected", 47, { expected: 0.01, upper: 0.2 }, "where none is usual"],
    ["nothing that was ever there", 47, { expected: null, upper: null }, "never before seen there"],
    ["a habit as large as itself: the rest decides", 9, { usual: usual(8), expected: 0.2, upper: 12 }, ""],
  ])("%s", (_, total, more, text) => expect(against(total, more)).toBe(text));
});
