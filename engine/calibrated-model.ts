import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Departure, EntityModel, ModelOptions, SavedModel } from "#core/ports/detector-engine.ts";
import { CountModel } from "./count-model.ts";
import type { CountModelParameters } from "./parameters.ts";
import { COUNT_PEAKS, Peaks, type SavedPeaks } from "./series/peaks.ts";
import { gradeOf, rateAtScore, scoreAtRate } from "./series/verdict.ts";

const VERSION = 2;

/** What an entity is to be expected to do more than once a week is not reported. */
const REPORTED = scoreAtRate(1);
/** A grade of 0.5: hundreds of entities are watched at once, so that true causes are rarer than among points of one series. */
const EVEN = scoreAtRate(0.03);

interface SavedState {
  readonly count: SavedModel;
  readonly peaks: SavedPeaks;
}

/**
 * The count model, with each departure held against how far this very entity departed before: what is reported is how
 * often that is to be expected. An entity is known from its first count on; silence before is nobody's.
 */
export class CalibratedModel implements EntityModel {
  readonly #model: CountModel;
  readonly #peaks: Peaks;
  readonly #bucket: EpochMs;

  constructor(parameters: CountModelParameters, options: ModelOptions, saved?: SavedModel) {
    const state = saved && readState(saved);
    this.#model = new CountModel(parameters, options, state?.count);
    this.#peaks = new Peaks(COUNT_PEAKS, state?.peaks);
    this.#bucket = options.bucket;
  }

  observe(bucket: EpochMs, value: number | null): Departure | null {
    const judged = this.#model.observe(bucket, value);
    if (value === null || !this.#model.hasCounted) return null;
    const tail = judged?.score ?? 0;
    const score = this.#peaks.rarity(tail);
    this.#peaks.learn(tail);
    if (!judged || score < REPORTED) return null;
    const said = { score, grade: gradeOf(score, EVEN), falsePerWeek: rateAtScore(score), tail };
    return { ...this.#model.describe(judged), ...said };
  }

  observeZeros(from: EpochMs, count: number): readonly Departure[] {
    const departures: Departure[] = [];
    for (let done = 0; done < count; done++) {
      const bucket = from + done * this.#bucket;
      if (this.#model.asleep) {
        this.#model.sleepOn(bucket, count - done);
        if (this.#model.hasCounted) this.#peaks.learnZeros(count - done);
        break;
      }
      const departure = this.observe(bucket, 0);
      if (departure) departures.push(departure);
    }
    return departures;
  }

  expect(bucket: EpochMs, count?: number): ReturnType<EntityModel["expect"]> {
    return this.#model.expect(bucket, count);
  }

  save(): SavedModel {
    const state: SavedState = { count: this.#model.save(), peaks: this.#peaks.save() };
    return { version: VERSION, state };
  }
}

/** States of version 1 know nothing of an entity's past departures: they are rebuilt, not read. */
function readState({ version, state }: SavedModel): SavedState {
  if (version === VERSION) return state as SavedState;
  throw new TrailwatchError(
    "STORE_VERSION",
    `a model's state of version ${version} does not fit this one (version ${VERSION})`,
    "Run the analysis again from the events: states are rebuilt from them.",
  );
}
