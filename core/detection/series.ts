import type { SignalEntity } from "../domain/finding.ts";
import { BUCKET, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { Departure, EntityModel } from "../ports/detector-engine.ts";
import type { AccountDelivery } from "./delivery-watch.ts";

/** What one entity counted: non-zero buckets in time order. */
export interface EntitySeries {
  readonly entity: SignalEntity;
  readonly buckets: readonly EpochMs[];
  readonly values: readonly number[];
}

/** Position of the first bucket at or after `time`. */
export function positionOf(series: EntitySeries, time: EpochMs): number {
  let low = 0;
  let high = series.buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series.buckets[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function totalOf(series: EntitySeries, window: TimeWindow): number {
  let total = 0;
  for (let at = positionOf(series, window.start); at < series.buckets.length; at++) {
    if ((series.buckets[at] as number) >= window.end) break;
    total += series.values[at] as number;
  }
  return total;
}

/** The busiest ten minutes: the largest bucket or pair of adjacent buckets in the window; `null` where it is empty. */
export function peakOf(series: EntitySeries, window: TimeWindow): { window: TimeWindow; value: number } | null {
  let best: { window: TimeWindow; value: number } | null = null;
  for (let at = positionOf(series, window.start); at < series.buckets.length; at++) {
    const start = series.buckets[at] as number;
    if (start >= window.end) break;
    const follows = series.buckets[at + 1] === start + BUCKET && start + BUCKET < window.end;
    const value = (series.values[at] as number) + (follows ? (series.values[at + 1] as number) : 0);
    if (!best || value > best.value) best = { window: { start, end: start + BUCKET * (follows ? 2 : 1) }, value };
  }
  return best;
}

/** Part of a window's total that its core holds. */
const CORE = 0.95;

/** The shortest run of buckets that holds {@link CORE} of what the window counts, the earliest of equals; `null` where it is empty. */
export function coreOf(series: EntitySeries, window: TimeWindow): { window: TimeWindow; value: number } | null {
  const first = positionOf(series, window.start);
  const last = positionOf(series, window.end) - 1;
  const enough = totalOf(series, window) * CORE;
  let best: { window: TimeWindow; value: number } | null = null;
  let from = first;
  let value = 0;
  for (let to = first; to <= last; to++) {
    value += series.values[to] as number;
    while (value - (series.values[from] as number) >= enough && from < to) value -= series.values[from++] as number;
    if (value < enough) continue;
    const run = { start: series.buckets[from] as number, end: (series.buckets[to] as number) + BUCKET };
    if (!best || run.end - run.start < best.window.end - best.window.start) best = { window: run, value };
  }
  return best;
}

/**
 * Leads a model through an entity's life, bucket by bucket, silence and unknown windows included. Each call of
 * {@link ModelWalk.to} goes on where the last one stopped.
 */
export class ModelWalk {
  readonly #model: EntityModel;
  readonly #series: EntitySeries;
  readonly #unknown: readonly TimeWindow[];
  #next: EpochMs;
  #position = 0;
  #gap = 0;

  /** @param from the first bucket that the model has not observed */
  constructor(
    model: EntityModel,
    series: EntitySeries,
    { since, unknown }: Pick<AccountDelivery, "since" | "unknown">,
    from: EpochMs = since,
  ) {
    this.#model = model;
    this.#series = series;
    this.#unknown = unknown;
    this.#next = from;
  }

  /** The first bucket that the model has not observed. */
  get next(): EpochMs {
    return this.#next;
  }

  /** Observes every bucket before `end`. */
  to(end: EpochMs, onDeparture: (departure: Departure) => void = () => {}): void {
    const { buckets, values } = this.#series;
    while (this.#next < end) {
      const bucket = Math.min(end, buckets[this.#position] ?? end);
      this.#silence(bucket, onDeparture);
      if (bucket >= end) return;
      const departure = this.#model.observe(bucket, values[this.#position] as number);
      if (departure) onDeparture(departure);
      this.#position++;
      this.#next = bucket + BUCKET;
    }
  }

  departuresTo(end: EpochMs): readonly Departure[] {
    const departures: Departure[] = [];
    this.to(end, (departure) => departures.push(departure));
    return departures;
  }

  /**
   * What was usual for `window`, by all that was observed before `time`; times must not go back from call to call.
   */
  expectAfter(time: EpochMs, window: TimeWindow): ReturnType<EntityModel["expect"]> {
    this.to(time);
    return this.#model.expect(window.start, Math.max(1, (window.end - window.start) / BUCKET));
  }

  #silence(end: EpochMs, onDeparture: (departure: Departure) => void): void {
    while (this.#next < end) {
      let gap = this.#unknown[this.#gap];
      while (gap && gap.end <= this.#next) gap = this.#unknown[++this.#gap];
      const zerosEnd = Math.min(end, gap?.start ?? end);
      if (zerosEnd > this.#next) {
        for (const departure of this.#model.observeZeros(this.#next, (zerosEnd - this.#next) / BUCKET))
          onDeparture(departure);
        this.#next = zerosEnd;
        continue;
      }
      this.#model.observe(this.#next, null);
      this.#next += BUCKET;
    }
  }
}
