import type { EpochMs } from "#core/domain/time.ts";
import { Corrector, type Verdict } from "./corrector.ts";
import { Forest } from "./forest.ts";
import type { ForestSettings } from "./options.ts";
import { Preprocessor } from "./preprocessor.ts";
import type { CorrectionMode } from "./review.ts";

/** What the forest says of one value. */
export interface ForestJudgement {
  /** Expected inverse depth: about 0.5 to 1 for usual points, above for unusual ones; 0 until enough was seen. */
  readonly score: number;
  /** Scores above it are unusual; which of them are anomalies is decided by further tests. */
  readonly threshold: number;
  /** 0 for no anomaly, else up to 1. */
  readonly grade: number;
  /** How much has been seen, and how much of it was real: 0 to 1, slightly above after gaps. */
  readonly confidence: number;
  /** Which test took back an anomaly. */
  readonly mode: CorrectionMode;
  /** Of an anomaly: 0 where it is this value, -1 for the one before it, and so on. */
  readonly relativeIndex: number;
  /** Of an anomaly: what was expected instead, at the relative index. */
  readonly expected: number | null;
  /** Of an anomaly: what each value of the shingle, oldest first, adds to the score by being too high or too low. */
  readonly attribution: { readonly high: readonly number[]; readonly low: readonly number[] } | null;
}

/** Beyond any measurement; squares of it are still far from overflowing. */
const LARGEST = 1e30;

/** A random cut forest with a threshold and corrections over one series, as OpenSearch's anomaly detection runs it. */
export class ForestDetector {
  readonly settings: ForestSettings;
  readonly preprocessor: Preprocessor;
  readonly forest: Forest;
  readonly corrector: Corrector;
  /** Seconds. */
  lastTime = Number.NEGATIVE_INFINITY;
  readonly #query: Float32Array;

  constructor(settings: ForestSettings) {
    this.settings = settings;
    this.preprocessor = new Preprocessor(settings);
    this.forest = new Forest(settings);
    this.corrector = new Corrector(settings);
    this.#query = new Float32Array(settings.shingle);
  }

  observe(timestamp: EpochMs, value: number | null): ForestJudgement | null {
    const time = timestamp / 1000;
    if (!(time > this.lastTime) || !Number.isFinite(time)) return null;
    const known = value === null || !Number.isFinite(value) ? null : Math.min(Math.max(value, -LARGEST), LARGEST);
    if (known === null && (this.settings.imputation === null || this.settings.shingle === 1)) return null;
    this.lastTime = time;
    const { preprocessor, forest, corrector } = this;
    const confidence = this.#confidence();
    if (!preprocessor.started) {
      preprocessor.wait(time, known, forest);
      return unjudged(confidence);
    }
    const arrival = preprocessor.prepare(time, known);
    const point = this.#shift(arrival.imputed, arrival.scaledImputed, arrival.scaled);
    const score = forest.ready ? forest.ensemble.score(point) : 0;
    const { scale, shift, differenceDeviation } = preprocessor;
    const internalTime = preprocessor.state.internalTime + arrival.imputed;
    const verdict =
      score === 0
        ? null
        : corrector.judge({ point, score, internalTime, scale, shift, differenceDeviation }, forest.ensemble);
    const expected = verdict && this.#expectedValue(verdict, point, arrival.value);
    preprocessor.commit(arrival, forest);
    if (!verdict) return unjudged(confidence);
    if (verdict.grade > 0) corrector.remember(preprocessor.shift - shift);
    const { threshold, grade, mode, relativeIndex } = verdict;
    const attribution = verdict.attribution && halves(verdict.attribution);
    return { score, threshold, grade, confidence, mode, relativeIndex, expected, attribution };
  }

  /** The shingle with the next values, the last of them new and those before it imputed. */
  #shift(imputed: number, scaledImputed: number, scaled: number): Float32Array {
    const query = this.#query;
    const { points } = this.forest;
    const dims = query.length;
    const kept = Math.max(0, dims - 1 - imputed);
    for (let i = 0; i < kept; i++) query[i] = points.values[points.length - kept + i] as number;
    query.fill(scaledImputed, kept, dims - 1);
    query[dims - 1] = scaled;
    return query;
  }

  #expectedValue({ expected, relativeIndex }: Verdict, point: Float32Array, value: number): number | null {
    if (!expected) return null;
    const { preprocessor, settings } = this;
    const position = settings.shingle - 1 + relativeIndex;
    if (expected[position] !== point[position]) return preprocessor.invert(expected[position] as number);
    return relativeIndex === 0 ? value : (preprocessor.state.inputs[settings.shingle + relativeIndex] as number);
  }

  /** Exponentially discounted share of the values that came after the first ones that could be judged. */
  #confidence(): number {
    const { timeDecay, outputAfter } = this.settings;
    const { quality } = this.preprocessor;
    const { seen } = this.preprocessor.state;
    const exponent = seen * timeDecay;
    if (exponent === 0) return 0;
    if (exponent >= 20) return Math.min(1, quality);
    const total = Math.exp(exponent);
    return Math.max(0, (quality * (total - Math.exp(timeDecay * Math.min(seen, outputAfter)))) / (total - 1));
  }
}

const unjudged = (confidence: number): ForestJudgement => ({
  score: 0,
  threshold: 0,
  grade: 0,
  confidence,
  mode: "NONE",
  relativeIndex: 0,
  expected: null,
  attribution: null,
});

function halves(attribution: Float64Array): { readonly high: number[]; readonly low: number[] } {
  const dims = attribution.length / 2;
  return { high: [...attribution.subarray(0, dims)], low: [...attribution.subarray(dims)] };
}
