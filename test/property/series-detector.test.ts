import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { openSeries, type SeriesJudgement, type SeriesOptions } from "#engine/series/detector.ts";

const START = Date.UTC(2026, 0, 5, 7, 35, 17);
const MINUTES = 60_000;
const RUNS = { numRuns: 25 };

/** What a sampler may deliver: counts, measurements, nothing, far too much; on time, late, twice, or after a gap. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }) },
  { weight: 2, arbitrary: fc.double({ min: -50, max: 50, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308, 5e-324, 0, -0) },
);
const step = fc.oneof(
  { weight: 20, arbitrary: fc.constant(5) },
  { weight: 1, arbitrary: fc.constantFrom(0, -60, 1, 7, 5 * 30, 60 * 24 * 40) },
);
const point = fc.record({ value, step });
const points = fc.oneof(
  fc.array(point, { maxLength: 120 }),
  // Long enough to be judged: the same few values again and again.
  fc
    .record({ few: fc.array(point, { minLength: 1, maxLength: 12 }), times: fc.integer({ min: 8, max: 40 }) })
    .map(({ few, times }) => Array.from({ length: times }, () => few).flat()),
);
const options: fc.Arbitrary<SeriesOptions> = fc.record(
  { interval: fc.constantFrom(5 * MINUTES, 7 * MINUTES), counts: fc.boolean() },
  { requiredKeys: ["interval"] },
);

function judge(options: SeriesOptions, all: readonly { value: number | null; step: number }[]): SeriesJudgement[] {
  const detector = openSeries(options);
  let time = START;
  return all.map(({ value, step }) => {
    time += step * MINUTES;
    return detector.observe(time, value);
  });
}

test("what is said of a point depends on no later one", () => {
  fc.assert(
    fc.property(points, options, fc.nat(), (all, options, cut) => {
      const kept = cut % (all.length + 1);
      expect(judge(options, all.slice(0, kept))).toEqual(judge(options, all).slice(0, kept));
    }),
    RUNS,
  );
});

test("a detector saved at any point goes on exactly", () => {
  fc.assert(
    fc.property(points, options, fc.nat(), (all, options, cut) => {
      const kept = cut % (all.length + 1);
      let detector = openSeries(options);
      const plain = openSeries(options);
      let time = START;
      const judged = all.map(({ value, step }, at) => {
        if (at === kept) detector = openSeries(options, JSON.parse(JSON.stringify(detector.save())));
        time += step * MINUTES;
        plain.observe(time, value);
        return detector.observe(time, value);
      });
      expect(judged).toEqual(judge(options, all));
      expect(detector.save()).toEqual(plain.save());
    }),
    RUNS,
  );
});

test("whatever comes, what is said is in bounds", () => {
  fc.assert(
    fc.property(points, options, (all, options) => {
      for (const { expected, lower, upper, score, grade, confidence, anomaly } of judge(options, all)) {
        expect(Number.isFinite(score) && score >= 0).toBe(true);
        expect(grade >= 0 && grade <= 1 && confidence >= 0 && confidence <= 1).toBe(true);
        expect(anomaly).toBe(grade >= 0.5);
        if (expected === null) expect([lower, upper]).toEqual([null, null]);
        else expect((lower as number) <= expected && expected <= (upper as number)).toBe(true);
      }
    }),
    RUNS,
  );
});
