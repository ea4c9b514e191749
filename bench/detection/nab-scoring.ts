import type { NabSeries } from "./nab-corpus.ts";

/** The standard profile's weight of a false positive; a window found is worth 1, a missed one costs 1. */
const FALSE_POSITIVE = 0.11;
/** Share of a series that is not scored, and the longest series of which that share is taken. */
const PROBATION = 0.15;
const LONGEST = 5000;

export interface NabScored {
  readonly series: NabSeries;
  readonly scores: ArrayLike<number>;
}

/** A row that may be said, and what that would be worth: in a window the best counts, beyond it each. */
interface Row {
  readonly score: number;
  readonly worth: number;
  /** Of all windows of the corpus; -1 outside. */
  readonly window: number;
}

/** 1 far before, 0 at, and -1 far behind the right end of a window, in its lengths. */
const sigmoid = (position: number): number => (position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1);

/**
 * The formula of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, and its scorer): a window is worth the sigmoid of
 * the first row that was said in it, by how early that is; a row outside costs the more, the farther it is behind the
 * last window.
 */
function rowsOf({ series, scores }: NabScored, firstWindow: number): Row[] {
  const { windows } = series;
  const best = sigmoid(-1);
  const rows: Row[] = [];
  const length = scores.length;
  const probation = Math.min(Math.floor(PROBATION * length), PROBATION * LONGEST);
  let at = 0;
  for (let i = 0; i < length; i++) {
    while (at < windows.length && i > (windows[at] as { to: number }).to) at++;
    if (i < probation) continue;
    const window = windows[at];
    const score = scores[i] as number;
    if (window && i >= window.from) {
      const width = window.to - window.from + 1;
      rows.push({ score, worth: sigmoid(-(window.to - i + 1) / width) / best, window: firstWindow + at });
      continue;
    }
    const behind = at > 0 ? windows[at - 1] : undefined;
    const position = behind ? (i - behind.to) / (behind.to - behind.from) : Number.POSITIVE_INFINITY;
    rows.push({ score, worth: FALSE_POSITIVE * sigmoid(position), window: -1 });
  }
  return rows;
}

export interface NabResult {
  readonly threshold: number;
  /** 0 for a detector that says nothing, 100 for a perfect one. */
  readonly score: number;
  /** Windows found, all windows, and rows said outside of them. */
  readonly found: number;
  readonly windows: number;
  readonly falseRows: number;
}

/** Scores at every threshold, from the highest down; a row is said where its score is at least the threshold. */
export function nabCurve(scored: readonly NabScored[]): NabResult[] {
  let windows = 0;
  const rows: Row[] = [];
  for (const one of scored) {
    for (const row of rowsOf(one, windows)) rows.push(row);
    windows += one.series.windows.length;
  }
  rows.sort((a, b) => b.score - a.score);
  const worth = new Float64Array(windows).fill(-1);
  let total = -windows;
  let found = 0;
  let falseRows = 0;
  const curve: NabResult[] = [];
  const result = (threshold: number): NabResult => ({
    threshold,
    score: windows === 0 ? 100 * total : (100 * (total + windows)) / (2 * windows),
    found,
    windows,
    falseRows,
  });
  curve.push(result(Number.POSITIVE_INFINITY));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Row;
    if (row.window < 0) {
      total += row.worth;
      falseRows++;
    } else if (row.worth > (worth[row.window] as number)) {
      if (worth[row.window] === -1) found++;
      total += row.worth - (worth[row.window] as number);
      worth[row.window] = row.worth;
    }
    if (rows[i + 1]?.score !== row.score) curve.push(result(row.score));
  }
  return curve;
}

/** At the lowest threshold that is at least the given one. */
export function nabAt(
  scored: readonly NabScored[],
  threshold: number,
  curve: readonly NabResult[] = nabCurve(scored),
): NabResult {
  return curve.findLast((point) => point.threshold >= threshold) as NabResult;
}

export const bestOf = (curve: readonly NabResult[]): NabResult =>
  curve.reduce((best, point) => (point.score > best.score ? point : best));
