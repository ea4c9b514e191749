import { scoreAtRate } from "#engine/series/verdict.ts";
import type { Limit } from "../evaluation/limits.ts";
import { percent, table } from "../evaluation/markdown.ts";
import type { CountCorpus } from "./count-corpus.ts";
import {
  atBudget,
  averagePrecision,
  bootstrap,
  type CurvePoint,
  curveOf,
  precisionOf,
  recallOf,
  type Scored,
  seriesWeeks,
  sumOf,
  tally,
} from "./count-scoring.ts";
import type { Method } from "./methods.ts";

/** Episodes per series and week: the product's own operating point, and those that others are compared at. */
const BUDGETS = [0.02, 0.1, 0.25, 0.5, 1];
const RATES = [1, 0.5, 0.25, 0.1, 0.05, 0.02];
const MINUTE = 60_000;
/**
 * Share of a kind's points that may lie above a threshold. Of few series a threshold soon lies below nearly every score;
 * then each of them is one long episode, true wherever anything was planted, which detects nothing.
 */
const MOST_OF_A_KIND = 0.05;

export interface MethodScored {
  readonly method: Method;
  readonly scored: readonly Scored[];
  readonly curve: readonly CurvePoint[];
}

export function scoreCounts(corpus: CountCorpus, method: Method): MethodScored {
  const { times, interval, warmUp } = corpus;
  const scored = corpus.series.map((series) => {
    const scores = method.score({ times, values: series.counts, interval });
    for (const { from, to } of series.blank ?? []) scores.fill(0, from, to + 1);
    return { series, scores };
  });
  return { method, scored, curve: curveOf(scored, warmUp, corpus.most) };
}

const both = (point: CurvePoint | undefined): string =>
  point ? `${whole(recallOf(point))} / ${whole(precisionOf(point))}` : "-";
const whole = (share: number): string => (100 * share).toFixed(0);

/** A row a method: average precision with its interval, recall and precision at each budget, the worst kind of series. */
export function methodsTable(corpus: CountCorpus, all: readonly MethodScored[]): string {
  const weeks = seriesWeeks(corpus);
  const header = ["method", "average precision (95 %)", ...BUDGETS.map((budget) => `at ${budget}`), "worst kind"];
  const rows = all.map(({ method, scored, curve }) => {
    const { low, high } = bootstrap(curve);
    const [worstKind, least] = [...areasByKind(corpus, scored)].reduce((worst, one) =>
      one[1] < worst[1] ? one : worst,
    );
    return [
      method.name,
      `${averagePrecision(curve).toFixed(3)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
      ...BUDGETS.map((budget) => both(atBudget(curve, budget, weeks))),
      `${worstKind} ${least.toFixed(2)}`,
    ];
  });
  return table(header, rows);
}

/** Average precision of each kind of series by itself. */
export function areasByKind(corpus: CountCorpus, scored: readonly Scored[]): Map<string, number> {
  const most = Math.min(corpus.most ?? 1, MOST_OF_A_KIND);
  const areaOf = (kind: string): number => {
    const own = scored.filter(({ series }) => series.kind === kind);
    return averagePrecision(curveOf(own, corpus.warmUp, most));
  };
  return new Map(kindsOf(corpus).map((kind) => [kind, areaOf(kind)]));
}

const kindsOf = ({ series }: CountCorpus): string[] => [...new Set(series.map(({ kind }) => kind))];

/** Below what is said of the validation split: a change that costs more than that should be meant. */
export function limitsOf(corpus: CountCorpus, { curve }: MethodScored): Limit[] {
  const weeks = seriesWeeks(corpus);
  const half = atBudget(curve, 0.5, weeks);
  const quarter = atBudget(curve, 0.25, weeks);
  const limit = (what: string, least: number, measured: number): Limit => ({
    what,
    wanted: `at least ${least}`,
    measured: measured.toFixed(3),
    kept: measured >= least,
  });
  return [
    limit("average precision", 0.82, averagePrecision(curve)),
    limit("recall at 0.5 episodes per series-week", 0.85, half ? recallOf(half) : 0),
    limit("recall at 0.25", 0.58, quarter ? recallOf(quarter) : 0),
    limit("precision at 0.25", 0.85, quarter ? precisionOf(quarter) : 0),
  ];
}

/** By kind of series at the threshold that half an episode per series and week gives. */
export function kindsTable(corpus: CountCorpus, { scored, curve }: MethodScored): string {
  const point = atBudget(curve, 0.5, seriesWeeks(corpus));
  if (!point) return "";
  const rows = [...areasByKind(corpus, scored)].map(([kind, area]) => {
    const own = scored.filter(({ series }) => series.kind === kind);
    const sum = sumOf(own.map((one) => tally(one, point.threshold, corpus.warmUp)));
    return [
      kind,
      own.length,
      area.toFixed(3),
      `${sum.found} of ${sum.planted}`,
      `${sum.trueEpisodes} of ${sum.episodes}`,
      delayOf(corpus, sum.delay, sum.found),
    ];
  });
  return table(["kind", "series", "average precision", "found", "episodes that were true", "mean delay"], rows);
}

const delayOf = ({ interval }: CountCorpus, delay: number, found: number): string =>
  found === 0 ? "-" : `${Math.round((delay * interval) / found / MINUTE)} min`;

export function typesTable(corpus: CountCorpus, { scored, curve }: MethodScored): string {
  const weeks = seriesWeeks(corpus);
  const point = atBudget(curve, 0.5, weeks);
  const strict = atBudget(curve, 0.02, weeks);
  if (!point || !strict) return "";
  const types = [...new Set(corpus.series.flatMap(({ anomalies }) => anomalies.map(({ type }) => type)))];
  const rows = types.map((type) => {
    const at = ({ threshold }: CurvePoint) => sumOf(scored.map((one) => tally(one, threshold, corpus.warmUp, type)));
    const sum = at(point);
    return [
      type,
      sum.planted,
      percent(sum.found, sum.planted),
      delayOf(corpus, sum.delay, sum.found),
      percent(at(strict).found, sum.planted),
    ];
  });
  return table(["anomaly", "planted", "found at 0.5", "mean delay", "found at 0.02"], rows);
}

interface RatedSplit {
  readonly name: string;
  readonly corpus: CountCorpus;
  readonly scored: readonly Scored[];
}

/** Whether a rate means what it says: false episodes per series and week at the score that stands for it. */
export function ratesTable(splits: readonly RatedSplit[]): string {
  const rows = RATES.map((rate) => [
    rate,
    scoreAtRate(rate).toFixed(2),
    ...splits.map(({ corpus, scored }) => {
      const sum = sumOf(scored.map((one) => tally(one, scoreAtRate(rate), corpus.warmUp)));
      return ((sum.episodes - sum.trueEpisodes) / seriesWeeks(corpus)).toFixed(3);
    }),
  ]);
  return table(["false episodes per series-week wanted", "score", ...splits.map(({ name }) => name)], rows);
}
