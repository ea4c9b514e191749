import type { PeerRates } from "#core/ports/detector-engine.ts";
import { HOURS_A_DAY, SLOTS, slotOfHour, visitsOfSlots } from "./calendar.ts";
import type { CountModelParameters } from "./parameters.ts";

/** Sums are kept in 1/256 of a count, as integers: exact and short in JSON, and fine enough a step for any rate. */
const UNIT = 256;

/** Of the dispersion of single buckets, what is left between buckets' long-run shares: it averages out over the days. */
const SAMPLE_CORRELATION = 0.05;

export interface SavedRates {
  readonly visits: readonly number[];
  /** Slot, then its buckets' sums; slots in which nothing happened are left out. */
  readonly slots: readonly (readonly number[])[];
  readonly profile: readonly number[];
  /** In the model's units; absent where there were none. */
  readonly peers?: PeerRates;
}

/**
 * The seasonal rate of an entity: discounted counts by hour of day and kind of day and by bucket within the hour,
 * shrunk to coarser levels while there is little of them (gamma-Poisson: a coarser level's rate counts as so many
 * visits). Hours are learnt whole, and a run of empty ones in closed form. What peers had stands for all hours until there
 * are own ones: it weighs as much as a day.
 */
export class SeasonalRates {
  readonly #parameters: CountModelParameters;
  readonly #perHour: number;
  readonly #visits = new Float64Array(SLOTS);
  /** Visits, discounted like the sums. */
  readonly #weights = new Float64Array(SLOTS);
  readonly #totals = new Float64Array(SLOTS);
  readonly #sums: Float64Array;
  /** By bucket within the hour, over all hours: jobs that run every hour at the same minute. */
  readonly #profile: Float64Array;
  readonly #peers: PeerRates | undefined;
  /** Events of belief before anything was seen, and each hour of day against the others. */
  readonly #priorEvents: number;
  readonly #shape: readonly number[] | null;
  #weight = 0;
  #total = 0;

  /** @param begins what peers had, in the model's units, where nothing is saved */
  constructor(parameters: CountModelParameters, perHour: number, saved?: SavedRates, begins?: PeerRates) {
    this.#parameters = parameters;
    this.#perHour = perHour;
    const peers = saved ? saved.peers : begins;
    this.#peers = peers;
    const ofPeers = peers ? peers.hourly.reduce((sum, rate) => sum + rate, 0) / HOURS_A_DAY : 0;
    this.#priorEvents = Math.max(ofPeers * parameters.priorHours, parameters.priorEvents);
    this.#shape = peers && ofPeers > 0 ? peers.hourly.map((rate) => rate / ofPeers) : null;
    this.#sums = new Float64Array(SLOTS * perHour);
    this.#profile = new Float64Array(perHour);
    if (!saved) return;
    this.#profile.set(saved.profile);
    this.#visits.set(saved.visits);
    for (const [slot, ...sums] of saved.slots) this.#sums.set(sums, (slot as number) * perHour);
    for (let slot = 0; slot < SLOTS; slot++) this.#refresh(slot);
    this.#sumUp();
  }

  /** Learns the hour whose buckets stand at `offset` of `values`. */
  learn(hour: number, values: Float64Array, offset: number): void {
    const slot = slotOfHour(hour);
    this.#forget(slot, 1);
    for (let i = 0; i < this.#perHour; i++) {
      const counts = Math.round((values[offset + i] as number) * UNIT);
      if (counts === 0) continue;
      const at = slot * this.#perHour + i;
      this.#sums[at] = (this.#sums[at] as number) + counts;
      this.#profile[i] = (this.#profile[i] as number) + counts;
    }
    this.#refresh(slot);
    this.#sumUp();
  }

  /** The same as learning the hours `from <= hour < to` one by one, all empty; up to rounding of 1/256. */
  learnEmpty(from: number, to: number): void {
    const visits = visitsOfSlots(from, to);
    for (let slot = 0; slot < SLOTS; slot++) {
      if (visits[slot] === 0) continue;
      this.#forget(slot, visits[slot] as number);
      this.#refresh(slot);
    }
    this.#sumUp();
  }

  #forget(slot: number, visits: number): void {
    const { seasonRetention } = this.#parameters;
    this.#visits[slot] = (this.#visits[slot] as number) + visits;
    // The profile sees every hour, a slot one in 24: it forgets as much a day as a slot does a visit.
    const profileRetention = seasonRetention ** (visits / HOURS_A_DAY);
    for (let i = 0; i < this.#perHour; i++) this.#profile[i] = (this.#profile[i] as number) * profileRetention;
    if (this.#totals[slot] === 0) return;
    const retention = seasonRetention ** visits;
    const base = slot * this.#perHour;
    for (let i = base; i < base + this.#perHour; i++) this.#sums[i] = Math.floor((this.#sums[i] as number) * retention);
  }

  #refresh(slot: number): void {
    const { seasonRetention } = this.#parameters;
    this.#weights[slot] = (1 - seasonRetention ** (this.#visits[slot] as number)) / (1 - seasonRetention);
    let total = 0;
    for (let i = slot * this.#perHour; i < (slot + 1) * this.#perHour; i++) total += this.#sums[i] as number;
    this.#totals[slot] = total / UNIT;
  }

  #sumUp(): void {
    this.#weight = 0;
    this.#total = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      this.#weight += this.#weights[slot] as number;
      this.#total += this.#totals[slot] as number;
    }
  }

  /** Expected count of an hour, all its buckets together. */
  hourly(slot: number): number {
    const { dayKindPrior, hourPrior, priorHours } = this.#parameters;
    const overall = (this.#total + this.#priorEvents) / (this.#weight + priorHours);
    const likely = this.#shape ? overall * (this.#shape[slot % HOURS_A_DAY] as number) : overall;
    const twin = (slot + HOURS_A_DAY) % SLOTS;
    const total = this.#totals[slot] as number;
    const weight = this.#weights[slot] as number;
    const hourOfDay =
      (total + (this.#totals[twin] as number) + hourPrior * likely) /
      (weight + (this.#weights[twin] as number) + hourPrior);
    return (total + dayKindPrior * hourOfDay) / (weight + dayKindPrior);
  }

  /** Visits' worth of history behind {@link hourly}: the slot's own, and what other hours lend it. */
  support(slot: number): number {
    return (this.#weights[slot] as number) + 0.5 + Math.min(2, this.#weight / HOURS_A_DAY);
  }

  /** How much peers differ from one another, as far as {@link hourly} still rests on them. */
  get peerScatter(): number {
    if (!this.#peers) return 0;
    const { priorHours } = this.#parameters;
    return (this.#peers.scatter * priorHours) / (priorHours + this.#weight);
  }

  get hasPeers(): boolean {
    return this.#peers !== undefined;
  }

  /**
   * Expected counts of the hour's buckets, into `into` at `offset`; they add up to {@link hourly}. A bucket keeps its
   * own rate as far as buckets differ by more than chance (empirical Bayes).
   * @param dispersion of single buckets at a mean
   */
  buckets(hour: number, dispersion: (mean: number) => number, into: Float64Array, offset: number): void {
    const slot = slotOfHour(hour);
    const n = this.#perHour;
    const hourly = this.hourly(slot);
    const flat = 1 / n;
    let profileTotal = 0;
    for (let i = 0; i < n; i++) profileTotal += this.#profile[i] as number;
    const events = profileTotal / UNIT;
    const scatter = dispersion(hourly * flat);
    let shaped = 0;
    if (events > 0) {
      let between = 0;
      for (let i = 0; i < n; i++) between += ((this.#profile[i] as number) / profileTotal - flat) ** 2;
      const meanBucket = events / n;
      const chance = (meanBucket + scatter * meanBucket * meanBucket * SAMPLE_CORRELATION) / (events * events);
      shaped = Math.max(0, 1 - chance / (between / n + 1e-300));
    }
    const weight = this.#weights[slot] as number;
    const total = this.#totals[slot] as number;
    let between = 0;
    let chance = 0;
    for (let i = 0; i < n; i++) {
      const share = events > 0 ? flat + shaped * ((this.#profile[i] as number) / profileTotal - flat) : flat;
      const mean = hourly * share;
      into[offset + i] = mean;
      if (total === 0) continue;
      const own = (this.#sums[slot * n + i] as number) / UNIT / weight;
      const scaled = (mean * total) / (weight * hourly);
      between += (own - scaled) ** 2;
      chance += (scaled + scatter * scaled * scaled) / weight;
    }
    if (total === 0 || between <= chance) return;
    const kept = 1 - chance / between;
    for (let i = 0; i < n; i++) {
      const mean = into[offset + i] as number;
      const own = (((this.#sums[slot * n + i] as number) / UNIT) * hourly) / total;
      into[offset + i] = Math.max(0, mean + kept * (own - mean));
    }
  }

  save(): SavedRates {
    const slots: number[][] = [];
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#totals[slot] === 0) continue;
      slots.push([slot, ...this.#sums.subarray(slot * this.#perHour, (slot + 1) * this.#perHour)]);
    }
    return {
      visits: [...this.#visits],
      slots,
      profile: [...this.#profile],
      ...(this.#peers ? { peers: this.#peers } : {}),
    };
  }
}
