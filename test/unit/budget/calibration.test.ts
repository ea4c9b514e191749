import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { lossFloor, meanThatKeeps } from "#core/budget/calibration.ts";
import { DAY } from "#core/domain/time.ts";

const WEEK = 7 * DAY;

// Quantiles of the Poisson distribution, from tables of chi-squared / 2 with 2(k + 1) degrees of freedom at 0.05.
test.each([
  [1, 0.3554],
  [2, 0.8177],
  [5, 2.613],
  [20, 14.072],
])("a budget of %d is kept in 95 of 100 periods by a mean of %d", (pages, mean) => {
  expect(meanThatKeeps(pages)).toBeCloseTo(mean, 3);
});

test("a budget of a thousand is no more difficult", () => {
  const mean = meanThatKeeps(1000);
  expect(mean).toBeGreaterThan(945);
  expect(mean).toBeLessThan(950);
});

test("above the floor no more came than keeps to the budget, the fullest period aside", () => {
  const past = fc.array(
    fc.record({ openedAt: fc.integer({ min: 0, max: 8 * WEEK - 1 }), usd: fc.integer({ min: 1, max: 50 }) }),
    {
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(past, fc.integer({ min: 1, max: 4 }), (before, pages) => {
      const floor = lossFloor(before, pages, WEEK, { start: 0, end: 8 * WEEK });
      const counts = Array.from({ length: 8 }, (_, week) =>
        before.filter(({ openedAt }) => Math.floor((8 * WEEK - openedAt) / WEEK) === week && true),
      );
      const fullest = Math.max(...counts.map((one) => one.length));
      const rest = [...counts];
      rest.splice(
        counts.findIndex((one) => one.length === fullest),
        1,
      );
      const above = rest.flat().filter(({ usd }) => usd > floor).length;
      expect(above).toBeLessThanOrEqual(meanThatKeeps(pages) * 7);
      if (floor > 0)
        expect(rest.flat().filter(({ usd }) => usd >= floor).length).toBeGreaterThan(meanThatKeeps(pages) * 7 - 1);
    }),
  );
});
