import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { BUCKET, DAY, type EpochMs, HOUR } from "#core/domain/time.ts";
import { type ForestJudgement, openForest } from "#engine/forest/index.ts";
import { goldenRun, SERIES } from "../engine/forest-runs.ts";

interface Recorded {
  readonly task_id?: string;
  readonly data_start_time: EpochMs;
  readonly confidence: number;
  readonly anomaly_score: number;
  readonly anomaly_grade: number;
}

/** Results of the runs over the past that a node was recorded with: of its 1,152 and more, those that were asked for. */
function recordedResults(): readonly (Recorded & { readonly at: number })[] {
  const read = (file: string) =>
    JSON.parse(readFileSync(new URL(`../../fixtures/opensearch-exchanges/${file}.json`, import.meta.url), "utf8"));
  const all = new Map<string, Recorded>();
  const gather = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { _id, _source } = value as { readonly _id?: string; readonly _source?: Recorded };
    if (_id && _source?.task_id && typeof _source.anomaly_grade === "number") all.set(_id, _source);
    for (const member of Object.values(value)) gather(member);
  };
  gather(read("results").map(({ response }: { readonly response: unknown }) => response));
  return [...all.values()].flatMap((result) => {
    const begin = BEGINS[result.task_id as string];
    return begin === undefined ? [] : [{ ...result, at: (result.data_start_time - begin) / BUCKET }];
  });
}

/** When the runs began, by their tasks: by entity, by two fields, of a single stream. */
const BEGINS: Readonly<Record<string, EpochMs>> = {
  "Ka9K-qEBu0635j_umzgG": 1795077600000,
  "Ba9K-qEBu0635j_uvT3D": 1795041600000,
  "9a9W-qEBu0635j_uFlPn": 1795113600000,
};

/** Roots of Poisson counts with a daily wave, as the node's roll-ups were made; and one window with two hundred more. */
function roots(seed: number, planted: number): number[] {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const poisson = (mean: number): number => {
    let count = 0;
    for (let product = uniform(); product > Math.exp(-mean); product *= uniform()) count++;
    return count;
  };
  return Array.from({ length: 192 }, (_, at) => {
    const usual = poisson(8 + 5 * Math.sin((2 * Math.PI * at * BUCKET) / DAY));
    return Math.sqrt(usual + (at === planted ? 200 : 0));
  });
}

/** As the recorded detector by entity: a shingle of eight, deviations up to three tenths ignored. */
const judge = (values: readonly number[], seed = 1): readonly (ForestJudgement | null)[] =>
  openForest({ seed, ignore: { aboveRatio: 0.3, belowRatio: 0.3 } }).observeSeries(
    values.map((_, at) => at * BUCKET),
    values,
  );

describe("what a node wrote", () => {
  test("at the same place of a run it is as sure as we are, to the last digit, whatever the counts", () => {
    const results = recordedResults();
    expect(results.length).toBeGreaterThan(10);
    const ours = judge(roots(1, 168));
    for (const { at, confidence, anomaly_score: score } of results) {
      expect(confidence).toBeCloseTo(ours[at]?.confidence ?? Number.NaN, 14);
      expect(score === 0).toBe(ours[at]?.score === 0);
    }
  });

  test("a fleet in its own window has grade 1, and little else has any, as there", () => {
    const runs = Array.from({ length: 18 }, (_, seed) => judge(roots(seed + 1, 168), seed));
    const foundThere = runs.filter((run) => run[168]?.grade === 1 && run[168].relativeIndex === 0);
    expect(foundThere.length).toBeGreaterThanOrEqual(runs.length - 2);
    // Recorded: 2 others in 1,152 windows of six entities, and 2 in as many of another detector.
    const others = runs.flatMap((run) => run.filter((one, at) => at !== 168 && (one?.grade ?? 0) > 0));
    const expected = (4 / (2 * 1152)) * 192 * runs.length;
    expect(others.length).toBeGreaterThan(expected / 3);
    expect(others.length).toBeLessThan(expected * 3);
  });
});

test("of what the reference implementation was recorded to find, other seeds find as much as they find of each other", () => {
  const recorded = { all: 0, same: 0 };
  const again = { all: 0, same: 0 };
  for (const mode of ["historical", "realtime"] as const) {
    for (const series of SERIES) {
      const run = goldenRun(series, mode);
      const times = run.map(({ timestamp }) => timestamp);
      const values = run.map(({ value }) => value);
      const there = episodes(
        run.map(({ judgement }) => judgement.grade),
        times,
      );
      const [one, other] = [1, 2].map((seed) => {
        const judgements = openForest({ mode, seed }).observeSeries(times, values);
        return episodes(
          judgements.map((judgement) => judgement?.grade ?? 0),
          times,
        );
      }) as [Episode[], Episode[]];
      compare(recorded, there, one);
      compare(recorded, there, other);
      compare(again, one, other);
      compare(again, other, one);
    }
  }
  expect(recorded.all).toBeGreaterThan(150);
  expect(recorded.same / recorded.all).toBeGreaterThan(0.65);
  expect(Math.abs(recorded.same / recorded.all - again.same / again.all)).toBeLessThan(0.1);
}, 60_000);

interface Episode {
  readonly from: EpochMs;
  to: EpochMs;
}

/** Counts how much of one run is in another, at most an hour apart. */
function compare(count: { all: number; same: number }, of: readonly Episode[], another: readonly Episode[]): void {
  count.all += of.length;
  count.same += of.filter(({ from, to }) =>
    another.some((other) => other.from <= to + HOUR && from <= other.to + HOUR),
  ).length;
}

/** What lies within an hour, or three values where they are further apart, is one thing. */
function episodes(grades: readonly number[], times: readonly EpochMs[]): Episode[] {
  const apart = Math.max(HOUR, 3 * ((times[1] as number) - (times[0] as number)));
  const all: Episode[] = [];
  for (const [at, grade] of grades.entries()) {
    if (!(grade > 0)) continue;
    const time = times[at] as number;
    const last = all.at(-1);
    if (last && time - last.to <= apart) last.to = time;
    else all.push({ from: time, to: time });
  }
  return all;
}
