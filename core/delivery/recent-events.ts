import { compareText } from "../domain/ordering.ts";
import { type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import type { DeliveredEvent } from "../ports/delivered-events.ts";

/** What a run looks at again and again happened in the last hours. */
const HELD = 6 * HOUR;
/** Some hundred megabytes. */
const MOST = 200_000;

/** The events of the last hours in the order of their time, then of their id. */
export class RecentEvents {
  #events: DeliveredEvent[] = [];
  /** Of what happened before, some may be missing. */
  #since: EpochMs = Number.NEGATIVE_INFINITY;

  /** Whether all events of a window are here, as far as they were delivered. */
  hold({ start }: TimeWindow): boolean {
    return start >= this.#since;
  }

  add(events: readonly DeliveredEvent[], now: EpochMs): void {
    for (const one of events) {
      if (one.event.time < this.#since) continue;
      const last = this.#events.at(-1);
      if (!last || order(last.event, one.event) <= 0) this.#events.push(one);
      else this.#events.splice(this.#firstAfter(one.event), 0, one);
    }
    this.#forget(now - HELD);
  }

  *within({ start, end }: TimeWindow): Generator<DeliveredEvent> {
    for (let at = this.#firstAt(start); at < this.#events.length; at++) {
      const one = this.#events[at] as DeliveredEvent;
      if (one.event.time >= end) return;
      yield one;
    }
  }

  #forget(before: EpochMs): void {
    const at = Math.max(this.#firstAt(before), this.#events.length - MOST);
    // To move those that stay costs as much as there are of them: not for every few that go.
    if (at < this.#events.length / 4) return;
    // Events of one time stay together.
    this.#since = Math.max(this.#since, this.#events[at]?.event.time ?? before);
    this.#events = this.#events.slice(this.#firstAt(this.#since));
  }

  /** Position of the first event at or after a time. */
  #firstAt(time: EpochMs): number {
    return this.#position((event) => event.time < time);
  }

  #firstAfter(event: PricedUsageEvent): number {
    return this.#position((other) => order(other, event) <= 0);
  }

  #position(isBefore: (event: PricedUsageEvent) => boolean): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore((this.#events[middle] as DeliveredEvent).event)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const order = (a: PricedUsageEvent, b: PricedUsageEvent): number => a.time - b.time || compareText(a.id, b.id);
