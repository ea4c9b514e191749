import { expect, test } from "@jest/globals";
import { openSeries, type SeriesJudgement, type SeriesOptions } from "#engine/series/detector.ts";

const START = Date.UTC(2026, 0, 5);
const MINUTES = 60_000;
const DAY = 288;
const OPTIONS: SeriesOptions = { interval: 5 * MINUTES };

/** About normal, mean 0 and deviation 1; seeded. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6);
}

function judge(values: readonly (number | null)[], options = OPTIONS): SeriesJudgement[] {
  const detector = openSeries(options);
  return values.map((value, at) => detector.observe(START + at * options.interval, value));
}

const said = (judgements: readonly SeriesJudgement[]): number[] =>
  judgements.flatMap(({ anomaly }, at) => (anomaly ? [at] : []));

function measurements(length: number, change: (value: number, at: number) => number): number[] {
  const draw = noise(1);
  return Array.from({ length }, (_, at) => change(40 + 10 * Math.sin((2 * Math.PI * at) / DAY) + draw(), at));
}

test("a measurement far from its daily course is an anomaly, high or low, and nothing else is", () => {
  const high = 10 * DAY + 77;
  const low = 13 * DAY + 5;
  const values = measurements(14 * DAY, (value, at) => (at === high ? value + 20 : at === low ? value - 20 : value));
  const judged = judge(values);
  expect(said(judged)).toEqual([high, low]);
  const { expected, lower, upper } = judged[high] as SeriesJudgement;
  const usual = (values[high] as number) - 20;
  expect(Math.abs((expected as number) - usual)).toBeLessThan(5);
  expect(lower as number).toBeLessThan(usual);
  expect(upper as number).toBeGreaterThan(usual);
});

test("a level shift is said when it begins, and soon no more", () => {
  const shift = 12 * DAY;
  const days = said(judge(measurements(24 * DAY, (value, at) => (at < shift ? value : value + 60))));
  expect(days[0]).toBe(shift);
  expect(days.length).toBeLessThanOrEqual(6);
});

test("a fall in what climbs all the time is said, though it only leads back to where it was two days before", () => {
  const draw = noise(5);
  const fall = 10 * DAY + 60;
  const climbing = Array.from({ length: 11 * DAY }, (_, at) => 20 + at / 100 + 0.1 * draw() - (at < fall ? 0 : 6));
  const judged = judge(climbing);
  expect(said(judged)[0]).toBe(fall);
  const { change, measurement } = (judged[fall] as SeriesJudgement).opinions;
  expect(change as number).toBeGreaterThan(2 * (measurement as number));
});

test("weekends are expected to be as weekends were, and are no anomalies", () => {
  const draw = noise(7);
  const weeks = 7;
  const hourly = Array.from({ length: weeks * 7 * 24 }, (_, at) => {
    const isWeekend = Math.floor(at / 24) % 7 >= 5;
    return (isWeekend ? 30 : 100) + 15 * Math.sin((2 * Math.PI * at) / 24) + 2 * draw();
  });
  const judged = judge(hourly, { interval: 12 * OPTIONS.interval });
  const saturday = hourly.length - 48;
  for (let at = saturday; at < saturday + 48; at++) expect(judged[at]?.expected as number).toBeLessThan(60);
  expect(said(judged).filter((at) => at > 3 * 7 * 24)).toEqual([]);
});

test("what a series does every day is no anomaly of it, though it would be one of another", () => {
  const burst = 20 * DAY + 100;
  const draw = noise(3);
  const counts = (bursty: boolean): number[] =>
    Array.from({ length: 21 * DAY }, (_, at) => {
      const isBurst = at === burst || (bursty && Math.abs(draw()) > 2.9);
      return Math.max(0, Math.round(isBurst ? 30 + 10 * Math.abs(draw()) : 2 + draw()));
    });
  const calm = judge(counts(false))[burst] as SeriesJudgement;
  const storm = judge(counts(true))[burst] as SeriesJudgement;
  expect(calm.anomaly).toBe(true);
  expect(calm.opinions.count as number).toBeGreaterThan(2 * (storm.opinions.count as number));
});

test("values with fractions are no counts, from the first of them on", () => {
  const judged = judge([...new Array(40).fill(3), 2.5, 3, 3]);
  expect(judged[39]?.opinions.count).not.toBeNull();
  expect(judged.slice(40).map(({ opinions }) => opinions.count)).toEqual([null, null, null]);
});

test("a constant that changes a little is no anomaly, and one that changes is", () => {
  const constant = new Array(10 * DAY).fill(45.5);
  expect(said(judge([...constant, 45.6, 45.5]))).toEqual([]);
  expect(said(judge([...constant, 50]))).toEqual([10 * DAY]);
});

test("a point that is late or comes twice changes nothing", () => {
  const values = measurements(3 * DAY, (value) => value);
  const plain = judge(values);
  const detector = openSeries(OPTIONS);
  const judged = values.map((value, at) => {
    const judgement = detector.observe(START + at * OPTIONS.interval, value);
    expect(detector.observe(START + at * OPTIONS.interval, 1e6)).toMatchObject({ expected: null, score: 0 });
    expect(detector.observe(START - MINUTES, 1e6)).toMatchObject({ expected: null, score: 0 });
    return judgement;
  });
  expect(judged).toEqual(plain);
});

test("a forest is asked where it is wanted, and a state with one goes on exactly", () => {
  const options = { ...OPTIONS, forest: true };
  const values = measurements(2 * DAY, (value, at) => (at === 500 ? value + 30 : value));
  const plain = judge(values, options);
  let detector = openSeries(options);
  const judged = values.map((value, at) => {
    if (at === 400) detector = openSeries(options, structuredClone(detector.save()));
    return detector.observe(START + at * options.interval, value);
  });
  expect(judged).toEqual(plain);
  expect(plain[500]?.opinions.forest as number).toBeGreaterThan(0);
  expect(judge(values)[500]?.opinions.forest).toBeNull();
});

test("a state does not fit other options", () => {
  const state = openSeries(OPTIONS).save();
  const code = "STORE_VERSION";
  expect(() => openSeries({ interval: MINUTES }, state)).toThrow(expect.objectContaining({ code }));
  expect(() => openSeries({ ...OPTIONS, forest: true }, state)).toThrow(expect.objectContaining({ code }));
  expect(() => openSeries(OPTIONS, { ...state, version: 0 })).toThrow(expect.objectContaining({ code }));
});
