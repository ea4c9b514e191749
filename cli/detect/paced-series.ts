import type { EpochMs } from "#core/domain/time.ts";
import { openSeries, type SeriesDetector, type SeriesJudgement, type SeriesOptions } from "#engine/series/detector.ts";

/** So many distances between points tell the interval: their median. */
const DISTANCES = 8;

type Point = readonly [time: EpochMs, value: number | null];

/**
 * A series whose interval may have to be measured first. The points of which it is measured are learnt, but not judged:
 * what is said of a point must not depend on later ones.
 */
export class PacedSeries {
  readonly #options: Omit<SeriesOptions, "interval">;
  #detector: SeriesDetector | null;
  #waiting: Point[] = [];

  constructor(interval: EpochMs | undefined, options: Omit<SeriesOptions, "interval">) {
    this.#options = options;
    this.#detector = interval === undefined ? null : openSeries({ ...options, interval });
  }

  /** `null` while the interval is not known. */
  observe(time: EpochMs, value: number | null): SeriesJudgement | null {
    if (this.#detector) return this.#detector.observe(time, value);
    const last = this.#waiting.at(-1);
    if (last && !(time > last[0])) return null;
    this.#waiting.push([time, value]);
    if (this.#waiting.length > DISTANCES) this.#open();
    return null;
  }

  #open(): void {
    const distances = this.#waiting.slice(1).map(([time], at) => time - (this.#waiting[at] as Point)[0]);
    const median = distances.sort((a, b) => a - b)[DISTANCES >> 1] as number;
    // Clocks of samplers are off by fractions of a second.
    const interval = median >= 10_000 ? Math.round(median / 1000) * 1000 : median;
    const detector = openSeries({ ...this.#options, interval });
    for (const [time, value] of this.#waiting) detector.observe(time, value);
    this.#detector = detector;
    this.#waiting = [];
  }
}
