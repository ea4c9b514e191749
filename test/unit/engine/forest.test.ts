import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { MINUTE } from "#core/domain/time.ts";
import { type ForestOptions, openForest } from "#engine/forest/index.ts";
import { goldenRun } from "./forest-runs.ts";

const SMALL: ForestOptions = { trees: 7, samples: 32, seed: 7 };

interface Point {
  readonly timestamp: number;
  readonly value: number | null;
}

/** Series with all that goes wrong: unknown, repeated, late and far apart values, of any size. */
const points: fc.Arbitrary<Point[]> = fc
  .array(
    fc.record({
      step: fc.oneof(
        { weight: 20, arbitrary: fc.constant(5 * MINUTE) },
        { weight: 2, arbitrary: fc.integer({ min: -30 * MINUTE, max: 30 * MINUTE }) },
        { weight: 1, arbitrary: fc.constantFrom(0, 1, 40 * MINUTE, 3000 * MINUTE, 1e15, Number.NaN) },
      ),
      value: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 0, max: 30 }) },
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 2, arbitrary: fc.double() },
      ),
    }),
    { minLength: 1, maxLength: 250 },
  )
  .map((steps) => {
    let timestamp = 1_700_000_000_000;
    return steps.map(({ step, value }) => {
      if (step !== 1e15) timestamp += step;
      const shown = timestamp;
      if (Number.isNaN(timestamp)) timestamp = 1_700_100_000_000;
      return { timestamp: shown, value };
    });
  });

const options: fc.Arbitrary<ForestOptions> = fc.record({
  mode: fc.constantFrom("historical" as const, "realtime" as const),
  seed: fc.integer({ min: -5, max: 5 }),
  trees: fc.constantFrom(1, 5, 9),
  samples: fc.constantFrom(2, 32, 48),
  shingle: fc.constantFrom(1, 2, 4, 8),
  imputation: fc.constantFrom("previous" as const, "zero" as const, { fixed: 3 }),
});

const timestampsOf = (series: readonly Point[]): number[] => series.map(({ timestamp }) => timestamp);
const valuesOf = (series: readonly Point[]): (number | null)[] => series.map(({ value }) => value);

test("whatever comes, it is judged or passed over, and every number is a number", () => {
  fc.assert(
    fc.property(points, options, fc.boolean(), (series, chosen, imputes) => {
      const { imputation, ...others } = chosen;
      const forest = openForest(imputes ? chosen : others);
      for (const { timestamp, value } of series) {
        const judgement = forest.observe(timestamp, value);
        if (!judgement) continue;
        const { score, threshold, grade, confidence, expected, attribution } = judgement;
        const numbers = [score, threshold, confidence, expected ?? 0, ...Object.values(attribution ?? {}).flat()];
        expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
        expect(grade >= 0 && grade <= 1).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

test("a series at once is the same as value by value", () => {
  fc.assert(
    fc.property(points, options, fc.integer({ min: 0, max: 250 }), (series, chosen, cut) => {
      const one = openForest(chosen);
      const many = openForest(chosen);
      const wanted = series.map(({ timestamp, value }) => one.observe(timestamp, value));
      const parts = [series.slice(0, cut), series.slice(cut)];
      const got = parts.flatMap((part) => many.observeSeries(timestampsOf(part), valuesOf(part)));
      expect(got).toEqual(wanted);
      expect(many.save()).toEqual(one.save());
    }),
    { numRuns: 60 },
  );
});

test("a recorded series at once is the same as value by value", () => {
  const rows = goldenRun("seasonal", "realtime").slice(0, 3000);
  const one = openForest({ mode: "realtime", seed: 42 });
  const many = openForest({ mode: "realtime", seed: 42 });
  const wanted = rows.map(({ timestamp, value }) => one.observe(timestamp, value));
  expect(many.observeSeries(timestampsOf(rows), valuesOf(rows))).toEqual(wanted);
  expect(many.save()).toEqual(one.save());
  expect(wanted.filter((judgement) => judgement && judgement.mode !== "NONE").length).toBeGreaterThan(20);
});

test("saved and restored at any point, it continues to the same bits", () => {
  fc.assert(
    fc.property(points, options, fc.integer({ min: 0, max: 250 }), (series, chosen, cut) => {
      const uninterrupted = openForest(chosen);
      let interrupted = openForest(chosen);
      for (const [i, { timestamp, value }] of series.entries()) {
        if (i === cut) interrupted = openForest(chosen, interrupted.save());
        expect(interrupted.observe(timestamp, value)).toEqual(uninterrupted.observe(timestamp, value));
      }
      expect(interrupted.save()).toEqual(uninterrupted.save());
    }),
    { numRuns: 60 },
  );
});

test("a full forest is saved in less than a tenth of the reference's 2 MB, and the golden run goes on from it", () => {
  const rows = goldenRun("taxi", "historical").slice(0, 4200);
  const first = openForest({ seed: 42 });
  for (const { timestamp, value } of rows.slice(0, 4000)) first.observe(timestamp, value);
  const state = first.save();
  expect(state.length).toBeLessThan(180_000);
  const second = openForest({ seed: 0 }, state);
  const scores = rows.slice(4000).map(({ timestamp, value }) => second.observe(timestamp, value)?.score);
  expect(scores).toEqual(rows.slice(4000).map(({ judgement }) => judgement.score));
});

test("a gap of years is a gap", () => {
  const forest = openForest(SMALL);
  for (let i = 0; i < 300; i++) forest.observe(i * MINUTE, i % 7);
  const judgement = forest.observe(300 * 365 * 24 * 60 * MINUTE, 3);
  expect(judgement?.score).toBeGreaterThan(0);
});

test("a constant is no anomaly, and what differs from it is", () => {
  const forest = openForest({ seed: 1 });
  const grades: number[] = [];
  for (let i = 0; i < 1000; i++) grades.push(forest.observe(i * 5 * MINUTE, i === 800 ? 500 : 20)?.grade ?? 0);
  expect(grades.flatMap((grade, i) => (grade > 0 ? [i] : []))).toEqual([800]);
});

test("rules decide what is near enough to the expected value", () => {
  const spike = (ignore?: ForestOptions["ignore"]): number => {
    const forest = openForest({ seed: 1, ...(ignore && { ignore }) });
    let found = 0;
    for (let i = 0; i < 1000; i++) found += forest.observe(i * 5 * MINUTE, i === 800 ? 115 : 100)?.grade ? 1 : 0;
    return found;
  };
  expect(spike()).toBe(0);
  expect(spike({ aboveRatio: 0.1, belowRatio: 0.1 })).toBe(1);
  expect(spike({ above: 20 })).toBe(0);
});

test("a state that does not fit is refused with what it is", () => {
  const forest = openForest(SMALL);
  for (let i = 0; i < 100; i++) forest.observe(i * MINUTE, i % 5);
  const state = forest.save();
  const refused = (bytes: Uint8Array, chosen = SMALL) => expect(() => openForest(chosen, bytes));
  const damaged = state.slice();
  damaged[200] = (damaged[200] as number) ^ 1;
  refused(damaged).toThrow(/damaged/);
  refused(state.slice(0, 100)).toThrow(/damaged/);
  refused(new Uint8Array(2)).toThrow(/too short/);
  refused(state, { ...SMALL, trees: 8 }).toThrow(/8 trees.*7 trees/);
  refused(state, { ...SMALL, mode: "realtime" }).toThrow(/decays/);
  expect(() => openForest({ ...SMALL, ignore: {} }, state)).not.toThrow();
  try {
    openForest(SMALL, damaged);
  } catch (error) {
    expect(error).toMatchObject({ name: "TrailwatchError", code: "STORE_VERSION" });
  }
});

test("options out of range are refused", () => {
  for (const wrong of [{ trees: 0 }, { samples: 1.5 }, { shingle: 5000 }, { seed: 0.5 }, { timeDecay: Number.NaN }]) {
    expect(() => openForest(wrong)).toThrow(/the forest's \w+ is/);
  }
});
