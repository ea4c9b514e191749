import { usdText } from "#core/domain/money.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, bucketStart, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import { type PricedUsageEvent, signalRegion } from "#core/domain/usage-event.ts";
import { facetsOf } from "#core/incidents/facets.ts";
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
} from "#core/ports/event-store.ts";
import { SignalCounter } from "#core/signals/counter.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import { matchesQuery } from "#core/signals/matches-query.ts";
import type { GeneratedEvent } from "./usage-events.ts";

/** An event store in memory, for tests of what stands on the port. Passes the same contract as the real ones. */
export class MemoryEventStore implements EventStore {
  readonly #entries: readonly GeneratedEvent[];
  readonly #riskyAction: (service: string, action: string) => boolean;

  constructor(
    entries: readonly GeneratedEvent[],
    riskyAction: (service: string, action: string) => boolean = () => false,
  ) {
    this.#entries = [...entries].sort((a, b) => a.event.time - b.event.time || compareText(a.event.id, b.event.id));
    this.#riskyAction = riskyAction;
  }

  async span(): Promise<TimeWindow | null> {
    const first = this.#entries[0];
    const last = this.#entries.at(-1);
    return first && last ? { start: first.event.time, end: last.event.time + BUCKET } : null;
  }

  async coverage(): Promise<readonly AccountCoverage[]> {
    return this.#accounts().map((account) => {
      const events = this.#entries.map(({ event }) => event).filter((event) => event.account === account);
      const services = sorted(events.filter(({ category }) => category === "data").map(({ service }) => service));
      return {
        account,
        first: events[0]?.time ?? 0,
        last: events.at(-1)?.time ?? 0,
        events: events.length,
        dataEvents: services.length > 0,
        dataEventServices: services,
        regions: sorted(events.map(({ region }) => region)),
      };
    });
  }

  async *rollup(signals: readonly Signal[], bucket: EpochMs, window?: TimeWindow): AsyncGenerator<RollupRow> {
    const counter = new SignalCounter(signals, bucket);
    for (const { event, counted } of this.#entries) if (counted && isIn(window, event.time)) counter.add(event);
    yield* counter.rows();
  }

  async *deliveries(bucket: EpochMs): AsyncGenerator<DeliveryRow> {
    for (const account of this.#accounts()) {
      const counts = new Map<EpochMs, number>();
      for (const { event } of this.#entries) {
        const start = bucketStart(event.time, bucket);
        if (event.account === account) counts.set(start, (counts.get(start) ?? 0) + 1);
      }
      for (const [start, events] of counts) yield { account, bucket: start, events };
    }
  }

  async *firstSeen(): AsyncGenerator<FirstSeenRow> {
    const rows = new Map<string, FirstSeenRow>();
    for (const { event, counted } of this.#entries) {
      for (const { dimension, value } of firstSeenValues(event, counted, this.#riskyAction)) {
        const key = JSON.stringify([event.account, dimension, value]);
        const row = rows.get(key);
        rows.set(
          key,
          row
            ? { ...row, events: row.events + 1, lastTime: event.time }
            : {
                account: event.account,
                dimension,
                value,
                firstTime: event.time,
                firstEventId: event.id,
                region: signalRegion(event.service, event.region),
                principal: event.principal.id,
                events: 1,
                lastTime: event.time,
              },
        );
      }
    }
    yield* [...rows.values()].sort(
      (a, b) =>
        a.firstTime - b.firstTime ||
        compareText(a.account, b.account) ||
        compareText(a.dimension, b.dimension) ||
        compareText(a.value, b.value),
    );
  }

  async events(query: EventQuery, limit: number): Promise<readonly PricedUsageEvent[]> {
    return this.#matching(query).slice(0, limit);
  }

  async occurrences(query: EventQuery): Promise<Occurrences> {
    const events = this.#matching(query);
    return {
      events: events.length,
      eventIds: events.slice(0, 200).map(({ id }) => id),
      first: events[0]?.time ?? null,
      last: events.at(-1)?.time ?? null,
    };
  }

  async facets(query: EventQuery): Promise<EventFacets> {
    const { events: _, ...when } = await this.occurrences(query);
    return { facets: facetsOf(this.#matching(query)), ...when };
  }

  async sharers(kind: SharedKeyKind, values: readonly string[]): Promise<readonly KeySharers[]> {
    const asked: Readonly<Record<SharedKeyKind, (value: string) => EventQuery>> = {
      network: (value) => ({ networks: [value] }),
      session: (value) => ({ sessions: [value] }),
      resource: (value) => ({ resources: [value] }),
    };
    return [...new Set(values)].flatMap((value) => {
      const callers = this.#matching(asked[kind](value)).map(({ principal }) => principal);
      if (callers.length === 0) return [];
      const keys = callers.map(({ accessKeyId }) => accessKeyId).filter((key) => key !== null);
      return [{ value, principals: new Set(callers.map(({ id }) => id)).size, accessKeys: new Set(keys).size }];
    });
  }

  async spend(): Promise<readonly AccountSpend[]> {
    return this.#accounts().map((account) => {
      const counted = this.#entries.filter((entry) => entry.counted && entry.event.account === account);
      const sums: Record<"added" | "removed" | "once", [bigint, bigint]> = {
        added: [0n, 0n],
        removed: [0n, 0n],
        once: [0n, 0n],
      };
      const add = (sum: [bigint, bigint], low: bigint, high: bigint): void => {
        sum[0] += low;
        sum[1] += high;
      };
      for (const estimate of counted.flatMap(({ event }) => event.cost)) {
        if (estimate.kind === "rate") add(sums[estimate.direction], estimate.lowPerHour, estimate.highPerHour);
        if (estimate.kind === "once") add(sums.once, estimate.low, estimate.high);
      }
      const text = ([low, high]: readonly [bigint, bigint]) => ({ low: usdText(low), high: usdText(high) });
      return {
        account,
        addedPerHour: text(sums.added),
        removedPerHour: text(sums.removed),
        once: text(sums.once),
        unpricedEvents: counted.filter(({ event }) => event.cost.some(({ kind }) => kind === "unpriced")).length,
      };
    });
  }

  #accounts(): readonly string[] {
    return sorted(this.#entries.map(({ event }) => event.account));
  }

  #matching(query: EventQuery): readonly PricedUsageEvent[] {
    return this.#entries.filter((entry) => matchesQuery(entry.event, entry.counted, query)).map(({ event }) => event);
  }
}

const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].sort(compareText);

const isIn = (window: TimeWindow | undefined, time: EpochMs): boolean =>
  window === undefined || (time >= window.start && time < window.end);
