import type { InsightRecord } from "../domain/insight.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import type { EventQuery, EventStore } from "./event-store.ts";

export interface DeliveredEvent {
  readonly event: PricedUsageEvent;
  /** As of {@link EventQuery.counted}. */
  readonly counted: boolean;
  readonly deliveredAt: EpochMs;
}

export interface DeliveredInsight {
  readonly record: InsightRecord;
  readonly deliveredAt: EpochMs;
}

/** Events in the order in which they were delivered: what a deployment would have known of them at any time. */
export interface DeliveredEvents {
  /** Answers by what was delivered up to the time of the last {@link advance}, and by nothing else; until the next one. */
  known(): Promise<EventStore>;
  /** From the first delivery to the last one; `null` where there is no event. */
  span(): Promise<TimeWindow | null>;
  /** What was delivered since the last call and up to a time, no earlier than that of the last call. */
  advance(until: EpochMs): Promise<readonly DeliveredEvent[]>;
  /** How late the events came that match, all of them, whether they were delivered by now or not. */
  lateness(query: EventQuery, later: EpochMs): Promise<Lateness>;
}

export interface Lateness {
  readonly events: number;
  /** Those that came so much later than they happened. */
  readonly late: number;
  /** From event to delivery, of half of them at most; 0 where there is none, as below. */
  readonly median: EpochMs;
  /** Of all but one in twenty at most. */
  readonly p95: EpochMs;
  readonly longest: EpochMs;
}
