import type { ComparedWith, Severity } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import { HOUR, type TimeWindow } from "../domain/time.ts";
import { amount, counted, duration } from "../messages/format.ts";
import { peersWords } from "../messages/peers.ts";
import { quantityOf } from "../messages/quantity.ts";
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
  /** Whose the expectation is, where it is not the account's own. */
  readonly expectedBy: ComparedWith | null;
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

/** The same where accounts like this one have done as much before. */
export const usualElsewhere = ({ reasons }: Verdict, doneBy: ComparedWith): Verdict => ({
  severity: "low",
  reasons: [...reasons, `but some of ${peersWords(doneBy)} have done as much on earlier days, so only low`],
});

const dropped = (signal: Signal, { actual, expected, grade }: Effect): Verdict => ({
  severity: grade >= 0.7 ? "low" : "info",
  reasons: [`${said(actual, signal)}, where ${amount(expected ?? 0)} were expected: a drop is at most low`],
});

function risen(signal: Signal, effect: Effect, config: DetectionConfig): Verdict {
  if (!signal.thresholds) return byEffect(signal, effect, config);
  const { low } = signal.thresholds;
  if (effect.peak.value >= low) return byThresholds(signal, signal.thresholds, effect, config);
  return belowThresholds(signal, signal.thresholds, effect);
}

type Thresholds = NonNullable<Signal["thresholds"]>;

/** The count of the clock's five minutes, which a sliding ten minutes may exceed: so the threshold is told, not the count. */
function byThresholds(signal: Signal, thresholds: Thresholds, effect: Effect, config: DetectionConfig): Verdict {
  const { peak, historyDays, expectedBy } = effect;
  const level = peak.value >= thresholds.high ? "high" : peak.value >= thresholds.medium ? "medium" : "low";
  const reached = `at least ${said(thresholds[level], signal)} in ten minutes`;
  const ratio = peak.expected === null ? Number.POSITIVE_INFINITY : peak.value / Math.max(peak.expected, 1e-9);
  if ((historyDays >= config.historyDays || expectedBy) && ratio < config.leastRatio) {
    const by = expectedBy ? ` by what ${peersWords(expectedBy)} had` : "";
    const near = `but less than ${config.leastRatio} times the ${amount(peak.expected ?? 0)} expected then${by}, so only low`;
    return { severity: "low", reasons: [`${reached}, ${near}`] };
  }
  if (level === "low" && historyDays >= config.historyDays && isFarBeyond(thresholds.medium, effect, config)) {
    const whole = `${inSpan(signal, effect)}: ${said(thresholds.medium, signal)} and ${config.high.ratio} times the usual count as medium, however long they take`;
    return { severity: "medium", reasons: [whole] };
  }
  const counts = `which counts as ${level}`;
  const reason =
    historyDays < config.historyDays && !expectedBy
      ? `${reached}, ${counts}: with ${days(historyDays)} of history the count alone decides`
      : `${reached}, ${expectedWords(peak.expected, expectedBy)}, ${counts}`;
  return { severity: level, reasons: [reason] };
}

/** Spread over more than ten minutes, but as much in all, and nothing like it was usual. */
function isFarBeyond(threshold: number, { actual, expected, grade }: Effect, { high }: DetectionConfig): boolean {
  const usual = expected ?? 0;
  return grade >= high.grade && actual - usual >= threshold && actual >= high.ratio * usual;
}

/** Small at any moment, but a lot in all: what leaks for half a day or longer is held against the thresholds as a whole. */
function belowThresholds(signal: Signal, thresholds: Thresholds, effect: Effect): Verdict {
  const { actual, expected, window } = effect;
  const slow = isSlow(window) && actual - (expected ?? 0) >= thresholds.high;
  if (slow && actual >= 3 * (expected ?? 0)) {
    return {
      severity: "medium",
      reasons: [`${inSpan(signal, effect)}: from ${amount(thresholds.high)} on it is medium, however slowly they come`],
    };
  }
  const low = effect.grade >= 0.7 && actual >= 3 * (expected ?? 0);
  const below = `never ${said(thresholds.low, signal)} in ten minutes, from which it would count by itself`;
  return { severity: low ? "low" : "info", reasons: [`${inSpan(signal, effect)}; ${below}`] };
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
  const much = inSpan(signal, effect);
  const severity = reaches(config.high) ? "high" : reaches(config.medium) ? "medium" : "low";
  if (severity === "low") {
    return {
      severity: ratio >= 2 ? "low" : "info",
      reasons: [`${much}: too few, too near the usual or too uncertain for more`],
    };
  }
  if (historyDays < config.learningDays) {
    return { severity: "low", reasons: [`${much}: at most low, with ${days(historyDays)} of history`] };
  }
  const level = config[severity];
  const more = amount(level.floors * floor);
  return { severity, reasons: [`${much}; ${level.ratio} times the usual and ${more} more count as ${severity}`] };
}

const said = (value: number, signal: Signal): string => quantityOf(value, signal, signal.id);

function inSpan(signal: Signal, { actual, expected, window, expectedBy }: Effect): string {
  return `${said(actual, signal)} in ${duration(window.end - window.start)}, ${expectedWords(expected, expectedBy)}`;
}

function expectedWords(expected: number | null, by: ComparedWith | null): string {
  if (expected === null) return "never seen there before";
  const whose = by ? ` by what ${peersWords(by)} had` : "";
  return expected < 1 ? `where fewer than one was expected${whose}` : `where ${amount(expected)} were expected${whose}`;
}

const days = (value: number): string => (value < 1 ? "less than a day" : counted(Math.floor(value), "day"));
