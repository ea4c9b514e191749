import type { EpochMs, TimeWindow } from "../domain/time.ts";
import type { DeliveryRow } from "./event-store.ts";
import type { FirstUse } from "./first-uses.ts";

/** What a running deployment asks of its events again and again: what came, and what it shows by itself. */
export interface Arrivals {
  /**
   * Settles the events of the window that were written at or after `since`, and all that they bear on. Resolves with the
   * beginnings of the buckets that events came into, and of those in which settling changed what is counted, perhaps outside
   * the window; in order, each once. It may name a bucket more than once from run to run, and must not miss one: what is
   * written while it looks may be left to the next run.
   */
  arrived(since: EpochMs, window: TimeWindow): Promise<readonly EpochMs[]>;
  /** As of {@link EventStore.deliveries}, of the events in the window, which begins and ends with a bucket. */
  deliveries(window: TimeWindow): AsyncIterable<DeliveryRow>;
  /** As of {@link EventStore.firstSeen}, among the events in the window alone. */
  firstUses(window: TimeWindow): AsyncIterable<FirstUse>;
}
