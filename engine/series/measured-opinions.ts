import { DAY, type EpochMs } from "#core/domain/time.ts";
import { ChangeModel, type SavedChange } from "./change-model.ts";
import { type MeasurementJudgement, MeasurementModel, type SavedMeasurement } from "./measurement-model.ts";
import { MiddleModel, type SavedMiddle } from "./middle-model.ts";
import { type PeakBelief, Peaks, type SavedPeaks } from "./peaks.ts";
import { QuietModel, type SavedQuiet } from "./quiet-model.ts";

/** How far a model's peaks reach where it is right; see docs/detection.md for how this was chosen. */
const PEAKS: PeakBelief = { from: 1, excess: 0.5, worth: 5, rate: 2 / 7, blocks: 7, most: 8, alike: true };
/** Fewer points are no day, whatever lies between them. */
const DAY_OF_POINTS = 288;

/** -log10 of how many such departures are expected a block of 288 points, by each model; 0 while young. */
export interface MeasuredOpinions {
  readonly measurement: number;
  readonly change: number;
  /** `null` where it was not asked. */
  readonly middle: number | null;
  readonly quiet: number | null;
}

export interface SavedMeasured {
  readonly known: number;
  readonly measurement: SavedMeasurement;
  readonly measurementPeaks: SavedPeaks;
  readonly change: SavedChange;
  readonly changePeaks: SavedPeaks;
  /** `null` for counts. */
  readonly uncounted: SavedUncounted | null;
}

interface SavedUncounted {
  readonly known: number;
  readonly middle: SavedMiddle;
  readonly middlePeaks: SavedPeaks;
  readonly quiet: SavedQuiet;
  readonly quietPeaks: SavedPeaks;
}

/** The models of a measurement, each held against its own past peaks. */
export class MeasuredModels {
  readonly #interval: EpochMs;
  #known: number;
  readonly #measurement: MeasurementModel;
  readonly #measurementPeaks: Peaks;
  readonly #change: ChangeModel;
  readonly #changePeaks: Peaks;
  #uncounted: UncountedModels | null;

  constructor(interval: EpochMs, saved?: SavedMeasured) {
    this.#interval = interval;
    this.#known = saved?.known ?? 0;
    this.#measurement = new MeasurementModel(saved?.measurement);
    this.#measurementPeaks = new Peaks(PEAKS, saved?.measurementPeaks);
    this.#change = new ChangeModel(saved?.change);
    this.#changePeaks = new Peaks(PEAKS, saved?.changePeaks);
    this.#uncounted = saved?.uncounted ? new UncountedModels(saved.uncounted) : null;
  }

  /** Points that were judged. */
  get known(): number {
    return this.#known;
  }

  /** Judges a finite value, then learns it; times do not decrease. `counts` once false stays so. */
  observe(
    time: EpochMs,
    value: number,
    counts: boolean,
  ): MeasurementJudgement & { readonly opinions: MeasuredOpinions } {
    if (!counts) this.#uncounted ??= new UncountedModels();
    const isYoung = isYoungAt(this.#known++, this.#interval);
    const measured = this.#measurement.observe(time, value);
    const opinions = {
      measurement: rarityOf(measured.score, this.#measurementPeaks, isYoung),
      change: rarityOf(this.#change.observe(time, value), this.#changePeaks, isYoung),
      ...(this.#uncounted?.observe(time, value, this.#interval) ?? { middle: null, quiet: null }),
    };
    return { ...measured, opinions };
  }

  /** What lies before a gap is in no window after it. */
  breakOff(): void {
    this.#measurement.breakOff();
    this.#change.breakOff();
    this.#uncounted?.breakOff();
  }

  save(): SavedMeasured {
    return {
      known: this.#known,
      measurement: this.#measurement.save(),
      measurementPeaks: this.#measurementPeaks.save(),
      change: this.#change.save(),
      changePeaks: this.#changePeaks.save(),
      uncounted: this.#uncounted?.save() ?? null,
    };
  }
}

/** What is asked only where values are no counts: a count's zeros and peaks are what its own model is about. */
class UncountedModels {
  #known: number;
  readonly #middle: MiddleModel;
  readonly #middlePeaks: Peaks;
  readonly #quiet: QuietModel;
  readonly #quietPeaks: Peaks;

  constructor(saved?: SavedUncounted) {
    this.#known = saved?.known ?? 0;
    this.#middle = new MiddleModel(saved?.middle);
    this.#middlePeaks = new Peaks(PEAKS, saved?.middlePeaks);
    this.#quiet = new QuietModel(saved?.quiet);
    this.#quietPeaks = new Peaks(PEAKS, saved?.quietPeaks);
  }

  observe(time: EpochMs, value: number, interval: EpochMs): { readonly middle: number; readonly quiet: number } {
    const isYoung = isYoungAt(this.#known++, interval);
    return {
      middle: rarityOf(this.#middle.observe(time, value), this.#middlePeaks, isYoung),
      quiet: rarityOf(this.#quiet.observe(time, value), this.#quietPeaks, isYoung),
    };
  }

  breakOff(): void {
    this.#middle.breakOff();
    this.#quiet.breakOff();
  }

  save(): SavedUncounted {
    return {
      known: this.#known,
      middle: this.#middle.save(),
      middlePeaks: this.#middlePeaks.save(),
      quiet: this.#quiet.save(),
      quietPeaks: this.#quietPeaks.save(),
    };
  }
}

/** Before a first day, or as many points as a day has mostly, there is no course of the day to depart from. */
const isYoungAt = (known: number, interval: EpochMs): boolean => known < DAY_OF_POINTS && known * interval < DAY;

function rarityOf(score: number, peaks: Peaks, isYoung: boolean): number {
  const rarity = isYoung ? 0 : peaks.rarity(score);
  peaks.learn(score);
  return rarity;
}
