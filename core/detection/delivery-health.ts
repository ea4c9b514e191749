import type { UnknownWindow } from "../domain/analysis.ts";
import { BUCKET, DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { DeliveryRow } from "../ports/event-store.ts";
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
}

export interface DeliveryHealth {
  /** By account id. */
  readonly accounts: ReadonlyMap<string, AccountDelivery>;
  /** Sorted by start, then account. */
  readonly unknownWindows: readonly UnknownWindow[];
}

/** Neighbouring buckets are alike, quiet ones above all: so many of them count as one observation. */
const ALIKE = 3;
/** Days of the same kind on which an hour must have been seen before its silence can mean anything. */
const LEAST_DAYS = 2;
/** Silence up to now that is less likely than this may be a delivery that is late. */
const DOUBTFUL = 0.01;

/**
 * Finds the windows in which an account's events were not delivered: runs of empty buckets whose probability, from the
 * share of empty buckets in the same hours of earlier days of the same kind (weekdays, weekends), is below
 * `outage.probability`. Each hour's share is taken as (empty + 1) / (seen + 2). Causal: only earlier days count, and
 * buckets that were not delivered are not among them.
 * @param deliveries sorted by account and bucket, non-zero only
 */
export async function deliveryHealth(
  deliveries: AsyncIterable<DeliveryRow>,
  span: TimeWindow,
  config: DetectionConfig,
): Promise<DeliveryHealth> {
  const accounts = new Map<string, AccountDelivery>();
  let current: OpenAccount | undefined;
  for await (const { account, bucket } of deliveries) {
    if (current?.account !== account) {
      if (current) accounts.set(current.account, closed(current, span.end));
      current = { account, past: new Past(config), since: bucket, next: bucket, unknown: [] };
    }
    current.past.silence(current.next, bucket, current.unknown);
    current.past.learn(bucket, false);
    current.next = bucket + BUCKET;
  }
  if (current) accounts.set(current.account, closed(current, span.end));
  const unknownWindows = [...accounts]
    .flatMap(([account, { unknown }]) =>
      unknown.map((window) => ({ account, window, reason: "no events at all, where this account always has some" })),
    )
    .sort((a, b) => a.window.start - b.window.start || (a.account < b.account ? -1 : 1));
  return { accounts, unknownWindows };
}

interface OpenAccount {
  readonly account: string;
  readonly past: Past;
  readonly since: EpochMs;
  next: EpochMs;
  readonly unknown: TimeWindow[];
}

function closed({ past, since, next, unknown }: OpenAccount, end: EpochMs): AccountDelivery {
  const until = past.isDoubtful(next, end) ? next : end;
  past.silence(next, end, unknown);
  return { since, unknown, until };
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
  readonly #seen = new Float64Array(SLOTS);
  readonly #empty = new Float64Array(SLOTS);

  constructor(config: DetectionConfig) {
    this.#outage = config.outage;
    this.#lateness = config.latenessMinutes * MINUTE;
  }

  learn(bucket: EpochMs, empty: boolean): void {
    const slot = slotOf(bucket);
    this.#seen[slot] = (this.#seen[slot] as number) + 1;
    if (empty) this.#empty[slot] = (this.#empty[slot] as number) + 1;
  }

  /** Judges the empty buckets `from <= t < to`; learns them, or adds them to `unknown`. */
  silence(from: EpochMs, to: EpochMs, unknown: TimeWindow[]): void {
    if (from >= to) return;
    const { minimumMinutes, probability } = this.#outage;
    if (to - from >= minimumMinutes * MINUTE && this.#evidence(from, to) > -Math.log10(probability)) {
      unknown.push({ start: from, end: to });
      return;
    }
    for (let bucket = from; bucket < to; bucket += BUCKET) this.learn(bucket, true);
  }

  /** Whether silence up to now is unusual, the last minutes left out, of which events are still on their way. */
  isDoubtful(from: EpochMs, now: EpochMs): boolean {
    return this.#evidence(from, now - this.#lateness) > -Math.log10(DOUBTFUL);
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
