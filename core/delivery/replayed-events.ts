import { compareText } from "../domain/ordering.ts";
import type { Signal } from "../domain/signal.ts";
import { bucketStart, type EpochMs, type TimeWindow } from "../domain/time.ts";
import { type PricedUsageEvent, signalRegion } from "../domain/usage-event.ts";
import { allEvents } from "../incidents/events-in-order.ts";
import { facetsOf } from "../incidents/facets.ts";
import { type Arrivals, type Arrived, type BucketOfEvents, type Portion, portionOf } from "../ports/arrivals.ts";
import type { DeliveredEvent, DeliveredEvents } from "../ports/delivered-events.ts";
import type {
  AccountCoverage,
  AccountSpend,
  DeliveryRow,
  EventFacets,
  EventQuery,
  EventStore,
  FirstSeenRow,
  KeySharers,
  Occurrences,
  RollupRow,
  SharedKeyKind,
} from "../ports/event-store.ts";
import type { FirstUse } from "../ports/first-uses.ts";
import { SignalCounter } from "../signals/counter.ts";
import { firstSeenValues } from "../signals/first-seen.ts";
import { matchesQuery } from "../signals/matches-query.ts";
import { RecentEvents } from "./recent-events.ts";

/** Named at most, as by every store. */
const EVENT_IDS = 200;

/**
 * The events of a replay as a deployment has them: what was delivered by now, and what came when. Questions about the last
 * hours, which are most, are answered from memory, the others by the store.
 */
export class ReplayedEvents implements EventStore {
  readonly arrivals: Arrivals = {
    arrived: (since, window, portion) => this.#arrived(since, window, portion),
    deliveries: (window) => this.#deliveries(window),
    firstUses: (window) => this.#firstUses(window),
  };
  readonly #source: DeliveredEvents;
  readonly #riskyAction: (service: string, action: string) => boolean;
  readonly #recent = new RecentEvents();
  /** By bucket how many events came when, in the order of that. */
  readonly #cameInto = new Map<EpochMs, { readonly at: EpochMs; events: number }[]>();

  constructor(source: DeliveredEvents, riskyAction: (service: string, action: string) => boolean) {
    this.#source = source;
    this.#riskyAction = riskyAction;
  }

  /** Resolves with how many events came. */
  async advance(now: EpochMs): Promise<number> {
    const came = await this.#source.advance(now);
    this.#recent.add(came, now);
    for (const { event } of came) this.#cameIn(bucketStart(event.time), now);
    return came.length;
  }

  async span(): Promise<TimeWindow | null> {
    return (await this.#source.known()).span();
  }

  async coverage(): Promise<readonly AccountCoverage[]> {
    return (await this.#source.known()).coverage();
  }

  async *rollup(signals: readonly Signal[], bucket: EpochMs, window?: TimeWindow): AsyncGenerator<RollupRow> {
    if (!window || !this.#recent.hold(window)) {
      yield* (await this.#source.known()).rollup(signals, bucket, window);
      return;
    }
    const counter = new SignalCounter(signals, bucket);
    for (const { event, counted } of this.#recent.within(window)) if (counted) counter.add(event);
    yield* counter.rows();
  }

  async *deliveries(bucket: EpochMs): AsyncGenerator<DeliveryRow> {
    yield* (await this.#source.known()).deliveries(bucket);
  }

  async *firstSeen(): AsyncGenerator<FirstSeenRow> {
    yield* (await this.#source.known()).firstSeen();
  }

  async events(query: EventQuery, limit: number): Promise<readonly PricedUsageEvent[]> {
    return this.#held(query, limit) ?? (await this.#source.known()).events(query, limit);
  }

  async occurrences(query: EventQuery): Promise<Occurrences> {
    const held = this.#held(query);
    return held ? { events: held.length, ...whenOf(held) } : (await this.#source.known()).occurrences(query);
  }

  async facets(query: EventQuery): Promise<EventFacets> {
    const held = this.#held(query);
    return held ? { facets: facetsOf(held), ...whenOf(held) } : (await this.#source.known()).facets(query);
  }

  async sharers(kind: SharedKeyKind, values: readonly string[]): Promise<readonly KeySharers[]> {
    return (await this.#source.known()).sharers(kind, values);
  }

  async spend(): Promise<readonly AccountSpend[]> {
    return (await this.#source.known()).spend();
  }

  /** Those that match, if they are all in memory. */
  #held(query: EventQuery, limit = Number.POSITIVE_INFINITY): readonly PricedUsageEvent[] | null {
    if (!query.window || !this.#recent.hold(query.window)) return null;
    const found: PricedUsageEvent[] = [];
    for (const { event, counted } of this.#recent.within(query.window)) {
      if (found.length >= limit) break;
      if (matchesQuery(event, counted, query)) found.push(event);
    }
    return found;
  }

  #cameIn(bucket: EpochMs, at: EpochMs): void {
    const came = this.#cameInto.get(bucket) ?? [];
    this.#cameInto.set(bucket, came);
    const last = came.at(-1);
    if (last?.at === at) last.events += 1;
    else came.push({ at, events: 1 });
  }

  async #arrived(since: EpochMs, window: TimeWindow, portion: Portion): Promise<Arrived> {
    const came: BucketOfEvents[] = [];
    for (const [bucket, times] of this.#cameInto) {
      if (bucket < bucketStart(window.start) || bucket >= window.end || (times.at(-1)?.at ?? 0) < since) continue;
      const events = times.reduce((sum, one) => (one.at >= since ? sum + one.events : sum), 0);
      came.push({ bucket, events });
    }
    return portionOf(
      came.sort((a, b) => a.bucket - b.bucket),
      window,
      portion,
    );
  }

  async *#deliveries(window: TimeWindow): AsyncGenerator<DeliveryRow> {
    const counts = new Map<string, Map<EpochMs, number>>();
    for await (const { event } of this.#within(window)) {
      const own = counts.get(event.account) ?? new Map<EpochMs, number>();
      counts.set(event.account, own);
      const bucket = bucketStart(event.time);
      own.set(bucket, (own.get(bucket) ?? 0) + 1);
    }
    for (const [account, own] of [...counts].sort(([a], [b]) => compareText(a, b))) {
      for (const [bucket, events] of own) yield { account, bucket, events };
    }
  }

  async *#firstUses(window: TimeWindow): AsyncGenerator<FirstUse> {
    const uses = new Map<string, FirstUse>();
    for await (const { event, counted } of this.#within(window)) {
      for (const { dimension, value } of firstSeenValues(event, counted, this.#riskyAction)) {
        const key = JSON.stringify([event.account, dimension, value]);
        if (uses.has(key)) continue;
        uses.set(key, {
          account: event.account,
          dimension,
          value,
          firstTime: event.time,
          firstEventId: event.id,
          region: signalRegion(event.service, event.region),
          principal: event.principal.id,
        });
      }
    }
    yield* [...uses.values()].sort(
      (a, b) =>
        a.firstTime - b.firstTime ||
        compareText(a.account, b.account) ||
        compareText(a.dimension, b.dimension) ||
        compareText(a.value, b.value),
    );
  }

  /** Events of a window by time, then id; from the store those that count and those that do not. */
  async *#within(window: TimeWindow): AsyncGenerator<Pick<DeliveredEvent, "event" | "counted">> {
    if (this.#recent.hold(window)) {
      yield* this.#recent.within(window);
      return;
    }
    const events = await this.#source.known();
    const counted = new Set<string>();
    for await (const event of allEvents(events, { window, counted: true })) counted.add(`${event.account} ${event.id}`);
    for await (const event of allEvents(events, { window })) {
      yield { event, counted: counted.has(`${event.account} ${event.id}`) };
    }
  }
}

const whenOf = (events: readonly PricedUsageEvent[]): Omit<Occurrences, "events"> => ({
  eventIds: events.slice(0, EVENT_IDS).map(({ id }) => id),
  first: events[0]?.time ?? null,
  last: events.at(-1)?.time ?? null,
});
