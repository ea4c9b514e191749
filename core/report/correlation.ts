import type { CorrelationRow } from "./rows.ts";

const HOURS_A_DAY = 24;

/**
 * How much accounts move together: Spearman's rank correlation of their hourly event counts, after the median of the
 * same hour of the day is taken out of each (else all accounts that people work in would correlate by daylight alone).
 * Both orders of a pair are answered, an account with itself is not. Accounts whose residuals never change, and pairs that share fewer than `minimumHours` known hours, are left out.
 *
 * @param hourly per account, the count of every hour of the span; `null` where the hour is unknown.
 */
export function accountCorrelations(
  hourly: ReadonlyMap<string, readonly (number | null)[]>,
  minimumHours = 3 * HOURS_A_DAY,
): readonly CorrelationRow[] {
  const residuals = new Map<string, (number | null)[]>();
  for (const [account, counts] of hourly) {
    const left = withoutTimeOfDay(counts);
    if (new Set(left).size > 2) residuals.set(account, left);
  }
  const rows: CorrelationRow[] = [];
  for (const [a, left] of residuals) {
    for (const [b, right] of residuals) {
      if (a === b) continue;
      const shared = left.flatMap((x, hour) => {
        const y = right[hour];
        return x === null || y === null || y === undefined ? [] : [[x, y] as const];
      });
      if (shared.length < minimumHours) continue;
      const correlation = pearson(ranks(shared.map(([x]) => x)), ranks(shared.map(([, y]) => y)));
      if (correlation !== null) rows.push({ a, b, correlation });
    }
  }
  return rows;
}

function withoutTimeOfDay(counts: readonly (number | null)[]): (number | null)[] {
  const medians = Array.from({ length: HOURS_A_DAY }, (_, hour) =>
    median(counts.filter((count, index): count is number => count !== null && index % HOURS_A_DAY === hour)),
  );
  return counts.map((count, index) => (count === null ? null : count - (medians[index % HOURS_A_DAY] ?? 0)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Ranks from 1, ties get their mean rank. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((x, y) => x.value - y.value);
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.value === order[start]?.value) end++;
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) result[order[at]?.index ?? 0] = rank;
    start = end;
  }
  return result;
}

function pearson(x: readonly number[], y: readonly number[]): number | null {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(x);
  const my = mean(y);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let at = 0; at < x.length; at++) {
    const dx = (x[at] ?? 0) - mx;
    const dy = (y[at] ?? 0) - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
