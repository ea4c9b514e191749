import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { DetectionConfig } from "./config.ts";

/** What is known of an account's delivery. */
export interface AccountDelivery {
  /** Its first bucket with an event: nothing before is history. */
  readonly since: EpochMs;
  /** Where silence is unknown, not zero. In time order, not overlapping. */
  readonly unknown: readonly TimeWindow[];
  /**
   * How far its events are taken to have come: to the end of the span, or only to its last bucket with one where the
   * silence since is no usual one, though not yet so long that it is unknown.
   */
  readonly until: EpochMs;
  /** Of an account that is closed: since when its silence is what it should be. It is neither zero nor an outage. */
  readonly closedFrom?: EpochMs;
}

/** JSON-safe, some hundred bytes. */
export interface SavedDelivery {
  readonly since: EpochMs;
  readonly next: EpochMs;
  readonly unknown: readonly TimeWindow[];
  /** By hour of day and kind of day: buckets seen, and how many of them were empty. */
  readonly seen: readonly number[];
  readonly empty: readonly number[];
}

/** Neighbouring buckets are alike, quiet ones above all: so many of them count as one observation. */
const ALIKE = 3;
/** Days of the same kind on which an hour must have been seen before its silence can mean anything. */
const LEAST_DAYS = 2;
/** Silence up to now that is less likely than this may be a delivery that is late. */
const DOUBTFUL = 0.01;

/** One account's buckets with events, in time order; silence between them is judged by what was learnt before it. */
export class DeliveryWatch {
  readonly #past: Past;
  readonly #since: EpochMs;
  #next: EpochMs;
  #unknown: TimeWindow[];

  private constructor(past: Past, since: EpochMs, next: EpochMs, unknown: readonly TimeWindow[]) {
    this.#past = past;
    this.#since = since;
    this.#next = next;
    this.#unknown = [...unknown];
  }

  /** @param bucket the account's first one with an event */
  static begin(bucket: EpochMs, config: DetectionConfig): DeliveryWatch {
    const watch = new DeliveryWatch(new Past(config), bucket, bucket, []);
    watch.delivered(bucket);
    return watch;
  }

  static resume({ since, next, unknown, seen, empty }: SavedDelivery, config: DetectionConfig): DeliveryWatch {
    return new DeliveryWatch(new Past(config, seen, empty), since, next, unknown);
  }

  /** End of the last bucket with an event. */
  get next(): EpochMs {
    return this.#next;
  }

  get since(): EpochMs {
    return this.#since;
  }

  get unknown(): readonly TimeWindow[] {
    return this.#unknown;
  }

  /** Events came for a bucket at or after {@link next}. */
  delivered(bucket: EpochMs): void {
    this.#silence(this.#next, bucket, this.#unknown);
    this.#past.learn(bucket, false);
    this.#next = bucket + BUCKET;
  }

  /**
   * Events came after all for a bucket before {@link next}. What was unknown around it is judged again, by all that was
   * learnt since; silence that was taken for zeros stays learnt as such.
   */
  deliveredLate(bucket: EpochMs): void {
    const gap = this.#unknown.find(({ start, end }) => bucket >= start && bucket < end);
    if (!gap) return;
    const parts: TimeWindow[] = [];
    this.#silence(gap.start, bucket, parts);
    this.#past.learn(bucket, false);
    this.#silence(bucket + BUCKET, gap.end, parts);
    this.#unknown = this.#unknown.flatMap((window) => (window === gap ? parts : [window]));
  }

  /**
   * With the silence up to `end` judged too; nothing is learnt of it yet.
   * @param closedAt when the account was closed, `null`: at a time that nobody knows; not given: it is open
   */
  at(end: EpochMs, closedAt?: EpochMs | null): AccountDelivery {
    const since = this.#since;
    const closedFrom = closedAt === undefined ? end : Math.max(this.#next, bucketStart(closedAt ?? this.#next));
    if (closedFrom < end) {
      const { unknown } = this.at(closedFrom);
      return { since, until: end, unknown: [...unknown, { start: closedFrom, end }], closedFrom };
    }
    const until = this.#past.isDoubtful(this.#next, end) ? this.#next : end;
    const last = this.#past.isUnknown(this.#next, end) ? [{ start: this.#next, end }] : [];
    return { since, until, unknown: [...this.#unknown, ...last] };
  }

  save(): SavedDelivery {
    return { since: this.#since, next: this.#next, unknown: [...this.#unknown], ...this.#past.save() };
  }

  /** Judges the empty buckets `from <= t < to`; learns them, or adds them to `unknown`. */
  #silence(from: EpochMs, to: EpochMs, unknown: TimeWindow[]): void {
    if (from >= to) return;
    if (this.#past.isUnknown(from, to)) unknown.push({ start: from, end: to });
    else for (let bucket = from; bucket < to; bucket += BUCKET) this.#past.learn(bucket, true);
  }
}

const SLOTS = 48;
const slotOf = (bucket: EpochMs): number => {
  const day = Math.floor(bucket / DAY);
  const weekend = (day + 3) % 7 >= 5;
  return Math.floor((bucket - day * DAY) / HOUR) + (weekend ? 24 : 0);
};

/** How often an account's buckets were empty, by hour of day and kind of day. */
class Past {
  readonly #outage: DetectionConfig["outage"];
  readonly #lateness: EpochMs;
  readonly #seen: Float64Array;
  readonly #empty: Float64Array;

  constructor(config: DetectionConfig, seen: readonly number[] = [], empty: readonly number[] = []) {
    this.#outage = config.outage;
    this.#lateness = config.latenessMinutes * MINUTE;
    this.#seen = new Float64Array(SLOTS);
    this.#seen.set(seen);
    this.#empty = new Float64Array(SLOTS);
    this.#empty.set(empty);
  }

  learn(bucket: EpochMs, empty: boolean): void {
    const slot = slotOf(bucket);
    this.#seen[slot] = (this.#seen[slot] as number) + 1;
    if (empty) this.#empty[slot] = (this.#empty[slot] as number) + 1;
  }

  /** Whether the empty buckets `from <= t < to` mean that nothing was delivered. */
  isUnknown(from: EpochMs, to: EpochMs): boolean {
    const { minimumMinutes, probability } = this.#outage;
    return to - from >= minimumMinutes * MINUTE && this.#evidence(from, to) > -Math.log10(probability);
  }

  /** Whether silence up to now is unusual, the last minutes left out, of which events are still on their way. */
  isDoubtful(from: EpochMs, now: EpochMs): boolean {
    return this.#evidence(from, now - this.#lateness) > -Math.log10(DOUBTFUL);
  }

  save(): Pick<SavedDelivery, "seen" | "empty"> {
    return { seen: [...this.#seen], empty: [...this.#empty] };
  }

  /** -log10 of the probability that the buckets `from <= t < to` are all empty. */
  #evidence(from: EpochMs, to: EpochMs): number {
    let evidence = 0;
    for (let bucket = from; bucket < to; bucket += BUCKET) {
      const slot = slotOf(bucket);
      const seen = this.#seen[slot] as number;
      if (seen < (LEAST_DAYS * HOUR) / BUCKET) continue;
      evidence -= Math.log10(((this.#empty[slot] as number) + 1) / (seen + 2)) / ALIKE;
    }
    return evidence;
  }
}
