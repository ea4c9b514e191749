import { expect, test } from "@jest/globals";
import { coreOf, type EntitySeries } from "#core/detection/series.ts";
import { usualAmounts } from "#core/detection/usual.ts";
import { BUCKET, DAY, HOUR, MINUTE } from "#core/domain/time.ts";

const SINCE = Date.UTC(2026, 9, 1);
const series = (counts: readonly (readonly [after: number, value: number])[]): EntitySeries => ({
  entity: { account: "111122223333", region: "eu-west-1", principal: null, resource: null },
  buckets: counts.map(([after]) => SINCE + after),
  values: counts.map(([, value]) => value),
});
const windowOf = (after: number, length: number) => ({ start: SINCE + after, end: SINCE + after + length });

test("what is usual is the mean and the most of the times when there was any, silence left out", () => {
  const daily = [1, 2, 3, 4, 5].flatMap((day) => [
    [day * DAY, day] as const,
    [day * DAY + BUCKET, 1] as const,
    [day * DAY + 40 * MINUTE, 2] as const,
  ]);
  const found = usualAmounts(series([...daily, [6 * DAY, 90]]), windowOf(6 * DAY, 20 * MINUTE), SINCE);
  expect(found).toEqual([
    { span: 10 * MINUTE, mean: 3, most: 6, occasions: 10 },
    { span: 30 * MINUTE, mean: 3, most: 6, occasions: 10 },
  ]);
  const [, , hourly] = usualAmounts(series([...daily, [6 * DAY, 90]]), windowOf(6 * DAY, 50 * MINUTE), SINCE);
  expect(hourly).toEqual({ span: HOUR, mean: 6, most: 8, occasions: 5 });
});

test("fewer than five times are no habit, and what comes later is not asked", () => {
  const few = [1, 2, 3, 4].map((day) => [day * DAY, 3] as const);
  const later = [7, 8].map((day) => [day * DAY, 3] as const);
  expect(usualAmounts(series([...few, ...later]), windowOf(6 * DAY, BUCKET), SINCE)).toEqual([]);
});

test("the core is the shortest run that holds nearly all", () => {
  const counts = series([
    [0, 2],
    [HOUR, 50],
    [HOUR + BUCKET, 48],
    [3 * HOUR, 1],
  ]);
  expect(coreOf(counts, windowOf(0, 4 * HOUR))).toEqual({ window: windowOf(HOUR, 2 * BUCKET), value: 98 });
  expect(coreOf(counts, windowOf(5 * HOUR, HOUR))).toBeNull();
});
