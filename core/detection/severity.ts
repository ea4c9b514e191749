import type { Severity } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import { DAY, HOUR, type TimeWindow } from "../domain/time.ts";
import type { DetectionConfig } from "./config.ts";

export interface Effect {
  readonly window: TimeWindow;
  readonly direction: "rise" | "drop";
  readonly actual: number;
  readonly expected: number | null;
  readonly grade: number;
  readonly historyDays: number;
  readonly peak: { readonly value: number; readonly expected: number | null };
  /** Whether others of its kind in the account (principals, resources) have done as much before. */
  readonly usualAmongPeers: boolean;
}

export interface Verdict {
  readonly severity: Severity;
  readonly reasons: readonly string[];
}

/** How grave a departure of a count is by itself, and why. `critical` is not given here: that takes danger or money. */
export function severityOf(signal: Signal, effect: Effect, config: DetectionConfig): Verdict {
  const verdict = effect.direction === "drop" ? dropped(signal, effect) : risen(signal, effect, config);
  if (!effect.usualAmongPeers) return verdict;
  const kind = signal.per === "resource" ? "resources" : "principals";
  return { severity: "info", reasons: [...verdict.reasons, `other ${kind} of this account have done as much before`] };
}

const dropped = (signal: Signal, { actual, expected, grade }: Effect): Verdict => ({
  severity: grade >= 0.7 ? "low" : "info",
  reasons: [`${amount(actual)} ${signal.unit} where ${amount(expected ?? 0)} were expected; a drop is at most low`],
});

function risen(signal: Signal, effect: Effect, config: DetectionConfig): Verdict {
  if (!signal.thresholds) return byEffect(signal, effect, config);
  const { low } = signal.thresholds;
  if (effect.peak.value >= low) return byThresholds(signal, signal.thresholds, effect, config);
  return belowThresholds(signal, signal.thresholds, effect);
}

type Thresholds = NonNullable<Signal["thresholds"]>;

function byThresholds(signal: Signal, thresholds: Thresholds, effect: Effect, config: DetectionConfig): Verdict {
  const { peak, historyDays } = effect;
  const level = peak.value >= thresholds.high ? "high" : peak.value >= thresholds.medium ? "medium" : "low";
  const reasons = [
    `${amount(peak.value)} ${signal.unit} in ten minutes reach the ${level} threshold of ${amount(thresholds[level])}`,
  ];
  const ratio = peak.expected === null ? Number.POSITIVE_INFINITY : peak.value / Math.max(peak.expected, 1e-9);
  if (historyDays >= config.historyDays && ratio < config.leastRatio) {
    reasons.push(
      `but less than ${config.leastRatio} times the ${amount(peak.expected ?? 0)} expected in those minutes`,
    );
    return { severity: "low", reasons };
  }
  if (historyDays < config.historyDays) {
    reasons.push(`the account has ${days(historyDays)} of history, so a threshold counts by itself`);
  } else reasons.push(beyondBand(effect));
  if (level === "low" && isFarBeyond(thresholds.medium, effect, config)) {
    reasons.push(
      `medium: over the whole of it ${amount(effect.actual)}, beyond the medium threshold of ${amount(thresholds.medium)} and at least ${config.high.ratio} times the usual`,
    );
    return { severity: "medium", reasons };
  }
  return { severity: level, reasons };
}

/** Spread over more than ten minutes, but as much in all, and nothing like it was usual. */
function isFarBeyond(threshold: number, { actual, expected, grade }: Effect, { high }: DetectionConfig): boolean {
  const usual = expected ?? 0;
  return grade >= high.grade && actual - usual >= threshold && actual >= high.ratio * usual;
}

/** Small at any moment, but a lot in all: what leaks for half a day or longer is held against the thresholds as a whole. */
function belowThresholds(signal: Signal, thresholds: Thresholds, effect: Effect): Verdict {
  const { actual, expected, peak, window } = effect;
  const below = `at most ${amount(peak.value)} ${signal.unit} in ten minutes, below the low threshold of ${amount(thresholds.low)}`;
  const slow = isSlow(window) && actual - (expected ?? 0) >= thresholds.high;
  if (slow && actual >= 3 * (expected ?? 0)) {
    const reason = `${amount(actual)} in all reach the high threshold of ${amount(thresholds.high)}`;
    return { severity: "medium", reasons: [below, reason, beyondBand(effect)] };
  }
  const low = effect.grade >= 0.7 && actual >= 3 * (expected ?? 0);
  return { severity: low ? "low" : "info", reasons: [below, beyondBand(effect)] };
}

const isSlow = ({ start, end }: TimeWindow): boolean => end - start >= 12 * HOUR;

/** Signals without thresholds: how sure, how many times the usual, and how much in floors. */
function byEffect(signal: Signal, effect: Effect, config: DetectionConfig): Verdict {
  const { actual, expected, grade, historyDays } = effect;
  const ratio = expected === null ? Number.POSITIVE_INFINITY : actual / Math.max(expected, 1e-9);
  // Floors are meant for short windows: over half a day and more, small things add up to twice as many.
  const floor = Math.max(signal.floor, 1e-9) * (isSlow(effect.window) ? 2 : 1);
  const floors = (actual - (expected ?? 0)) / floor;
  const reaches = (level: DetectionConfig["high"]): boolean =>
    grade >= level.grade && ratio >= level.ratio && floors >= level.floors;
  const reasons = [beyondBand(effect)];
  const severity = reaches(config.high) ? "high" : reaches(config.medium) ? "medium" : "low";
  if (severity !== "low" && historyDays < config.learningDays) {
    reasons.push(`at most low: the account has only ${days(historyDays)} of history`);
    return { severity: "low", reasons };
  }
  if (severity === "low") {
    reasons.push("too few, too near the usual or too uncertain for more than low");
    return { severity: ratio >= 2 ? "low" : "info", reasons };
  }
  const level = config[severity];
  reasons.push(
    `at least ${level.ratio} times the usual and ${amount(level.floors * floor)} more than it, with a grade of at least ${level.grade}`,
  );
  return { severity, reasons };
}

function beyondBand({ actual, expected, window }: Effect): string {
  const span = duration(window.end - window.start);
  if (expected === null) return `${amount(actual)} in ${span}, never seen before in this place`;
  return `${amount(actual)} in ${span}, where ${amount(expected)} were expected`;
}

/** Three significant digits at most, without exponent: `0.04`, `3.2`, `1250`. */
const amount = (value: number): string => {
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(2)) === 0 ? 0 : Number(value.toFixed(value < 0.1 ? 3 : value < 10 ? 1 : 0)));
};

const days = (value: number): string => (value < 1 ? `${Math.floor(value * 24)} hours` : `${Math.floor(value)} days`);

const duration = (milliseconds: number): string => {
  if (milliseconds >= 2 * DAY) return `${Math.round(milliseconds / DAY)} days`;
  if (milliseconds >= 2 * HOUR) return `${Math.round(milliseconds / HOUR)} hours`;
  return `${Math.round(milliseconds / 60_000)} minutes`;
};
