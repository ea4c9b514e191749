import { Deviation } from "./deviation.ts";
import type { ForestSettings } from "./options.ts";
import { type Candidate, type CorrectionMode, type PastPoint, type PointJudge, type Review, review } from "./review.ts";
import { Thresholder } from "./thresholder.ts";

const { abs, max } = Math;

/** Anomalies in a row before drift is considered. */
const RUN_ALLOWED = 2;

export interface Verdict {
  readonly threshold: number;
  readonly grade: number;
  readonly mode: CorrectionMode;
  /** Of an anomaly: 0 where it is the shingle's newest value, -1 for the one before it, and so on. */
  readonly relativeIndex: number;
  /** Of an anomaly: the point as it was expected, and what each value contributes to the score. */
  readonly expected: Float32Array | null;
  readonly attribution: Float64Array | null;
}

/** The point that was judged last. */
export interface LastPoint {
  readonly score: number;
  readonly threshold: number;
  readonly internalTime: number;
  /** Where it was an anomaly. */
  readonly expected: Float32Array | null;
}

export interface CorrectorState {
  lastScore: number;
  /** Anomalies in a row, those that were suppressed as parts of a run included. */
  run: number;
  last: LastPoint | null;
  anomaly: PastPoint | null;
  /** The newest values of a run's points, and what was expected of them. */
  readonly actual: Deviation;
  readonly expected: Deviation;
}

const NO_ANOMALY: PastPoint = { score: 0, internalTime: 0, expected: null, shiftMoved: 0 };

/**
 * From a score to an anomaly: a threshold, and then tests that take back most of what exceeds it (on a usual seasonal
 * series 6 % of the points do, and 0.2 % are anomalies).
 */
export class Corrector {
  readonly thresholder: Thresholder;
  readonly state: CorrectorState;
  readonly #settings: ForestSettings;

  constructor(settings: ForestSettings) {
    const { timeDecay, shingle } = settings;
    this.#settings = settings;
    this.thresholder = new Thresholder(timeDecay, shingle);
    this.state = {
      lastScore: 0,
      run: 0,
      last: null,
      anomaly: null,
      actual: new Deviation(timeDecay),
      expected: new Deviation(timeDecay),
    };
  }

  /** Judges a point whose score is not 0, and learns the score. */
  judge(candidate: Candidate, forest: PointJudge): Verdict {
    const { state, thresholder } = this;
    const { score } = candidate;
    let grade = thresholder.grade(score);
    const { threshold } = thresholder;
    const inRun = grade > 0 && this.#continuesRun(score, threshold);
    const reviewed = grade > 0 ? review(candidate, threshold, this.#past(), this.#settings, forest) : null;
    let mode: CorrectionMode = reviewed?.mode ?? "NONE";
    if (mode !== "NONE") grade = 0;
    if (inRun && reviewed) {
      this.#learnRun(candidate, reviewed);
      if (grade > 0 && state.run > RUN_ALLOWED && this.#drifts(candidate, reviewed)) mode = "DATA_DRIFT";
      else if (grade > 0 && state.run > 0 && reviewed.gap < this.#settings.shingle) mode = "ALERT_ONCE";
      if (mode !== "NONE") grade = 0;
    }
    this.#countRun(grade, mode);
    const anomaly = grade > 0 ? reviewed : null;
    const expected = anomaly?.expected ?? null;
    state.last = { score, threshold, internalTime: candidate.internalTime, expected };
    thresholder.update(score, reviewed?.score ?? score, state.lastScore);
    if (this.#settings.shingle > 1) state.lastScore = score;
    return {
      threshold,
      grade,
      mode,
      relativeIndex: anomaly?.index ?? 0,
      expected,
      attribution: anomaly && renormalized(anomaly.attribution, score),
    };
  }

  /** To be called once a point that was found an anomaly has been learnt: how far that moved the normalisation's shift. */
  remember(shiftMoved: number): void {
    const { last } = this.state;
    if (!last) return;
    const { score, internalTime, expected } = last;
    this.state.anomaly = { score, internalTime, expected, shiftMoved };
  }

  /** The last anomaly; one just before this point counts as if it had not moved the normalisation. */
  #past(): PastPoint {
    const { last, anomaly } = this.state;
    return last?.expected ? { ...last, shiftMoved: 0 } : (anomaly ?? NO_ANOMALY);
  }

  #continuesRun(score: number, threshold: number): boolean {
    const { last, run } = this.state;
    if (!last) return false;
    if (score > last.score) return true;
    const patience = 1 + max(0.2, run / (2 * max(10, this.#settings.shingle)));
    return last.score - last.threshold > score - max(threshold, last.threshold) * patience;
  }

  #learnRun({ point }: Candidate, { expected }: Review): void {
    this.state.actual.update(point.at(-1) as number);
    if (expected) this.state.expected.update(expected.at(-1) as number);
  }

  /** Whether a run of anomalies has become the new normal: its values are alike, and so are the expected ones. */
  #drifts({ point, differenceDeviation, scale }: Candidate, { expected: expectedPoint }: Review): boolean {
    const { actual, expected } = this.state;
    const scatter = max(2 * actual.deviation, differenceDeviation / scale);
    if (abs(actual.mean - (point.at(-1) as number)) >= scatter) return false;
    if (!expectedPoint) return true;
    const allowed = 2 * max(expected.deviation, actual.deviation) + 0.1 * abs(actual.mean - expected.mean);
    return abs(expected.mean - (expectedPoint.at(-1) as number)) < allowed;
  }

  #countRun(grade: number, mode: CorrectionMode): void {
    const { state } = this;
    if (grade > 0) state.run++;
    else if (mode === "NONE") {
      state.run = 0;
      state.actual.reset();
      state.expected.reset();
    } else if (state.run > 0) state.run++;
  }
}

/** The attribution made to sum up to the score. */
function renormalized(attribution: Float64Array, score: number): Float64Array {
  let norm = 0;
  const dims = attribution.length / 2;
  for (let i = 0; i < dims; i++) norm += (attribution[i] as number) + (attribution[dims + i] as number);
  return norm > 0 ? attribution.map((part) => part * (score / norm)) : attribution;
}
