import { expect, test } from "@jest/globals";
import { type ForestJudgement, openForest } from "#engine/forest/index.ts";
import { type GoldenRow, goldenRun, SERIES } from "./forest-runs.ts";

/** The reference's runtime computes exp() and sums in places with other last bits; everything else is the same bits. */
const TOLERANCE = 1e-12;

const near = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE;

function agrees(got: ForestJudgement | null, wanted: ForestJudgement): boolean {
  if (!got) return false;
  const parts = ({ attribution }: ForestJudgement): number[] =>
    attribution ? [...attribution.high, ...attribution.low] : [];
  return (
    got.score === wanted.score &&
    near(got.threshold, wanted.threshold) &&
    got.grade === wanted.grade &&
    near(got.confidence, wanted.confidence) &&
    got.mode === wanted.mode &&
    got.relativeIndex === wanted.relativeIndex &&
    got.expected === wanted.expected &&
    parts(got).length === parts(wanted).length &&
    parts(got).every((part, i) => near(part, parts(wanted)[i] as number))
  );
}

function disagreements(rows: readonly GoldenRow[], got: readonly (ForestJudgement | null)[]): string[] {
  return rows.flatMap(({ timestamp, judgement }, i) =>
    agrees(got[i] ?? null, judgement)
      ? []
      : [`${timestamp}: wanted ${JSON.stringify(judgement)}, got ${JSON.stringify(got[i])}`],
  );
}

for (const series of SERIES) {
  for (const mode of ["historical", "realtime"] as const) {
    test(`${series}, ${mode}: every answer of the reference implementation`, () => {
      const rows = goldenRun(series, mode);
      const forest = openForest({ mode, seed: 42 });
      const got = rows.map(({ timestamp, value }) => forest.observe(timestamp, value));
      expect(disagreements(rows, got).slice(0, 3)).toEqual([]);
      expect(rows.filter(({ judgement }) => judgement.grade > 0).length).toBeGreaterThan(1);
    });
  }
}

test("another seed grows another forest", () => {
  const rows = goldenRun("seasonal", "historical").slice(0, 200);
  const forest = openForest({ seed: 43 });
  const got = rows.map(({ timestamp, value }) => forest.observe(timestamp, value));
  expect(disagreements(rows, got).length).toBeGreaterThan(100);
});
