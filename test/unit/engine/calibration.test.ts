import { expect, test } from "@jest/globals";
import { BUCKET, DAY } from "#core/domain/time.ts";
import type { Departure, ModelOptions } from "#core/ports/detector-engine.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { CountModel } from "#engine/count-model.ts";
import { DEFAULT_PARAMETERS } from "#engine/parameters.ts";
import { COUNT_PEAKS, Peaks } from "#engine/series/peaks.ts";
import { gradeOf, rateAtScore, scoreAtRate } from "#engine/series/verdict.ts";

/** A Monday. */
const START = Date.UTC(2026, 0, 5);
const PER_DAY = DAY / BUCKET;
const RISE: ModelOptions = { bucket: BUCKET, direction: "rise", floor: 0 };
const engine = createCountEngine();

const calm = (i: number): number => 20 + ((i * 7919) % 11) - 5;
/** Every day at another time, a burst as high as the others. */
const bursty = (i: number): number => (i % PER_DAY === (Math.floor(i / PER_DAY) * 101) % PER_DAY ? 120 : calm(i));

/** What is said of `count` after three weeks. */
function after(value: (i: number) => number, count: number): Departure | null {
  const model = engine.open(RISE);
  for (let i = 0; i < 21 * PER_DAY; i++) model.observe(START + i * BUCKET, value(i));
  return model.observe(START + 21 * DAY, count);
}

test("what an entity does every day is nothing rare of it, and the same is of another", () => {
  expect(after(bursty, 120)?.falsePerWeek ?? 1).toBeGreaterThan(0.3);
  expect(after(calm, 120)?.falsePerWeek).toBeLessThan(0.05);
});

test("a departure keeps what the model of the counts alone says of it", () => {
  const alone = new CountModel(DEFAULT_PARAMETERS, RISE);
  for (let i = 0; i < 21 * PER_DAY; i++) alone.observe(START + i * BUCKET, calm(i));
  expect(after(calm, 120)?.tail).toBe(alone.observe(START + 21 * DAY, 120)?.score);
});

test("score, grade and rate say the same in three ways", () => {
  for (const count of [60, 90, 200, 4000]) {
    const { score, grade, falsePerWeek } = after(calm, count) as Departure;
    expect(scoreAtRate(falsePerWeek)).toBeCloseTo(score, 9);
    expect(grade).toBe(gradeOf(score, scoreAtRate(0.03)));
  }
});

test("the rarer the higher, without a step", () => {
  for (let rate = 2; rate > 1e-6; rate *= 0.9) {
    expect(rateAtScore(scoreAtRate(rate))).toBeCloseTo(rate, 9);
    expect(scoreAtRate(rate * 0.9)).toBeGreaterThan(scoreAtRate(rate));
    expect(scoreAtRate(rate * 0.9) - scoreAtRate(rate)).toBeLessThan(0.08);
  }
});

test("silence before an entity's first count does not make its first departure rarer", () => {
  const firstAfter = (days: number): number => {
    const model = engine.open(RISE);
    model.observeZeros(START, 30 * PER_DAY);
    model.observeZeros(START + 30 * DAY, days * PER_DAY);
    const { tail, score } = model.observe(START + (30 + days) * DAY, 30) as Departure;
    const untaught = new Peaks(COUNT_PEAKS).rarity(tail);
    expect(score).toBe(untaught);
    return score;
  };
  expect(firstAfter(0)).toBeLessThan(firstAfter(60) * 1.2);
});

test("zeros in one call teach what zeros one by one do, however long the silence", () => {
  const one = new Peaks(COUNT_PEAKS);
  const other = new Peaks(COUNT_PEAKS);
  for (const [score, zeros] of [
    [7, 3],
    [0, 286],
    [3.5, 20_000],
    [12, 100],
  ] as const) {
    one.learn(score);
    other.learn(score);
    for (let i = 0; i < zeros; i++) one.learn(0);
    other.learnZeros(zeros);
    expect(other.save()).toEqual(one.save());
  }
});

test("a state of before the calibration is refused, not gone on with", () => {
  const old = new CountModel(DEFAULT_PARAMETERS, RISE).save();
  expect(() => engine.open(RISE, old)).toThrow(expect.objectContaining({ code: "STORE_VERSION" }));
});
