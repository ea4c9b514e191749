import { TrailwatchError } from "#core/domain/errors.ts";
import { type EpochMs, HOUR } from "#core/domain/time.ts";
import type { Departure, EntityModel, ModelOptions, SavedModel } from "#core/ports/detector-engine.ts";
import { HOURS_A_DAY, SLOTS, slotOfHour } from "./calendar.ts";
import { Dispersion } from "./dispersion.ts";
import { confidenceOf, gradeOf } from "./grade.ts";
import type { CountModelParameters } from "./parameters.ts";
import { RecentLevel } from "./recent-level.ts";
import { type SavedRates, SeasonalRates } from "./seasonal-rates.ts";
import { type SavedSlowWindows, SlowWindows } from "./slow-windows.ts";
import { lowerQuantile, lowerTailScore, upperQuantile, upperTailScore } from "./tail.ts";

export const STATE_VERSION = 1;

/** Lengths in buckets that every bucket is judged at. Days are for {@link SlowWindows}. */
const WINDOWS = [1, 3, 12, 36] as const;
const LONGEST = 36;
/** Below this expectation no drop can be reported: even a Poisson variable is zero with probability exp(-9). */
const LEAST_DROP = 9;

/** How much more than the last surprise at the same time is still the same habit, and how many days that may lie back. */
const HABIT_GROWTH = 1.5;
const HABIT_DAYS = 7;

interface SavedState {
  readonly bucket: EpochMs;
  readonly next: number;
  readonly firstSeen: number | null;
  readonly hour: number;
  readonly quiet: number;
  readonly asleep: boolean;
  readonly knownHours: number;
  readonly base: number;
  readonly rates: SavedRates;
  readonly dispersion: readonly (readonly number[])[];
  readonly level: readonly [number, number];
  /** `null` is an unknown bucket. */
  readonly values: readonly (number | null)[];
  readonly learnable: readonly (number | null)[];
  readonly means: readonly number[];
  readonly slow: SavedSlowWindows | null;
  readonly surprises: readonly Surprise[];
}

interface Surprise {
  readonly hourOfDay: number;
  /** Since the epoch. */
  day: number;
  /** The largest of that day. */
  value: number;
  /** The largest of the day before that. */
  before: number;
}

/**
 * Seasonal negative-binomial model of one entity's counts. A bucket is judged against what was learnt from hours that
 * none of its windows overlaps, then kept back until no window reaches it any more: an anomaly cannot soften its own
 * expectation. While an entity is silent nothing is computed at all ("asleep"): the empty hours are learnt when it
 * wakes, in closed form, so that a run of zeros is the same in one call as in many.
 */
export class CountModel implements EntityModel {
  readonly #parameters: CountModelParameters;
  readonly #options: ModelOptions;
  readonly #perHour: number;
  readonly #unit: number;
  readonly #hourWindow: number;
  /** Index in the history of the first bucket of the hour under way. */
  readonly #now: number;
  readonly #values: Float64Array;
  readonly #learnable: Float64Array;
  readonly #means: Float64Array;
  readonly #rates: SeasonalRates;
  readonly #dispersion: Dispersion;
  readonly #level: RecentLevel;
  readonly #slow: SlowWindows;
  /** Implausible values by hour of day, and the day they came on. */
  readonly #surprises: Surprise[] = [];
  #next: number | null = null;
  #firstSeen: number | null = null;
  #hour = 0;
  #quiet = 0;
  #asleep = false;
  #knownHours = 0;
  #base = 0;

  constructor(parameters: CountModelParameters, options: ModelOptions, saved?: SavedModel) {
    const perHour = HOUR / options.bucket;
    if (!Number.isInteger(perHour)) {
      throw new TrailwatchError(
        "CONFIGURATION_INVALID",
        `a bucket of ${options.bucket} ms does not divide an hour`,
        "Use a bucket of 1, 5, 10, 15, 20, 30 or 60 minutes.",
      );
    }
    const lookBack = Math.ceil((LONGEST - 1) / perHour) + 1;
    this.#parameters = parameters;
    this.#options = options;
    this.#perHour = perHour;
    this.#unit = options.unit ?? 1;
    this.#hourWindow = nearestWindow(perHour);
    this.#now = lookBack * perHour;
    this.#values = new Float64Array(this.#now + perHour);
    this.#learnable = new Float64Array(this.#now + perHour);
    this.#means = new Float64Array(this.#now + perHour);
    const state = saved && readState(saved, options);
    this.#rates = new SeasonalRates(parameters, perHour, state?.rates);
    this.#dispersion = new Dispersion(parameters, WINDOWS.length, state?.dispersion);
    this.#level = new RecentLevel(parameters, state?.level);
    this.#slow = new SlowWindows(state?.slow ?? undefined);
    if (state) this.#restore(state);
  }

  observe(bucket: EpochMs, value: number | null): Departure | null {
    const index = this.#advance(bucket);
    if (this.#asleep) {
      if (value === 0) return null;
      this.#wake(index);
    } else this.#reach(this.#hourOf(index));
    const at = this.#now + (index - this.#hour * this.#perHour);
    if (value === null) {
      this.#values[at] = Number.NaN;
      this.#learnable[at] = Number.NaN;
      this.#means[at] = 0;
      this.#quiet = 0;
      return null;
    }
    if (value === 0) {
      const departure = this.#options.direction === "both" ? this.#judge(index, at) : null;
      this.#quiet++;
      if (this.#quiet >= this.#values.length + this.#perHour && this.#maySleep()) this.#asleep = true;
      return departure;
    }
    this.#quiet = 0;
    this.#values[at] = value / this.#unit;
    const departure = this.#judge(index, at);
    this.#learnable[at] = this.#bounded(value / this.#unit, this.#means[at] as number);
    this.#firstSeen ??= index;
    return departure;
  }

  observeZeros(from: EpochMs, count: number): readonly Departure[] {
    const departures: Departure[] = [];
    for (let done = 0; done < count; done++) {
      if (this.#asleep) {
        this.#advance(from + done * this.#options.bucket);
        this.#next = (this.#next as number) + count - done - 1;
        break;
      }
      const departure = this.observe(from + done * this.#options.bucket, 0);
      if (departure) departures.push(departure);
    }
    return departures;
  }

  expect(bucket: EpochMs, count = 1): { readonly expected: number; readonly lower: number; readonly upper: number } {
    const first = Math.floor(bucket / this.#options.bucket);
    if (this.#asleep) {
      const awake = new CountModel(this.#parameters, this.#options, this.save());
      awake.#wake(first);
      return awake.expect(bucket, count);
    }
    const means = new Float64Array(this.#perHour);
    let expected = 0;
    for (let hour = this.#hourOf(first); hour <= this.#hourOf(first + count - 1); hour++) {
      this.#seasonal(hour, means, 0);
      for (let i = 0; i < this.#perHour; i++) {
        const index = hour * this.#perHour + i;
        if (index >= first && index < first + count) expected += means[i] as number;
      }
    }
    const scatter = this.#scatter(nearestWindow(count), expected, slotOfHour(this.#hourOf(first)));
    return { expected: expected * this.#unit, ...this.#band(expected, scatter) };
  }

  save(): SavedModel {
    const state: SavedState = {
      bucket: this.#options.bucket,
      next: this.#next ?? -1,
      firstSeen: this.#firstSeen,
      hour: this.#hour,
      quiet: this.#quiet,
      asleep: this.#asleep,
      knownHours: this.#knownHours,
      base: this.#base,
      rates: this.#rates.save(),
      dispersion: this.#dispersion.save(),
      level: this.#level.save(),
      values: packed(this.#values),
      learnable: packed(this.#learnable),
      means: [...this.#means],
      slow: this.#slow.save(),
      surprises: this.#surprises.map((surprise) => ({ ...surprise })),
    };
    return { version: STATE_VERSION, state };
  }

  #restore(state: SavedState): void {
    this.#next = state.next < 0 ? null : state.next;
    this.#firstSeen = state.firstSeen;
    this.#hour = state.hour;
    this.#quiet = state.quiet;
    this.#asleep = state.asleep;
    this.#knownHours = state.knownHours;
    this.#base = state.base;
    this.#values.set(unpacked(state.values));
    this.#learnable.set(unpacked(state.learnable));
    this.#means.set(state.means);
    this.#surprises.push(...state.surprises.map((surprise) => ({ ...surprise })));
  }

  #hourOf(index: number): number {
    return Math.floor(index / this.#perHour);
  }

  /** Takes the bucket as the next one; opens the history at the first. */
  #advance(bucket: EpochMs): number {
    const index = bucket / this.#options.bucket;
    if (!Number.isInteger(index) || (this.#next !== null && index !== this.#next)) {
      throw new TrailwatchError(
        "INTERNAL",
        `buckets must come in order without holes: expected ${(this.#next ?? 0) * this.#options.bucket}, got ${bucket}`,
        "This is a defect: please report it with the command that you ran.",
      );
    }
    if (this.#next === null) this.#open(index);
    this.#next = index + 1;
    return index;
  }

  /** What was before the first bucket is unknown, the beginning of its hour too. */
  #open(index: number): void {
    this.#values.fill(Number.NaN);
    this.#learnable.fill(Number.NaN);
    this.#hour = this.#hourOf(index) - 1;
    this.#beginHour();
    const known = this.#now + (index - this.#hour * this.#perHour);
    this.#values.fill(Number.NaN, this.#now, known);
    this.#learnable.fill(Number.NaN, this.#now, known);
    this.#means.fill(0, this.#now, known);
  }

  #maySleep(): boolean {
    if (this.#options.direction === "rise") return true;
    let busiest = 0;
    for (let slot = 0; slot < SLOTS; slot++) busiest = Math.max(busiest, this.#rates.hourly(slot));
    return busiest * this.#level.factor * Math.ceil(LONGEST / this.#perHour) < LEAST_DROP;
  }

  #wake(index: number): void {
    const hour = this.#hourOf(index);
    // The last hours, which windows reach back to, are begun one by one; those before are learnt in closed form.
    const skipped = hour - this.#hour - this.#values.length / this.#perHour - 1;
    if (skipped > 0) this.#skip(skipped);
    this.#reach(hour);
    this.#asleep = false;
  }

  #reach(hour: number): void {
    while (this.#hour < hour) this.#beginHour();
  }

  #beginHour(): void {
    this.#endHour();
    this.#hour++;
    const n = this.#perHour;
    this.#values.copyWithin(0, n);
    this.#learnable.copyWithin(0, n);
    this.#means.copyWithin(0, n);
    this.#values.fill(0, this.#now);
    this.#learnable.fill(0, this.#now);
    if (!this.#hasUnknown(this.#learnable, 0, n)) {
      this.#rates.learn(this.#hour - this.#now / n, this.#learnable, 0);
      this.#knownHours++;
    }
    if (this.#hour % HOURS_A_DAY === 0) this.#dispersion.forget(1);
    this.#base = this.#seasonal(this.#hour, this.#means, this.#now);
  }

  /** The hour's expectations; returns their sum without the recent level. */
  #seasonal(hour: number, into: Float64Array, offset: number): number {
    this.#rates.buckets(hour, (mean) => this.#dispersion.of(0, mean), into, offset);
    const factor = this.#level.factor;
    for (let i = offset; i < offset + this.#perHour; i++) into[i] = (into[i] as number) * factor;
    return this.#rates.hourly(slotOfHour(hour));
  }

  /** What an hour that is complete teaches about scatter and level; unknown buckets teach nothing. */
  #endHour(): void {
    const end = this.#values.length;
    const n = this.#perHour;
    for (let window = 0; window < WINDOWS.length; window++) {
      const length = WINDOWS[window] as number;
      const step = Math.min(length, n);
      for (let stop = end; stop > this.#now; stop -= step) {
        if (stop < end && stop - length < this.#now - n) break;
        this.#learnScatter(window, stop - length, stop, step / length);
      }
    }
    let bounded = 0;
    for (let i = this.#now; i < end; i++) bounded += this.#learnable[i] as number;
    this.#slow.add(this.#hour, bounded);
    if (!Number.isNaN(bounded)) {
      this.#level.learn(bounded, this.#base, this.#dispersion.of(this.#hourWindow, this.#base));
    }
  }

  #learnScatter(window: number, from: number, to: number, weight: number): void {
    let actual = 0;
    let mean = 0;
    for (let i = from; i < to; i++) {
      actual += this.#values[i] as number;
      mean += this.#means[i] as number;
    }
    if (Number.isNaN(actual)) return;
    const { residualSigmas, residualMargin } = this.#parameters;
    this.#dispersion.learn(window, mean, actual, weight, residualSigmas, residualMargin);
  }

  /** `hours` empty hours in closed form; the history before and after them is all zeros. */
  #skip(hours: number): void {
    const n = this.#perHour;
    const from = this.#hour + 1 - this.#now / n;
    const factor = this.#level.factor;
    let meanHour = 0;
    const visits = hours / SLOTS;
    for (let slot = 0; slot < SLOTS; slot++) {
      const hourly = this.#rates.hourly(slot) * factor;
      meanHour += hourly / SLOTS;
      for (let window = 0; window < WINDOWS.length; window++) {
        const length = WINDOWS[window] as number;
        const mean = (hourly * length) / n;
        this.#dispersion.learnZeros(window, mean, mean * mean, visits * Math.max(1, n / length));
      }
    }
    this.#dispersion.forget(hours / HOURS_A_DAY);
    this.#level.learnEmpty(hours, meanHour, this.#dispersion.of(this.#hourWindow, meanHour));
    this.#rates.learnEmpty(from, from + hours);
    this.#knownHours += hours;
    this.#hour += hours;
  }

  #hasUnknown(values: Float64Array, from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (Number.isNaN(values[i])) return true;
    return false;
  }

  /** Dispersion of a prediction: of the counts themselves, and of the rate that they were predicted from. */
  #scatter(window: number, mean: number, slot: number): number {
    const own = this.#dispersion.of(window, mean);
    return own + (1 / Math.max(mean, 0.1) + own) / this.#rates.support(slot);
  }

  /**
   * What is learnt of a value: not more than is plausible, or than was counted in the same hour of a day shortly
   * before, where that was implausible too. Once is an anomaly; again at the same time is a habit.
   */
  #bounded(value: number, mean: number): number {
    const { learnSigmas, learnMargin } = this.#parameters;
    const slot = slotOfHour(this.#hour);
    const sigma = Math.sqrt(mean + this.#scatter(0, mean, slot) * mean * mean);
    const limit = mean + learnSigmas * sigma + learnMargin;
    if (value <= limit) return value;
    const hourOfDay = this.#hour % HOURS_A_DAY;
    const day = Math.floor(this.#hour / HOURS_A_DAY);
    const known = this.#surprises.find((surprise) => surprise.hourOfDay === hourOfDay);
    if (!known) this.#surprises.push({ hourOfDay, day, value, before: 0 });
    else if (known.day === day) known.value = Math.max(known.value, value);
    else Object.assign(known, { before: day - known.day <= HABIT_DAYS ? known.value : 0, day, value });
    return Math.min(value, Math.max(limit, HABIT_GROWTH * (known?.before ?? 0)));
  }

  /** Whole counts around the mean; a skewed count's quantiles may lie on one side of it. */
  #band(mean: number, scatter: number): { readonly lower: number; readonly upper: number } {
    const { bandTail } = this.#parameters;
    const inUnits = (count: number): number => Number((count * this.#unit).toPrecision(12));
    return {
      lower: inUnits(Math.min(Math.floor(mean), lowerQuantile(mean, scatter, bandTail))),
      upper: inUnits(Math.max(Math.ceil(mean), upperQuantile(mean, scatter, bandTail))),
    };
  }

  /** Count of the hour under way, bounded but for the latest bucket. */
  #underWay(at: number): number {
    let total = this.#values[at] as number;
    for (let i = this.#now; i < at; i++) {
      if (!Number.isNaN(this.#learnable[i])) total += this.#learnable[i] as number;
    }
    return total;
  }

  /** The window in which the bucket at `at`, the latest, departs most. */
  #judge(index: number, at: number): Departure | null {
    const value = this.#values[at] as number;
    const ownMean = this.#means[at] as number;
    const drop = value < ownMean;
    if (drop && this.#options.direction === "rise") return null;
    const slot = slotOfHour(this.#hour);
    // A model extrapolates; hours of history cannot say that something happens once in a thousand years.
    const trust = this.#knownHours / (this.#knownHours + this.#parameters.trustHours);
    let best: { score: number; length: number; actual: number; mean: number; scatter: number } | null = null;
    let actual = 0;
    let mean = 0;
    let length = 0;
    for (let window = 0; window < WINDOWS.length; window++) {
      for (const reach = WINDOWS[window] as number; length < reach; length++) {
        const v = this.#values[at - length] as number;
        if (Number.isNaN(v)) continue;
        actual += v;
        mean += this.#means[at - length] as number;
      }
      if (drop ? mean < LEAST_DROP / 2 || actual >= mean : actual <= mean) continue;
      const scatter = this.#scatter(window, mean, slot);
      const sigma = Math.sqrt(mean + scatter * mean * mean);
      if (Math.abs(actual - mean) < sigma) continue;
      const tail = drop ? lowerTailScore(actual, mean, scatter) : upperTailScore(actual, mean, scatter);
      const score = tail * trust;
      if (!best || score > best.score) best = { score, length, actual, mean, scatter };
    }
    if (!drop) {
      const slow = this.#slow.judge(this.#hour, this.#underWay(at));
      const score = slow ? slow.score * trust : 0;
      if (slow && score > (best?.score ?? 0)) {
        const buckets = slow.hours * this.#perHour - (this.#values.length - 1 - at);
        best = { score, length: buckets, actual: slow.actual, mean: slow.mean, scatter: slow.dispersion };
      }
    }
    if (!best || best.score < this.#parameters.reportFrom) return null;
    if (Math.abs(best.actual - best.mean) * this.#unit < this.#options.floor) return null;
    const start = index - best.length + 1;
    const seen = this.#firstSeen !== null && this.#firstSeen < start;
    return {
      window: { start: start * this.#options.bucket, end: (index + 1) * this.#options.bucket },
      direction: drop ? "drop" : "rise",
      actual: best.actual * this.#unit,
      ...(seen
        ? { expected: best.mean * this.#unit, ...this.#band(best.mean, best.scatter) }
        : { expected: null, lower: null, upper: null }),
      score: best.score,
      grade: gradeOf(best.score),
      confidence: confidenceOf(this.#knownHours / HOURS_A_DAY),
    };
  }
}

/** Position of the judged window whose length, as a ratio, is nearest to `count` buckets. */
function nearestWindow(count: number): number {
  let nearest = 0;
  for (let window = 1; window < WINDOWS.length; window++) {
    const apart = (at: number): number => Math.abs(Math.log(count / (WINDOWS[at] as number)));
    if (apart(window) < apart(nearest)) nearest = window;
  }
  return nearest;
}

const packed = (values: Float64Array): (number | null)[] => Array.from(values, (v) => (Number.isNaN(v) ? null : v));
const unpacked = (values: readonly (number | null)[]): number[] => values.map((v) => v ?? Number.NaN);

function readState(saved: SavedModel, options: ModelOptions): SavedState {
  const state = saved.state as SavedState;
  if (saved.version === STATE_VERSION && state.bucket === options.bucket) return state;
  throw new TrailwatchError(
    "STORE_VERSION",
    `a model's state of version ${saved.version} with buckets of ${state?.bucket} ms cannot be read as version ${STATE_VERSION} with ${options.bucket} ms`,
    "Run the analysis again from the events: states are rebuilt from them.",
  );
}
