import { expect, test } from "@jest/globals";
import { logGamma, lowerQuantile, lowerTailScore, upperQuantile, upperTailScore } from "#engine/tail.ts";

/** The distribution written out, term by term, as the tails' independent check. */
function probabilities(mean: number, dispersion: number, count: number): number[] {
  const shape = 1 / dispersion;
  const p = mean / (mean + shape);
  const terms = [(1 - p) ** shape];
  for (let x = 1; x < count; x++) terms.push(((terms[x - 1] as number) * p * (shape + x - 1)) / x);
  return terms;
}

const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);

test.each([
  [3, 0.5, 9],
  [0.02, 2, 3],
  [40, 0.1, 95],
  [7, 0.01, 4],
])("tails of mean %d and dispersion %d at %d are the sums of the probabilities", (mean, dispersion, x) => {
  const terms = probabilities(mean, dispersion, 2000);
  expect(upperTailScore(x, mean, dispersion)).toBeCloseTo(-Math.log10(sum(terms.slice(x))), 8);
  expect(lowerTailScore(x, mean, dispersion)).toBeCloseTo(-Math.log10(sum(terms.slice(0, x + 1))), 8);
});

test("without dispersion the tail is Poisson's", () => {
  // P(X >= 10 | 1) = 1.1142547833872071e-7
  expect(upperTailScore(10, 1, 0)).toBeCloseTo(-Math.log10(1.1142547833872071e-7), 4);
});

test("far tails stay finite and rise with the count", () => {
  const scores = [10, 100, 1000, 1e5, 1e7].map((count) => upperTailScore(count, 0.01, 0.5));
  for (const [i, score] of scores.entries()) {
    expect(Number.isFinite(score)).toBe(true);
    if (i > 0) expect(score).toBeGreaterThan(scores[i - 1] as number);
  }
  expect(upperTailScore(0, 5, 1)).toBe(0);
});

test("quantiles enclose all but the tail, and no less", () => {
  for (const [mean, dispersion] of [
    [0.01, 1],
    [4, 0.3],
    [250, 0.02],
  ] as const) {
    const terms = probabilities(mean, dispersion, 5000);
    const upper = upperQuantile(mean, dispersion, 0.005);
    expect(sum(terms.slice(upper + 1))).toBeLessThanOrEqual(0.005);
    expect(upper === 0 || sum(terms.slice(upper)) > 0.005).toBe(true);
    const lower = lowerQuantile(mean, dispersion, 0.005);
    expect(sum(terms.slice(0, lower))).toBeLessThanOrEqual(0.005);
    expect(sum(terms.slice(0, lower + 1))).toBeGreaterThan(0.005);
  }
});

test("logGamma knows factorials and halves", () => {
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 10);
  expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 10);
  expect(logGamma(1e-3)).toBeCloseTo(6.907178885383853, 9);
});
