import { TrailwatchError } from "#core/domain/errors.ts";
import { type EpochMs, HOUR } from "#core/domain/time.ts";
import type { Departure, ModelOptions, PeerRates, SavedModel } from "#core/ports/detector-engine.ts";
import { HOURS_A_DAY, SLOTS, slotOfHour } from "./calendar.ts";
import { confidenceOf } from "./confidence.ts";
import { Dispersion } from "./dispersion.ts";
import { Habits } from "./habits.ts";
import type { CountModelParameters } from "./parameters.ts";
import { nearestWindow, RecentHistory, WINDOWS } from "./recent-history.ts";
import { RecentLevel } from "./recent-level.ts";
import { readState, type SavedState, saved as savedModel } from "./saved-state.ts";
import { SeasonalRates } from "./seasonal-rates.ts";
import { SlowWindows } from "./slow-windows.ts";
import { lowerQuantile, lowerTailScore, upperQuantile, upperTailScore } from "./tail.ts";

/** Below this expectation no drop can be reported: even a Poisson variable is zero with probability exp(-9). */
const LEAST_DROP = 9;
/** What departs so clearly was reported when it happened; slow windows count only what was to be expected of it. */
const CLEAR = 8;

/** A window of the bucket observed last, as it was judged; counts in the model's units. */
export interface Judged {
  readonly direction: Departure["direction"];
  /** -log10 of its tail probability. */
  readonly score: number;
  /** Buckets. */
  readonly length: number;
  readonly actual: number;
  readonly mean: number;
  readonly dispersion: number;
}

/**
 * Seasonal negative-binomial model of one entity's counts. A bucket is judged against what was learnt from hours that
 * none of its windows overlaps, then kept back until no window reaches it any more: an anomaly cannot soften its own
 * expectation. While an entity is silent nothing is computed at all ("asleep"): the empty hours are learnt when it
 * wakes, in closed form, so that a run of zeros is the same in one call as in many.
 */
export class CountModel {
  readonly #parameters: CountModelParameters;
  readonly #options: ModelOptions;
  readonly #perHour: number;
  readonly #unit: number;
  readonly #history: RecentHistory;
  readonly #rates: SeasonalRates;
  readonly #dispersion: Dispersion;
  readonly #level: RecentLevel;
  readonly #slow: SlowWindows;
  readonly #habits: Habits;
  /** Index of the next bucket, counted from the epoch like all indexes and hours here. */
  #next: number | null = null;
  #firstSeen: number | null = null;
  #hour = 0;
  /** Zeros since anything else. */
  #quiet = 0;
  #asleep = false;
  #knownHours = 0;
  /** What the season expects of the hour under way, without the recent level. */
  #base = 0;
  /** What the hour under way adds to slow windows. */
  #spread = 0;

  constructor(parameters: CountModelParameters, options: ModelOptions, saved?: SavedModel) {
    const perHour = HOUR / options.bucket;
    if (!Number.isInteger(perHour)) {
      throw new TrailwatchError(
        "CONFIGURATION_INVALID",
        `a bucket of ${options.bucket} ms does not divide an hour`,
        "Use a bucket of 1, 5, 10, 15, 20, 30 or 60 minutes.",
      );
    }
    const state = saved && readState(saved, options);
    this.#parameters = parameters;
    this.#options = options;
    this.#perHour = perHour;
    this.#unit = options.unit ?? 1;
    this.#history = new RecentHistory(perHour, state?.history);
    this.#rates = new SeasonalRates(parameters, perHour, state?.rates, peersIn(options));
    this.#dispersion = new Dispersion(parameters, WINDOWS.length, state?.dispersion);
    this.#level = new RecentLevel(parameters, state?.level);
    this.#slow = new SlowWindows(state?.slow ?? undefined);
    this.#habits = new Habits(state?.habits);
    if (!state) return;
    this.#next = state.next;
    this.#firstSeen = state.firstSeen;
    this.#hour = state.hour;
    this.#quiet = state.quiet;
    this.#asleep = state.asleep;
    this.#knownHours = state.knownHours;
    this.#base = state.base;
    this.#spread = state.spread ?? Number.NaN;
  }

  /**
   * Judges one closed bucket, then learns it. Returns the window that departs most, where one does by more than a standard
   * deviation and at least the floor. Buckets come in time order without holes; `null` is unknown.
   */
  observe(bucket: EpochMs, value: number | null): Judged | null {
    const index = this.#advance(bucket);
    if (this.#asleep) {
      if (value === 0) return null;
      this.#wake(index);
    } else this.#reach(this.#hourOf(index));
    const history = this.#history;
    const at = history.now + (index - this.#hour * this.#perHour);
    if (value === null) {
      history.forget(at, at + 1);
      this.#spread = Number.NaN;
      this.#quiet = 0;
      return null;
    }
    if (value === 0) {
      const drop = this.#options.direction === "both" ? this.#drop(at) : null;
      this.#quiet++;
      if (this.#quiet >= history.end + this.#perHour && this.#maySleep()) this.#asleep = true;
      return this.#aboveFloor(drop);
    }
    this.#quiet = 0;
    const judged = this.#count(at, value / this.#unit);
    this.#firstSeen ??= index;
    return this.#aboveFloor(judged);
  }

  /** A bucket with something in it: judges, then keeps back what may be learnt of it. */
  #count(at: number, count: number): Judged | null {
    const history = this.#history;
    const mean = history.means[at] as number;
    history.values[at] = count;
    history.learnable[at] = count;
    if (count < mean) {
      this.#spread += count;
      return this.#options.direction === "both" ? this.#drop(at) : null;
    }
    const rise = this.#rise(at);
    const slow = this.#slowRise(at, count);
    history.learnable[at] = this.#bounded(count, mean);
    this.#spread += rise && rise.score >= CLEAR ? mean : (history.learnable[at] as number);
    return rise && slow && slow.score > rise.score ? slow : (rise ?? slow);
  }

  /** Whether it is so long silent that further zeros neither depart nor change anything. */
  get asleep(): boolean {
    return this.#asleep;
  }

  /** Whether anything was ever counted. */
  get hasCounted(): boolean {
    return this.#firstSeen !== null;
  }

  /** The same as observing `count` zeros from `bucket` on, while it is {@link asleep}. */
  sleepOn(bucket: EpochMs, count: number): void {
    this.#next = this.#advance(bucket) + count;
  }

  /** The window in counts, of what {@link observe} just returned. */
  describe({
    length,
    direction,
    actual,
    mean,
    dispersion,
  }: Judged): Omit<Departure, "score" | "grade" | "falsePerWeek" | "tail"> {
    const end = this.#next as number;
    const start = end - length;
    const seen = this.#rates.hasPeers || (this.#firstSeen !== null && this.#firstSeen < start);
    return {
      window: { start: start * this.#options.bucket, end: end * this.#options.bucket },
      direction,
      actual: actual * this.#unit,
      ...(seen
        ? { expected: mean * this.#unit, ...this.#band(mean, dispersion) }
        : { expected: null, lower: null, upper: null }),
      confidence: confidenceOf(this.#knownHours / HOURS_A_DAY),
    };
  }

  expect(bucket: EpochMs, count = 1): { readonly expected: number; readonly lower: number; readonly upper: number } {
    const first = Math.floor(bucket / this.#options.bucket);
    if (this.#asleep) {
      const awake = new CountModel(this.#parameters, this.#options, this.save());
      awake.#wake(first);
      return awake.expect(bucket, count);
    }
    const means = new Float64Array(this.#perHour);
    let mean = 0;
    for (let hour = this.#hourOf(first); hour <= this.#hourOf(first + count - 1); hour++) {
      this.#seasonal(hour, means, 0);
      for (let i = 0; i < this.#perHour; i++) {
        const index = hour * this.#perHour + i;
        if (index >= first && index < first + count) mean += means[i] as number;
      }
    }
    const dispersion = this.#predictive(nearestWindow(count), mean, slotOfHour(this.#hourOf(first)));
    return { expected: mean * this.#unit, ...this.#band(mean, dispersion) };
  }

  /** What the bucket observed last was judged by, in the model's units. Of a silent entity what it was before the silence. */
  usual(): { readonly mean: number; readonly dispersion: number } {
    const index = (this.#next ?? 1) - 1;
    const slot = slotOfHour(this.#hourOf(index));
    const mean = this.#asleep
      ? (this.#rates.hourly(slot) * this.#level.factor) / this.#perHour
      : (this.#history.means[this.#history.now + index - this.#hour * this.#perHour] as number);
    return { mean, dispersion: this.#predictive(0, mean, slot) };
  }

  save(): SavedModel {
    const state: SavedState = {
      bucket: this.#options.bucket,
      unit: this.#unit,
      next: this.#next,
      firstSeen: this.#firstSeen,
      hour: this.#hour,
      quiet: this.#quiet,
      asleep: this.#asleep,
      knownHours: this.#knownHours,
      base: this.#base,
      spread: Number.isNaN(this.#spread) ? null : this.#spread,
      rates: this.#rates.save(),
      dispersion: this.#dispersion.save(),
      level: this.#level.save(),
      history: this.#history.save(),
      slow: this.#slow.save(),
      habits: this.#habits.save(),
    };
    return savedModel(state);
  }

  #hourOf(index: number): number {
    return Math.floor(index / this.#perHour);
  }

  /** Takes the bucket as the next one. */
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
    this.#hour = this.#hourOf(index) - 1;
    this.#spread = Number.NaN;
    this.#beginHour();
    const { now } = this.#history;
    this.#history.forget(now, now + (index - this.#hour * this.#perHour));
    if (index !== this.#hour * this.#perHour) this.#spread = Number.NaN;
  }

  /** Silence needs no watching where only rises are asked for, or where so little is expected that none is a drop. */
  #maySleep(): boolean {
    if (this.#options.direction === "rise") return true;
    let busiest = 0;
    for (let slot = 0; slot < SLOTS; slot++) busiest = Math.max(busiest, this.#rates.hourly(slot));
    return busiest * this.#level.factor * this.#history.hoursBack < LEAST_DROP;
  }

  #wake(index: number): void {
    // The hours that windows reach back to are begun one by one; those before are learnt in closed form.
    const skipped = this.#hourOf(index) - this.#hour - this.#history.hoursBack - 2;
    if (skipped > 0) this.#skip(skipped);
    this.#reach(this.#hourOf(index));
    this.#asleep = false;
  }

  #reach(hour: number): void {
    while (this.#hour < hour) this.#beginHour();
  }

  #beginHour(): void {
    this.#endHour();
    this.#hour++;
    const history = this.#history;
    history.beginHour();
    if (history.oldestIsKnown) {
      this.#rates.learn(this.#hour - history.hoursBack, history.learnable, 0);
      this.#knownHours++;
    }
    if (this.#hour % HOURS_A_DAY === 0) this.#dispersion.forget(1);
    this.#seasonal(this.#hour, history.means, history.now);
    this.#base = this.#rates.hourly(slotOfHour(this.#hour));
  }

  /** Expectations of the hour's buckets, into `into` at `offset`. */
  #seasonal(hour: number, into: Float64Array, offset: number): void {
    this.#rates.buckets(hour, (mean) => this.#dispersion.of(0, mean), into, offset);
    const factor = this.#level.factor;
    for (let i = offset; i < offset + this.#perHour; i++) into[i] = (into[i] as number) * factor;
  }

  /** What an hour that is complete teaches about scatter and level; unknown buckets teach nothing. */
  #endHour(): void {
    const { now, end } = this.#history;
    for (const [window, length] of WINDOWS.entries()) {
      const step = Math.min(length, this.#perHour);
      for (let stop = end; stop > now && stop >= length; stop -= step) {
        const sum = this.#history.sum(stop - length, stop);
        if (sum) this.#dispersion.learn(window, sum.mean, sum.actual, step / length);
      }
    }
    const learnt = this.#history.learnableNow;
    if (!Number.isNaN(learnt)) this.#level.learn(learnt, this.#base, this.#hourlyDispersion(this.#base));
    this.#slow.add(this.#hour, this.#spread);
    this.#spread = 0;
  }

  #hourlyDispersion(mean: number): number {
    return this.#dispersion.of(nearestWindow(this.#perHour), mean);
  }

  /** `hours` empty hours in closed form; the history before and after them is all zeros. */
  #skip(hours: number): void {
    const from = this.#hour + 1 - this.#history.hoursBack;
    let meanHour = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      const hourly = this.#rates.hourly(slot) * this.#level.factor;
      meanHour += hourly / SLOTS;
      for (const [window, length] of WINDOWS.entries()) {
        const windows = (hours / SLOTS) * Math.max(1, this.#perHour / length);
        this.#dispersion.learnZeros(window, (hourly * length) / this.#perHour, windows);
      }
    }
    this.#dispersion.forget(hours / HOURS_A_DAY);
    this.#level.learnEmpty(hours, meanHour, this.#hourlyDispersion(meanHour));
    this.#rates.learnEmpty(from, from + hours);
    this.#knownHours += hours;
    this.#hour += hours;
  }

  /** Dispersion of a prediction: of the counts themselves, and of the rate that they were predicted from. */
  #predictive(window: number, mean: number, slot: number): number {
    const own = this.#dispersion.of(window, mean);
    return own + (1 / Math.max(mean, 0.1) + own) / this.#rates.support(slot) + this.#rates.peerScatter;
  }

  /** What is learnt of a count: not more than is plausible, unless it is a habit. */
  #bounded(count: number, mean: number): number {
    const { learnSigmas, learnMargin } = this.#parameters;
    const dispersion = this.#predictive(0, mean, slotOfHour(this.#hour));
    const limit = mean + learnSigmas * Math.sqrt(mean + dispersion * mean * mean) + learnMargin;
    if (count <= limit) return count;
    return Math.min(count, Math.max(limit, this.#habits.remember(this.#hour, count)));
  }

  /** Whole counts around the mean; a skewed count's quantiles may lie on one side of it. */
  #band(mean: number, dispersion: number): { readonly lower: number; readonly upper: number } {
    const { bandTail } = this.#parameters;
    const inUnits = (count: number): number => Number((count * this.#unit).toPrecision(12));
    return {
      lower: inUnits(Math.min(Math.floor(mean), lowerQuantile(mean, dispersion, bandTail))),
      upper: inUnits(Math.max(Math.ceil(mean), upperQuantile(mean, dispersion, bandTail))),
    };
  }

  #rise(at: number): Judged | null {
    return this.#best(at, "rise", ({ actual, mean }) => actual > mean, upperTailScore);
  }

  /** Where little is expected, too little is nothing. */
  #drop(at: number): Judged | null {
    return this.#best(at, "drop", ({ actual, mean }) => actual < mean && mean >= LEAST_DROP / 2, lowerTailScore);
  }

  /** Of the windows that end with the bucket at `at`, the one that departs most; at least by a standard deviation. */
  #best(
    at: number,
    direction: Judged["direction"],
    departs: (sum: { readonly actual: number; readonly mean: number }) => boolean,
    tailScore: typeof upperTailScore,
  ): Judged | null {
    const slot = slotOfHour(this.#hour);
    let best: Judged | null = null;
    for (const [window, sum] of this.#history.windows(at).entries()) {
      if (!departs(sum)) continue;
      const { actual, mean } = sum;
      const dispersion = this.#predictive(window, mean, slot);
      if ((actual - mean) ** 2 < mean + dispersion * mean * mean) continue;
      const score = tailScore(actual, mean, dispersion) * this.#trust;
      if (!best || score > best.score) {
        best = { direction, score, length: WINDOWS[window] as number, actual, mean, dispersion };
      }
    }
    return best;
  }

  #slowRise(at: number, count: number): Judged | null {
    const slow = this.#slow.judge(this.#hour, this.#spread + count);
    if (!slow) return null;
    const { actual, mean, dispersion } = slow;
    const length = slow.hours * this.#perHour - (this.#history.end - 1 - at);
    return { direction: "rise", score: slow.score * this.#trust, length, actual, mean, dispersion };
  }

  /** A model extrapolates; hours of history cannot say that something happens once in a thousand years. */
  get #trust(): number {
    return this.#knownHours / (this.#knownHours + this.#parameters.trustHours);
  }

  #aboveFloor(judged: Judged | null): Judged | null {
    return judged && Math.abs(judged.actual - judged.mean) * this.#unit >= this.#options.floor ? judged : null;
  }
}

/** What peers had, in the model's units. */
function peersIn({ peers, unit = 1 }: ModelOptions): PeerRates | undefined {
  return peers && { ...peers, hourly: peers.hourly.map((rate) => rate / unit) };
}
