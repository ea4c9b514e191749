import { type EpochMs, HOUR } from "#core/domain/time.ts";
import { Deviations, type SavedDeviations, SLOW } from "./deviations.ts";
import { HourlyMeans, type SavedHourlyMeans } from "./hourly-means.ts";

/** Lengths in points of the windows whose means are judged. */
const WINDOWS = [1, 3, 12] as const;
/** Per visit of an hour: of each day, and of a day of the week. */
const DAILY = 0.5 ** (1 / 7);
const WEEKLY = 0.5 ** (1 / 4);
/** Errors of the forecasts are compared over the last days. */
const COMPARED = 0.5 ** (1 / 288);

/** The level of the last days, the same hour on earlier days, the same hour in earlier weeks. */
const FORECASTS = 3;
type Forecasts = readonly [level: number, day: number | null, week: number | null];

export interface MeasurementJudgement {
  /** That of {@link Deviations.judge}. */
  readonly score: number;
  readonly expected: number;
  /** Mean absolute deviation of single points, as learnt; `null` before anything was. */
  readonly deviation: number | null;
}

/** Plain numbers, exact through JSON. */
export interface SavedMeasurement {
  readonly level: readonly [number, number];
  /** By forecast: discounted sum of absolute errors, and weight. */
  readonly errors: readonly (readonly [number, number])[];
  readonly days: SavedHourlyMeans;
  /** By day of the week, from that of the epoch; `null` for what was not seen. */
  readonly week: readonly (SavedHourlyMeans | null)[];
  readonly hour: readonly [number | null, number, number];
  readonly deviations: SavedDeviations;
}

/**
 * What is usual of a measurement: three forecasts, the level of the last days and the means of the same hour on earlier
 * days and in earlier weeks, weighted by how well each did lately; and the deviations from them. Of any real-valued
 * series, sampled regularly or not. A point is judged before it is learnt.
 */
export class MeasurementModel {
  #level = 0;
  #levelWeight = 0;
  readonly #errors = new Float64Array(FORECASTS);
  readonly #compared = new Float64Array(FORECASTS);
  readonly #days: HourlyMeans;
  readonly #week: (HourlyMeans | null)[];
  /** The hour under way, since the epoch; what it adds to the means when it is over. */
  #hour: number | null = null;
  #hourSum = 0;
  #hourPoints = 0;
  readonly #deviations: Deviations;

  constructor(saved?: SavedMeasurement) {
    this.#days = new HourlyMeans(DAILY, saved?.days);
    this.#week = (saved?.week ?? new Array(7).fill(null)).map((day) => day && new HourlyMeans(WEEKLY, day));
    this.#deviations = new Deviations(WINDOWS, saved?.deviations);
    if (!saved) return;
    [this.#level, this.#levelWeight] = saved.level;
    [this.#hour, this.#hourSum, this.#hourPoints] = saved.hour;
    for (const [at, [sum, weight]] of saved.errors.entries()) {
      this.#errors[at] = sum;
      this.#compared[at] = weight;
    }
  }

  /** Judges a finite value, then learns it; times do not decrease. */
  observe(time: EpochMs, value: number): MeasurementJudgement {
    const hour = Math.floor(time / HOUR);
    if (hour !== this.#hour) this.#beginHour(hour);
    const forecasts = this.#forecasts(hour, value);
    const expected = this.#weighted(forecasts);
    const deviation = this.#deviations.usual;
    const score = this.#deviations.judge(hour, value - expected, forecasts[0]);
    this.#learn(value, forecasts);
    return { score, expected, deviation };
  }

  /** What lies before a gap is in no window after it. */
  breakOff(): void {
    this.#deviations.breakOff();
  }

  save(): SavedMeasurement {
    return {
      level: [this.#level, this.#levelWeight],
      errors: Array.from(this.#errors, (sum, at) => [sum, this.#compared[at] as number]),
      days: this.#days.save(),
      week: this.#week.map((day) => day?.save() ?? null),
      hour: [this.#hour, this.#hourSum, this.#hourPoints],
      deviations: this.#deviations.save(),
    };
  }

  #beginHour(hour: number): void {
    if (this.#hour !== null) {
      const mean = this.#hourSum / this.#hourPoints;
      const weekday = weekdayOf(this.#hour);
      this.#days.learn(this.#hour, mean);
      this.#week[weekday] ??= new HourlyMeans(WEEKLY);
      this.#week[weekday].learn(this.#hour, mean);
    }
    this.#hour = hour;
    this.#hourSum = 0;
    this.#hourPoints = 0;
  }

  /** Of a first value there is no level but itself. */
  #forecasts(hour: number, value: number): Forecasts {
    const level = this.#levelWeight > 0 ? this.#level / this.#levelWeight : value;
    if (!this.#days.isKnown(hour)) return [level, null, null];
    const day = this.#days.of(hour, level);
    const week = this.#week[weekdayOf(hour)];
    return [level, day, week?.isKnown(hour) ? week.of(hour, day) : null];
  }

  /** Weights fall with the fourth power of the mean error, so that the best nearly decides. */
  #weighted(forecasts: Forecasts): number {
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < FORECASTS; at++) if (forecasts[at] !== null) least = Math.min(least, this.#error(at));
    let sum = 0;
    let total = 0;
    for (const [at, forecast] of forecasts.entries()) {
      const error = this.#error(at);
      if (forecast === null || error === Number.POSITIVE_INFINITY) continue;
      const weight = error === least ? 1 : (least / error) ** 4;
      sum += weight * forecast;
      total += weight;
    }
    return total > 0 ? sum / total : forecasts[0];
  }

  /** Infinite for a forecast that was never compared. */
  #error(at: number): number {
    const weight = this.#compared[at] as number;
    return weight > 0 ? (this.#errors[at] as number) / weight : Number.POSITIVE_INFINITY;
  }

  #learn(value: number, forecasts: Forecasts): void {
    for (const [at, forecast] of forecasts.entries()) {
      if (forecast === null) continue;
      this.#errors[at] = (this.#errors[at] as number) * COMPARED + Math.abs(value - forecast);
      this.#compared[at] = (this.#compared[at] as number) * COMPARED + 1;
    }
    this.#level = this.#level * SLOW + value;
    this.#levelWeight = this.#levelWeight * SLOW + 1;
    this.#hourSum += value;
    this.#hourPoints++;
  }
}

const weekdayOf = (hour: number): number => ((Math.floor(hour / 24) % 7) + 7) % 7;
