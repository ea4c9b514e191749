import { BUCKET, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { DeliveryRow } from "./event-store.ts";
import type { FirstUse } from "./first-uses.ts";

/** How much is heard at once. */
export interface Portion {
  /** Of those that came. One bucket is heard whole, however many it has. */
  readonly events: number;
  /** From the first bucket that events came into. */
  readonly span: EpochMs;
}

export const EVERYTHING: Portion = { events: Number.POSITIVE_INFINITY, span: Number.POSITIVE_INFINITY };

export interface Arrived {
  /** Beginnings of buckets, in order, each once. */
  readonly buckets: readonly EpochMs[];
  /** What came before was heard: the end of the window, or, where more came than the portion, that of its last bucket. */
  readonly until: EpochMs;
}

/** Of the buckets of a window, in order, with the events that came into each, those of a portion. */
export async function portionOf(
  came: Iterable<BucketOfEvents> | AsyncIterable<BucketOfEvents>,
  window: TimeWindow,
  portion: Portion,
): Promise<Arrived> {
  const buckets: EpochMs[] = [];
  let sum = 0;
  for await (const { bucket, events } of came) {
    const [first, last] = [buckets[0], buckets.at(-1)];
    sum += events;
    if (first !== undefined && last !== undefined && (sum > portion.events || bucket - first >= portion.span)) {
      return { buckets, until: last + BUCKET };
    }
    buckets.push(bucket);
  }
  return { buckets, until: window.end };
}

export interface BucketOfEvents {
  readonly bucket: EpochMs;
  readonly events: number;
}

/** What a running deployment asks of its events again and again: what came, and what it shows by itself. */
export interface Arrivals {
  /**
   * Settles the events of the window that were written at or after `since`, the earliest of them if they are more than the
   * portion, and all that they bear on; what comes after the portion and was written since is for whoever asks on from its
   * end. Resolves with the buckets that events came into, and those in which settling changed what is counted, perhaps
   * outside the window. It may name a bucket more than once from run to run, and must not miss one: what is written while it
   * looks may be left to the next run.
   */
  arrived(since: EpochMs, window: TimeWindow, portion: Portion): Promise<Arrived>;
  /** As of {@link EventStore.deliveries}, of the events in the window, which begins and ends with a bucket. */
  deliveries(window: TimeWindow): AsyncIterable<DeliveryRow>;
  /** As of {@link EventStore.firstSeen}, among the events in the window alone. */
  firstUses(window: TimeWindow): AsyncIterable<FirstUse>;
}
