import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { DeliveredEvent, DeliveredEvents, Lateness } from "#core/ports/delivered-events.ts";
import type { EventQuery } from "#core/ports/event-store.ts";
import { matchesQuery } from "#core/signals/matches-query.ts";
import { GrowingEventStore } from "./growing-event-store.ts";

/** Deliveries in memory. */
export class MemoryDelivered implements DeliveredEvents {
  readonly #known: GrowingEventStore;
  readonly #coming: DeliveredEvent[] = [];
  #next = 0;

  constructor(riskyAction?: (service: string, action: string) => boolean) {
    this.#known = new GrowingEventStore(riskyAction);
  }

  /** No earlier than what was advanced to. */
  deliver(events: readonly DeliveredEvent[]): void {
    this.#coming.push(...events);
    this.#coming.sort((a, b) => a.deliveredAt - b.deliveredAt);
  }

  async span(): Promise<TimeWindow | null> {
    const [first, last] = [this.#coming[0], this.#coming.at(-1)];
    return first && last ? { start: first.deliveredAt, end: last.deliveredAt } : null;
  }

  async known(): Promise<GrowingEventStore> {
    return this.#known;
  }

  async advance(until: EpochMs): Promise<readonly DeliveredEvent[]> {
    const from = this.#next;
    while ((this.#coming[this.#next]?.deliveredAt ?? Number.POSITIVE_INFINITY) <= until) this.#next++;
    const came = this.#coming.slice(from, this.#next);
    this.#known.add(came, until);
    return came;
  }

  async lateness(query: EventQuery, later: EpochMs): Promise<Lateness> {
    const delays = this.#coming
      .filter(({ event, counted }) => matchesQuery(event, counted, query))
      .map(({ event, deliveredAt }) => deliveredAt - event.time)
      .sort((a, b) => a - b);
    const at = (share: number): EpochMs => delays[Math.max(0, Math.ceil(share * delays.length) - 1)] ?? 0;
    const late = delays.filter((delay) => delay > later).length;
    return { events: delays.length, late, median: at(0.5), p95: at(0.95), longest: at(1) };
  }
}
