import { table } from "../evaluation/markdown.ts";
import type { Method } from "./methods.ts";
import { NAB_CATEGORIES, type NabCategory, type NabSeries, readNab, readPublished } from "./nab-corpus.ts";
import { bestOf, type NabResult, type NabScored, nabAt, nabCurve } from "./nab-scoring.ts";

const REPORTED = "realAWSCloudwatch";

/** Detectors whose answers for the reported category are published: their thresholds, and what they are said to score. */
const PUBLISHED = [
  { detector: "randomCutForest", threshold: 0.4539184570312501, score: 57.6 },
  { detector: "windowedGaussian", threshold: 1, score: 31.2 },
];
/** Of the published table of results, the best for the category. */
const BEST_PUBLISHED = { detector: "HTM (numenta)", score: 73.4 };

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;

function intervalOf(times: Float64Array): number {
  return median([...times.subarray(1)].map((time, i) => time - (times[i] as number)));
}

export const scoreAll = (series: readonly NabSeries[], method: Method): NabScored[] =>
  series.map((one) => ({
    series: one,
    scores: method.score({ times: one.times, values: one.values, interval: intervalOf(one.times) }),
  }));

export interface ReproducedScore {
  readonly detector: string;
  readonly published: number;
  readonly ours: number;
}

/** The scorer, held against published results of others. */
export function reproduced(): ReproducedScore[] {
  const series = readNab(REPORTED);
  return PUBLISHED.map(({ detector, threshold, score }) => {
    const answers = readPublished(detector, series);
    const scored = series.map((one, at) => ({ series: one, scores: answers[at] as Float64Array }));
    return { detector, published: score, ours: nabAt(scored, threshold).score };
  });
}

export interface NabReport {
  readonly method: Method;
  readonly threshold: number;
  readonly byCategory: ReadonlyMap<NabCategory, NabResult>;
  /** At the threshold that is best for all categories together, the reported one among them, as published ones are. */
  readonly asPublished: number;
  /** Each series at the threshold that is best for the others of its category. */
  readonly leaveOneOut: number;
  /** At the threshold that is best for the category itself: what no honest setting can reach. */
  readonly inHindsight: number;
}

/** The threshold is the best for all other categories together. */
export function nabReport(method: Method): NabReport {
  const byCategory = new Map(NAB_CATEGORIES.map((category) => [category, scoreAll(readNab(category), method)]));
  const others = NAB_CATEGORIES.flatMap((category) => (category === REPORTED ? [] : (byCategory.get(category) ?? [])));
  const { threshold } = bestOf(nabCurve(others));
  const own = byCategory.get(REPORTED) ?? [];
  return {
    method,
    threshold,
    byCategory: new Map([...byCategory].map(([category, scored]) => [category, nabAt(scored, threshold)])),
    asPublished: nabAt(own, bestOf(nabCurve([...others, ...own])).threshold).score,
    leaveOneOut: leaveOneOut(own),
    inHindsight: bestOf(nabCurve(own)).score,
  };
}

function leaveOneOut(scored: readonly NabScored[]): number {
  let total = 0;
  let windows = 0;
  for (const one of scored) {
    const { threshold } = bestOf(nabCurve(scored.filter((other) => other !== one)));
    const result = nabAt([one], threshold);
    // A series without windows has no scale of its own: its score is what its false rows cost.
    total += result.windows === 0 ? result.score / 100 : (result.score / 100) * 2 * result.windows;
    windows += result.windows;
  }
  return (100 * total) / (2 * windows);
}

export function nabTable(reports: readonly NabReport[], checks: readonly ReproducedScore[]): string {
  const header = [
    "detector",
    "threshold from the other categories",
    "windows found",
    "false rows",
    "from all categories, as published ones are",
    "leave one file out",
    "in hindsight",
  ];
  const ours = reports.map(({ method, byCategory, asPublished, leaveOneOut, inHindsight }) => {
    const { score, found, windows, falseRows } = byCategory.get(REPORTED) as NabResult;
    const others = [asPublished, leaveOneOut, inHindsight].map((value) => value.toFixed(1));
    return [method.name, score.toFixed(1), `${found} of ${windows}`, falseRows, ...others];
  });
  const theirs = (name: string, score: number): string[] => [name, "", "", "", score.toFixed(1), "", ""];
  return table(header, [
    ...ours,
    ...checks.map(({ detector, published, ours }) =>
      theirs(`${detector}, published ${published.toFixed(1)}, by this scorer`, ours),
    ),
    theirs(`${BEST_PUBLISHED.detector}, the best published`, BEST_PUBLISHED.score),
  ]);
}

/** The categories that the setting and the threshold were chosen on. */
export function chosenOnTable(reports: readonly NabReport[]): string {
  const chosen = NAB_CATEGORIES.filter((category) => category !== REPORTED);
  const rows = reports.map(({ method, threshold, byCategory }) => [
    method.name,
    threshold.toFixed(2),
    ...chosen.map((category) => {
      const { score, found, windows, falseRows } = byCategory.get(category) as NabResult;
      return windows === 0 ? `${falseRows} false rows` : `${score.toFixed(1)} (${found} of ${windows})`;
    }),
  ]);
  return table(["method", "threshold", ...chosen], rows);
}
