import type { Json } from "../exchange.ts";
import type { Series, Window } from "./series.ts";

/** What a detector says of one window. */
export interface Verdict {
  /** 0 to 1; above 0 it is an anomaly. */
  readonly grade: number;
  /** 0 while the forest warms up, which does not keep the grade from reaching 1. */
  readonly confidence: number;
  readonly score: number;
  readonly threshold: number;
  /** What was expected instead, in the order of the features; wanted where the grade is above 0. */
  readonly expected?: readonly number[];
  /** Share of each feature in it; wanted where the grade is above 0. */
  readonly attribution?: readonly number[];
  /** The window in which the anomaly began, where that was an earlier one. */
  readonly began?: Window;
}

/** One verdict for each window. */
export type Decide = (series: Series) => readonly Verdict[];

const SHINGLE = 8;
/** The forest has no confidence before it has seen so many windows. */
const WARM_UP = 32;
/** So recorded confidence grows: 0.34 after 41 windows, 0.86 after 192. */
const CONFIDENCE_WINDOWS = 97;
const MEMORY = 128;
const UNUSUAL = 6;
const CERTAIN = 12;
const STEPS = 16;

/**
 * Not a forest: a plain rule for tests that do not bring their own. A value that lies more than six robust standard
 * deviations (median and median absolute deviation of up to 128 windows before it) from the median is an anomaly, from
 * twelve on of grade 1, in sixteenths as the forest's are. The deviation is taken to be at least half a unit and a tenth
 * of the median, so that a quiet series does not make an anomaly of a single call.
 */
export const robustDeviation: Decide = ({ features, windows }) =>
  windows.map((window, place) => {
    if (place < SHINGLE) return { grade: 0, confidence: 0, score: 0, threshold: 0 };
    const before = windows.slice(Math.max(0, place - MEMORY), place);
    const judged = features.map((_, feature) => deviation(before, window, feature));
    const worst = Math.max(...judged.map(({ deviations }) => deviations));
    const grade = Math.min(1, Math.max(0, Math.ceil((STEPS * (worst - UNUSUAL)) / (CERTAIN - UNUSUAL)) / STEPS));
    const all = judged.reduce((sum, { deviations }) => sum + deviations, 0);
    return {
      grade,
      confidence: place < WARM_UP ? 0 : 1 - Math.exp(-place / CONFIDENCE_WINDOWS),
      score: worst / UNUSUAL,
      threshold: 1,
      ...(grade > 0
        ? {
            expected: judged.map(({ median }) => median),
            attribution: judged.map(({ deviations }) => deviations / all),
          }
        : {}),
    };
  });

function deviation(before: readonly Window[], window: Window, feature: number): { median: number; deviations: number } {
  const values = before.map(({ values }) => values[feature] ?? 0);
  const median = middle(values);
  const spread = 1.4826 * middle(values.map((value) => Math.abs(value - median)));
  const unit = Math.max(spread, 0.5, Math.abs(median) / 10);
  return { median, deviations: Math.abs((window.values[feature] ?? 0) - median) / unit };
}

function middle(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}

/**
 * A verdict after the detector's own rules. Each condition lets a departure of its feature pass that is no larger than
 * its value, in its own direction; an anomaly is ignored when every feature may pass. So the default rule, two
 * conditions of 20 %, means "within 20 % either way".
 */
export function afterRules(verdict: Verdict, window: Window, features: readonly string[], rules: Json[]): Verdict {
  if (verdict.grade === 0 || !verdict.expected) return verdict;
  const conditions = rules.flatMap((rule) => rule.conditions);
  const mayPass = features.every((feature, place) => {
    const actual = window.values[place] ?? 0;
    const expected = verdict.expected?.[place] ?? 0;
    return conditions.some(
      (condition) => condition.feature_name === feature && within(condition, actual, expected, actual >= expected),
    );
  });
  if (!mayPass) return verdict;
  const { expected: _, attribution: __, began: ___, ...rest } = verdict;
  return { ...rest, grade: 0 };
}

function within({ threshold_type, value }: Json, actual: number, expected: number, above: boolean): boolean {
  if (threshold_type.startsWith("ACTUAL") !== above) return false;
  const [larger, smaller] = above ? [actual, expected] : [expected, actual];
  return threshold_type.endsWith("RATIO") ? larger - smaller <= value * Math.abs(smaller) : larger - smaller <= value;
}
