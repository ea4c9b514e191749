import { expect, test } from "@jest/globals";
import { carryOver } from "../../../bench/detection/carry-over.ts";
import type { LabelledSeries } from "../../../bench/detection/count-corpus.ts";
import { averagePrecision, bootstrap, curveOf, type Scored, tally } from "../../../bench/detection/count-scoring.ts";
import { areasByKind } from "../../../bench/detection/count-tables.ts";
import { nabAt, nabCurve } from "../../../bench/detection/nab-scoring.ts";
import { reproduced } from "../../../bench/detection/nab-tables.ts";
import { SAMPLINGS, serverMetrics } from "../../../bench/detection/server-metrics.ts";

const LENGTH = 400;

function scored(points: Readonly<Record<number, number>>, labels: Partial<LabelledSeries>): Scored {
  const scores = new Float64Array(LENGTH);
  for (const [at, score] of Object.entries(points)) scores[Number(at)] = score;
  return { series: { id: "a", kind: "k", counts: scores, anomalies: [], ignored: [], ...labels }, scores };
}

const anomaly = { from: 100, to: 110, type: "spike" };

test("points within an hour are one episode, true within an hour of an anomaly's end", () => {
  const one = scored({ 20: 9, 104: 5, 116: 5, 122: 5, 140: 5 }, { anomalies: [anomaly] });
  expect(tally(one, 4, 10)).toEqual({ planted: 1, found: 1, episodes: 3, trueEpisodes: 1, delay: 4 });
  expect(tally(one, 4, 30)).toMatchObject({ episodes: 2 });
  expect(tally(scored({ 123: 5 }, { anomalies: [anomaly] }), 4, 0)).toMatchObject({ found: 0, trueEpisodes: 0 });
  expect(tally(scored({ 122: 5 }, { anomalies: [anomaly] }), 4, 0)).toMatchObject({ found: 1, delay: 22 });
});

test("what touches a level shift is no episode", () => {
  expect(tally(scored({ 50: 5 }, { ignored: [{ from: 45, to: 50 }] }), 4, 0)).toMatchObject({ episodes: 0 });
});

test("average precision is 1 where every anomaly is above all else, and falls with what is false above it", () => {
  const stretch = (from: number, score: number) =>
    Object.fromEntries(Array.from({ length: 9 }, (_, i) => [from + i, score]));
  const curve = (inside: number, outside: number) =>
    curveOf([scored({ ...stretch(101, inside), ...stretch(300, outside) }, { anomalies: [anomaly] })], 0);
  const good = curve(9, 3);
  const bad = curve(3, 9);
  expect(averagePrecision(good)).toBe(1);
  expect(averagePrecision(bad)).toBe(0.5);
  expect(bootstrap(bad, 20)).toEqual({ low: 0.5, high: 0.5 });
});

test("a kind of series in which everything is one episode at the lowest threshold is not called well detected", () => {
  const noise = scored({}, { anomalies: [anomaly] });
  const scores = Float64Array.from({ length: LENGTH }, (_, at) => 1 + ((at * 7919) % LENGTH));
  const corpus = { times: new Float64Array(LENGTH), interval: 300_000, warmUp: 0, series: [noise.series] };
  const all = { ...noise, scores };
  expect(averagePrecision(curveOf([all], 0))).toBe(1);
  expect(areasByKind(corpus, [all]).get("k") as number).toBeLessThan(0.5);
});

test("the scorer gives published detectors the scores that were published of them", () => {
  for (const { published, ours } of reproduced()) expect(Math.abs(published - ours)).toBeLessThan(0.5);
});

test("a benchmark window is worth more the earlier it is said, and false rows cost by their distance", () => {
  const series = {
    name: "a",
    times: new Float64Array(LENGTH),
    values: new Float64Array(LENGTH),
    windows: [{ from: 200, to: 239 }],
  };
  const at = (...rows: number[]): number => {
    const scores = new Float64Array(LENGTH);
    for (const row of rows) scores[row] = 1;
    return nabAt([{ series, scores }], 1).score;
  };
  expect(at(200)).toBeCloseTo(100, 6);
  expect(at(239)).toBeLessThan(at(220));
  expect(at(200, 201, 239)).toBe(at(200));
  expect(at(100, 200)).toBeCloseTo(100 - 5.5, 6);
  expect(at(200, 241)).toBeGreaterThan(at(200, 300));
  // The first 15 % are not scored.
  expect(at(30, 200)).toBe(at(200));
  expect(nabCurve([{ series, scores: new Float64Array(LENGTH) }])[0]?.score).toBe(0);
});

test("a threshold that is carried over knows nothing of the group that it is judged by", () => {
  const group = (name: string, height: number, noise: number) => {
    const values = Float64Array.from({ length: LENGTH }, (_, at) => (at === 205 ? height : noise));
    const times = Float64Array.from(values, (_, at) => at * 300_000);
    return { name, series: [{ name, times, values, windows: [{ from: 200, to: 239 }] }] };
  };
  const method = { name: "the value", score: ({ values }: { readonly values: Float64Array }) => values };
  const { carried } = carryOver(method, [group("a", 9, 5), group("b", 9, 5), group("small", 2, 1)]);
  const [a, b, small] = carried.map(({ score }) => score) as [number, number, number];
  expect(a).toBeGreaterThan(90);
  expect(b).toBeGreaterThan(90);
  // Below 5 the others say every row.
  expect(small).toBe(0);
});

test("made metrics are the same for the same seed, and others for another", () => {
  const sampling = SAMPLINGS.at(-1) as (typeof SAMPLINGS)[number];
  const [one] = serverMetrics(sampling, 4, 1);
  expect(serverMetrics(sampling, 4, 1)[0]).toEqual(one);
  expect(serverMetrics(sampling, 5, 1)[0]?.values).not.toEqual(one?.values);
});
