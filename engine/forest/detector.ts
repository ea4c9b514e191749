import type { EpochMs } from "#core/domain/time.ts";
import { Corrector } from "./corrector.ts";
import { Forest } from "./forest.ts";
import { confidenceOf, type ForestJudgement, judgementOf, type Moment, momentOf, unjudged } from "./judgement.ts";
import type { ForestSettings } from "./options.ts";
import { Preprocessor } from "./preprocessor.ts";

const { max, min } = Math;
const { isFinite: isNumber } = Number;

/** Beyond any measurement; squares of it are still far from overflowing. */
const LARGEST = 1e30;

/** A value that is taken: seconds, and `null` where it has to be imputed. */
interface Taken {
  readonly time: number;
  readonly value: number | null;
}

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
    const taken = this.take(timestamp, value);
    if (!taken) return null;
    const { preprocessor, forest } = this;
    if (!preprocessor.started) {
      const confidence = confidenceOf(preprocessor, this.settings);
      preprocessor.wait(taken.time, taken.value, forest);
      return unjudged(confidence);
    }
    const moment = momentOf(preprocessor.prepare(taken.time, taken.value), preprocessor, this.settings);
    const point = this.#point(moment);
    const score = forest.ready ? forest.ensemble.score(point, forest.updates + moment.arrival.imputed) : 0;
    if (score === 0) {
      preprocessor.commit(moment.arrival, forest);
      return unjudged(moment.confidence);
    }
    const verdict = this.corrector.judge({ ...moment, point, score }, forest.ensemble);
    const { inputs } = preprocessor.state;
    const judgement = judgementOf(moment, point, score, verdict, (index) => inputs[inputs.length + index] as number);
    preprocessor.commit(moment.arrival, forest);
    if (verdict.grade > 0) this.corrector.remember(preprocessor.shift - moment.shift);
    return judgement;
  }

  /** What is taken of a value, or `null` where it is passed over. */
  take(timestamp: EpochMs, value: number | null): Taken | null {
    const time = timestamp / 1000;
    if (!(time > this.lastTime) || !isNumber(time)) return null;
    if (value !== null && isNumber(value)) {
      this.lastTime = time;
      return { time, value: min(max(value, -LARGEST), LARGEST) };
    }
    if (this.settings.imputation === null || this.settings.shingle === 1) return null;
    this.lastTime = time;
    return { time, value: null };
  }

  /** The shingle with the next values, the last of them new and those before it imputed. */
  #point({ arrival }: Moment): Float32Array {
    const query = this.#query;
    const { points } = this.forest;
    const dims = query.length;
    const kept = max(0, dims - 1 - arrival.imputed);
    for (let i = 0; i < kept; i++) query[i] = points.values[points.length - kept + i] as number;
    query.fill(arrival.scaledImputed, kept, dims - 1);
    query[dims - 1] = arrival.scaled;
    return query;
  }
}
