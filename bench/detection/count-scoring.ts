import type { CountCorpus, LabelledSeries, Stretch } from "./count-corpus.ts";

/** Points above a threshold that lie at most so many buckets apart are one episode. */
const MERGE = 12;
/** An episode that begins so many buckets after an anomaly's end may still be about it. */
const GRACE = 12;
const WEEK = 604_800_000;

/** A series and what a method said of each of its points: higher is more unusual. */
export interface Scored {
  readonly series: LabelledSeries;
  readonly scores: ArrayLike<number>;
}

export interface Tally {
  readonly planted: number;
  readonly found: number;
  readonly episodes: number;
  readonly trueEpisodes: number;
  /** Of what was found: buckets from its beginning to the first episode, added up. */
  readonly delay: number;
}

export interface CurvePoint extends Tally {
  readonly threshold: number;
  /** In the order of the series. */
  readonly bySeries: readonly Tally[];
}

/** Points above the threshold, in episodes; the warm-up is not scored. */
function episodesOf(scores: ArrayLike<number>, threshold: number, warmUp: number): Stretch[] {
  const episodes: { from: number; to: number }[] = [];
  for (let i = warmUp; i < scores.length; i++) {
    if (!((scores[i] as number) > threshold)) continue;
    const last = episodes.at(-1);
    if (last && i - last.to <= MERGE) last.to = i;
    else episodes.push({ from: i, to: i });
  }
  return episodes;
}

const touches = (anomaly: Stretch, episode: Stretch): boolean =>
  episode.from <= anomaly.to + GRACE && episode.to >= anomaly.from;
const overlaps = (a: Stretch, b: Stretch): boolean => a.from <= b.to && a.to >= b.from;

/** What a threshold finds in a series; with `type` only anomalies of that type are counted as planted and found. */
export function tally({ series, scores }: Scored, threshold: number, warmUp: number, type?: string): Tally {
  const all = episodesOf(scores, threshold, warmUp);
  const counted = all.filter((episode) => !series.ignored.some((stretch) => overlaps(episode, stretch)));
  const isTrue = (episode: Stretch): boolean => series.anomalies.some((anomaly) => touches(anomaly, episode));
  const anomalies = series.anomalies.filter((anomaly) => type === undefined || anomaly.type === type);
  let found = 0;
  let delay = 0;
  for (const anomaly of anomalies) {
    const hit = all.find((episode) => touches(anomaly, episode));
    if (!hit) continue;
    found++;
    delay += Math.max(0, hit.from - anomaly.from);
  }
  const trueEpisodes = counted.filter(isTrue).length;
  return { planted: anomalies.length, found, episodes: counted.length, trueEpisodes, delay };
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = { planted: 0, found: 0, episodes: 0, trueEpisodes: 0, delay: 0 };
  for (const one of tallies) for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += one[key];
  return sum;
}

export const recallOf = ({ planted, found }: Tally): number => (planted === 0 ? 1 : found / planted);
export const precisionOf = ({ episodes, trueEpisodes }: Tally): number =>
  episodes === 0 ? 1 : trueEpisodes / episodes;

/** What one threshold for all series finds, over thresholds; `most` is the share of points that may lie above one. */
export function curveOf(scored: readonly Scored[], warmUp: number, most = 1): CurvePoint[] {
  return thresholds(scored, warmUp, most).map((threshold) => {
    const bySeries = scored.map((one) => tally(one, threshold, warmUp));
    return { threshold, bySeries, ...sumOf(bySeries) };
  });
}

/** The highest scores one by one, the others ever more widely spaced. */
function thresholds(scored: readonly Scored[], warmUp: number, most: number): number[] {
  const positive: number[] = [];
  for (const { scores } of scored) {
    for (let i = warmUp; i < scores.length; i++) if ((scores[i] as number) > 0) positive.push(scores[i] as number);
  }
  const points = scored.reduce((sum, { scores }) => sum + scores.length - warmUp, 0);
  const sorted = Float64Array.from(positive).sort().reverse();
  const picks = new Set<number>();
  for (let i = 0; i < 140; i++) {
    const at = Math.min(sorted.length - 1, Math.floor(1.085 ** i * 5));
    const pick = sorted[at];
    if (pick !== undefined && at <= most * points) picks.add(pick * (1 - 1e-9) - 1e-12);
  }
  return [...picks];
}

/** The area under precision, where each recall has the best precision of it or a higher one. */
export function averagePrecision(curve: readonly Tally[]): number {
  const points = curve
    .map((point) => ({ recall: recallOf(point), precision: precisionOf(point) }))
    .sort((a, b) => b.recall - a.recall);
  let area = 0;
  let best = 0;
  for (const [i, { recall, precision }] of points.entries()) {
    best = Math.max(best, precision);
    area += (recall - (points[i + 1]?.recall ?? 0)) * best;
  }
  return area;
}

/** The middle 95 % of the average precision, if these had been other series of the same kind. */
export function bootstrap(
  curve: readonly CurvePoint[],
  rounds = 1000,
): { readonly low: number; readonly high: number } {
  const count = curve[0]?.bySeries.length ?? 0;
  let state = 12345;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
  const areas = Float64Array.from({ length: rounds }, () => {
    const drawn = Array.from({ length: count }, draw);
    return averagePrecision(curve.map(({ bySeries }) => sumOf(drawn.map((at) => bySeries[at] as Tally))));
  }).sort();
  return { low: areas[Math.floor(0.025 * rounds)] as number, high: areas[Math.floor(0.975 * rounds)] as number };
}

/** The point with the most found among those within the budget of episodes per series and week. */
export function atBudget(curve: readonly CurvePoint[], budget: number, weeks: number): CurvePoint | undefined {
  let best: CurvePoint | undefined;
  for (const point of curve) {
    if (point.episodes <= budget * weeks && (!best || point.found > best.found)) best = point;
  }
  return best;
}

/** Series and weeks that are scored. */
export const seriesWeeks = ({ series, times, warmUp, interval }: CountCorpus): number =>
  (series.length * (times.length - warmUp) * interval) / WEEK;
