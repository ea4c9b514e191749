import { ANOMALY } from "#engine/series/verdict.ts";
import { table } from "../evaluation/markdown.ts";
import type { Method } from "./methods.ts";
import { type NabSeries, readNab } from "./nab-corpus.ts";
import { bestOf, type NabResult, type NabScored, nabAt, nabCurve } from "./nab-scoring.ts";
import { scoreAll } from "./nab-tables.ts";
import { SAMPLINGS, serverMetrics } from "./server-metrics.ts";

/** Points of a fortnight, if they are read every five minutes. */
const FORTNIGHT = 14 * 288;
/** Share of a piece in which a window may not begin, since it is not scored. */
const UNSCORED = 0.15;
const PER_KIND = 4;
const WEEK = 2016;
/** Thresholds are tried at so many steps between a group's lowest and highest that matter. */
const STEPS = 200;

interface Group {
  readonly name: string;
  readonly series: readonly NabSeries[];
}

/** Groups of series that count alike, whatever their size; `seed` is of those that are made. */
export function groups(seed: number): Group[] {
  return [
    { name: "artificial", series: [...readNab("artificialNoAnomaly"), ...readNab("artificialWithAnomaly")] },
    { name: "realTraffic", series: readNab("realTraffic") },
    { name: "realAdExchange", series: readNab("realAdExchange") },
    { name: "realKnownCause", series: readNab("realKnownCause") },
    { name: "realTweets in fortnights", series: readNab("realTweets").flatMap(inFortnights) },
    ...SAMPLINGS.map((sampling) => ({
      name: `made, ${sampling.name}`,
      series: serverMetrics(sampling, seed, PER_KIND),
    })),
  ];
}

/** Pieces, each begun anew; one that cuts a window, or has one before it is scored, is left out. */
function inFortnights({ name, times, values, windows }: NabSeries): NabSeries[] {
  const pieces: NabSeries[] = [];
  for (let from = 0; from + FORTNIGHT <= times.length; from += FORTNIGHT) {
    const to = from + FORTNIGHT - 1;
    const own = windows.filter((window) => window.to >= from && window.from <= to);
    if (own.some((window) => window.from < from + UNSCORED * FORTNIGHT || window.to > to)) continue;
    pieces.push({
      name: `${name} from ${from}`,
      times: times.slice(from, to + 1),
      values: values.slice(from, to + 1),
      windows: own.map((window) => ({ from: window.from - from, to: window.to - from })),
    });
  }
  return pieces;
}

interface GroupScored {
  readonly group: Group;
  readonly scored: readonly NabScored[];
  readonly curve: readonly NabResult[];
}

export interface CarriedOver {
  readonly method: Method;
  readonly groups: readonly GroupScored[];
  /** Of each group, at the threshold that is best for the others on average. */
  readonly carried: readonly NabResult[];
}

/** How well a threshold means the same for other kinds of series. */
export function carryOver(method: Method, all: readonly Group[]): CarriedOver {
  const scored = all.map((group): GroupScored => {
    const own = scoreAll(group.series, method);
    return { group, scored: own, curve: nabCurve(own) };
  });
  const best = scored.map(({ curve }) => bestOf(curve).threshold).filter(Number.isFinite);
  const [low, high] = [0.5 * Math.min(...best), 2 * Math.max(...best)];
  const thresholds = Array.from({ length: STEPS }, (_, step) => low * (high / low) ** (step / (STEPS - 1)));
  const at = thresholds.map((threshold) => scored.map((one) => nabAt(one.scored, threshold, one.curve)));
  const carried = scored.map((_, own) => {
    const worth = (results: readonly NabResult[]): number =>
      results.reduce((sum, { score }, group) => sum + (group === own ? 0 : score), 0);
    const chosen = at.reduce((best, results) => (worth(results) > worth(best) ? results : best));
    return chosen[own] as NabResult;
  });
  return { method, groups: scored, carried };
}

/** A row a method: the scores of the groups at the threshold that is best for the others, and their mean. */
export function carryOverTable(all: readonly CarriedOver[]): string {
  const names = all[0]?.groups.map(({ group }) => group.name) ?? [];
  const rows = all.map(({ method, carried }) => {
    const mean = carried.reduce((sum, { score }) => sum + score, 0) / carried.length;
    return [method.name, mean.toFixed(1), ...carried.map(({ score }) => score.toFixed(1))];
  });
  return table(["method", "mean", ...names], rows);
}

/** What is called an anomaly in each group: how many windows are found, and what is said beside them. */
export function anomaliesTable({ groups }: CarriedOver): string {
  const rows = groups.map(({ group, scored, curve }) => {
    const { found, windows, falseRows } = nabAt(scored, ANOMALY, curve);
    const points = group.series.reduce((sum, { values }) => sum + values.length, 0);
    return [group.name, group.series.length, `${found} of ${windows}`, ((falseRows / points) * WEEK).toFixed(2)];
  });
  return table(["group", "series", "windows found", "said falsely per series and 2,016 points"], rows);
}
