import { Deviation } from "./deviation.ts";
import type { ForestSettings } from "./options.ts";

const { abs, ceil, fround, max, min } = Math;

/** Normalised values are clipped to this, both ways. */
const CLIP = 100;
/** Forests learn only from points of which less than this share was imputed. */
const IMPUTED_SHARE = 0.5;
/** A longer gap is taken as one of so many intervals; a forest has forgotten everything else long before. */
const MOST_IMPUTED = 100_000;

/** What is given on: normalised values in order, and whether the point that each completes may be learnt. */
export interface Feed {
  /** `input` is the value in the series' unit. */
  push(value: number, learn: boolean, input: number): void;
}

/** One value as it will be learnt. */
export interface Arrival {
  /** Seconds. */
  readonly time: number;
  /** In the series' unit; for a missing value, what stands for it. */
  readonly value: number;
  readonly missing: boolean;
  /** How many values were imputed between the last one and this one. */
  readonly imputed: number;
  /** Normalised, float32. */
  readonly scaled: number;
  readonly scaledImputed: number;
}

export interface PreprocessorState {
  /** Values seen that were not missing. */
  seen: number;
  /** Values given to the forest, imputed ones included. */
  internalTime: number;
  /** Imputed values in the shingle as the reference counts them, which may fall below zero. */
  imputed: number;
  /** Seconds, of the values in the shingle. */
  readonly times: Float64Array;
  /** The values in the shingle, in the series' unit. */
  readonly inputs: Float64Array;
  readonly values: Deviation;
  readonly differences: Deviation;
  /** Smoothed standard deviation of the values, and of their differences. */
  readonly valueSpread: Deviation;
  readonly differenceSpread: Deviation;
  readonly gaps: Deviation;
  readonly quality: Deviation;
  /** The values before normalisation starts, `null` for missing ones. */
  readonly pending: { time: number; value: number | null }[];
}

/**
 * From a series to normalised values: `(x - mean) / (|smoothed deviation| + 1)`, where the mean and deviation are
 * discounted. Gaps are filled: at a gap of at least 1.5 usual ones, `ceil(gap / usual) - 1` values are imputed. The first
 * values wait until there are enough for statistics of their own.
 */
export class Preprocessor {
  readonly state: PreprocessorState;
  readonly #settings: ForestSettings;
  /** Gaps can be filled only where a point is more than one value. */
  readonly #imputes: boolean;

  constructor(settings: ForestSettings) {
    const { transformDecay, shingle } = settings;
    this.#settings = settings;
    this.#imputes = shingle > 1;
    this.state = {
      seen: 0,
      internalTime: 0,
      imputed: shingle,
      times: new Float64Array(shingle),
      inputs: new Float64Array(shingle),
      values: new Deviation(transformDecay),
      differences: new Deviation(transformDecay),
      valueSpread: new Deviation(transformDecay),
      differenceSpread: new Deviation(0.1 * transformDecay),
      gaps: new Deviation(transformDecay),
      quality: new Deviation(transformDecay),
      pending: [],
    };
  }

  /** Whether values are normalised yet. */
  get started(): boolean {
    return this.state.seen >= this.#settings.startNormalization;
  }

  get scale(): number {
    return abs(this.state.valueSpread.mean) + 1;
  }

  get shift(): number {
    return this.state.values.mean;
  }

  get differenceDeviation(): number {
    return abs(this.state.differenceSpread.mean);
  }

  /** 1 when everything was known; the reference lets it exceed that a little after gaps. */
  get quality(): number {
    return this.state.quality.mean;
  }

  /** Keeps a value for later; the one that completes the first segment starts the normalisation and is fed with it. */
  wait(time: number, value: number | null, feed: Feed): void {
    this.state.pending.push({ time, value });
    this.state.seen++;
    if (this.started) this.#start(feed);
  }

  /** What a value would be; nothing changes. */
  prepare(time: number, value: number | null): Arrival {
    const { times, inputs } = this.state;
    const previous = inputs[inputs.length - 1] as number;
    const standIn = this.#standIn(previous);
    const taken = value ?? standIn;
    return {
      time,
      value: taken,
      missing: value === null,
      imputed: this.#missed(time - (times[times.length - 1] as number), usualGap(this.state.gaps)) - 1,
      scaled: normalize(taken, this.shift, this.scale),
      scaledImputed: normalize(standIn, this.shift, this.scale),
    };
  }

  /** Learns what was prepared. */
  commit(arrival: Arrival, feed: Feed): void {
    const { state } = this;
    const previous = state.inputs[state.inputs.length - 1] as number;
    const previousTime = state.times[state.times.length - 1] as number;
    if (arrival.imputed > 0) {
      const standIn = this.#standIn(previous);
      for (let i = 0; i < arrival.imputed; i++) {
        this.#advance(arrival.time, standIn);
        this.#countImputed(true);
        feed.push(arrival.scaledImputed, this.#mayLearn(), standIn);
      }
    }
    this.#advance(arrival.time, arrival.value);
    this.#countImputed(arrival.missing);
    feed.push(arrival.scaled, this.#mayLearn(), arrival.value);
    state.gaps.update(arrival.time - previousTime);
    this.#learn(arrival.value, previous, arrival.missing);
    if (!arrival.missing) state.seen++;
  }

  #standIn(previous: number): number {
    const { imputation } = this.#settings;
    if (imputation === "zero") return 0;
    return imputation === null || imputation === "previous" ? previous : imputation.fixed;
  }

  #learn(value: number, previous: number, missing: boolean): void {
    const { values, valueSpread, differences, differenceSpread } = this.state;
    if (!missing) {
      values.update(value);
      valueSpread.update(values.deviation);
    }
    differences.update(differences.weight === 0 ? 0 : value - previous);
    differenceSpread.update(differences.deviation);
  }

  /** Moves the shingle on. */
  #advance(time: number, input: number): void {
    const { state } = this;
    const { times, inputs } = state;
    // The oldest value was imputed when it has the time of the one that came after it.
    if (times[0] === times[1]) state.imputed--;
    times.copyWithin(0, 1);
    times[times.length - 1] = time;
    inputs.copyWithin(0, 1);
    inputs[inputs.length - 1] = input;
    state.internalTime++;
  }

  #countImputed(imputed: boolean): void {
    const { state } = this;
    if (imputed) state.imputed = min(state.imputed + 1, this.#settings.shingle);
    else if (state.imputed > 0) state.imputed--;
  }

  #mayLearn(): boolean {
    const { state } = this;
    if (!this.#imputes) {
      state.quality.update(1);
      return true;
    }
    const share = min(state.imputed / this.#settings.shingle, 1);
    state.quality.update(1 - share);
    return share < IMPUTED_SHARE && state.internalTime >= this.#settings.shingle;
  }

  /** Intervals from the last value to this one: 1 when nothing is missing between them. */
  #missed(gap: number, usual: number): number {
    if (!this.#imputes || this.state.internalTime <= 1) return 1;
    const ratio = gap / usual;
    return ratio >= 1.5 ? min(ceil(ratio), MOST_IMPUTED + 1) : 1;
  }

  /** The first segment: statistics of all of it normalise each value of it; gaps in it are interpolated. */
  #start(feed: Feed): void {
    const { state } = this;
    const segment = this.#interpolated();
    const between = new Deviation(0);
    for (let i = 1; i < segment.length; i++) {
      between.update((segment[i] as Known).time - (segment[i - 1] as Known).time);
    }
    const usual = usualGap(between);
    const values = new Deviation(this.#settings.transformDecay);
    const spread = new Deviation(this.#settings.transformDecay);
    for (const { value } of segment) values.update(value);
    for (const _ of segment) spread.update(values.deviation);
    const shift = values.mean;
    const scale = abs(spread.mean) + 1;

    state.times.fill((segment[0] as Known).time);
    state.imputed = this.#settings.shingle;
    for (const { time, value } of segment) {
      const previousTime = state.times[state.times.length - 1] as number;
      const previous = state.inputs[state.inputs.length - 1] as number;
      const missed = state.internalTime > 0 ? this.#missed(time - previousTime, usual) - 1 : 0;
      const step = 1 / (missed + 1);
      for (let i = 0; i < missed; i++) {
        const input = previous + step * (i + 1) * (value - previous);
        this.#advance(time, input);
        state.imputed++;
        feed.push(normalize(input, shift, scale), this.#mayLearn(), input);
      }
      state.gaps.update(time - previousTime);
      const before = state.inputs[state.inputs.length - 1] as number;
      this.#advance(time, value);
      this.#learn(value, before, false);
      feed.push(normalize(value, shift, scale), this.#mayLearn(), value);
    }
    state.pending.length = 0;
  }

  /** The first segment without holes: filled if a filling is given, else from the known neighbours. */
  #interpolated(): readonly Known[] {
    const { pending } = this.state;
    const { imputation } = this.#settings;
    if (imputation !== null && imputation !== "previous") {
      return pending.map(({ time, value }) => ({ time, value: value ?? this.#standIn(0) }));
    }
    const segment = pending.map(({ time, value }) => ({ time, value: value ?? Number.NaN }));
    const first = segment.find(({ value }) => !Number.isNaN(value))?.value ?? 0;
    let start = { time: (segment[0] as Known).time, value: first };
    for (const [i, point] of segment.entries()) {
      if (i === 0) point.value = first;
      else if (Number.isNaN(point.value)) {
        const end = segment.slice(i).find(({ value }) => !Number.isNaN(value)) ?? start;
        // The reference weighs the two neighbours the other way around than a line would.
        const share = end === start ? 1 : (start.time - point.time) / (start.time - end.time);
        point.value = share * start.value + (1 - share) * end.value;
        continue;
      }
      start = point;
    }
    return segment;
  }
}

interface Known {
  readonly time: number;
  readonly value: number;
}

function normalize(value: number, shift: number, scale: number): number {
  const normalized = (value - shift) / scale;
  // No negative zero: it would be told apart from zero where points are compared.
  return fround(max(-CLIP, min(CLIP, normalized))) + 0;
}

/** The mean gap, corrected for its scatter. */
function usualGap(gaps: Deviation): number {
  const mean = gaps.mean;
  const deviation = gaps.deviation;
  return deviation > 0 && deviation < mean / 2 ? mean - (deviation * deviation) / (2 * mean) : mean;
}
