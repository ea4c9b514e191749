import { compareText } from "#core/domain/ordering.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, bucketStart, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import { type PricedUsageEvent, signalRegion } from "#core/domain/usage-event.ts";
import { facetsOf } from "#core/incidents/facets.ts";
import { type Arrivals, type Arrived, type Portion, portionOf } from "#core/ports/arrivals.ts";
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
import type { FirstUse } from "#core/ports/first-uses.ts";
import { SignalCounter } from "#core/signals/counter.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import { matchesQuery } from "#core/signals/matches-query.ts";
import { MemoryEventStore } from "./memory-event-store.ts";
import type { GeneratedEvent } from "./usage-events.ts";

interface Arrival {
  readonly at: EpochMs;
  readonly time: EpochMs;
}

interface Sharers {
  readonly principals: Set<string>;
  readonly keys: Set<string>;
}

const order = (a: PricedUsageEvent, b: PricedUsageEvent): number => a.time - b.time || compareText(a.id, b.id);

/**
 * An event store in memory that events are added to as time goes by, quick enough to be asked every minute of some
 * simulated weeks. Answers as {@link MemoryEventStore} does, and what arrived when.
 */
export class GrowingEventStore implements EventStore, Arrivals {
  readonly #riskyAction: (service: string, action: string) => boolean;
  /** By time, then id. */
  readonly #entries: GeneratedEvent[] = [];
  readonly #ids = new Map<string, GeneratedEvent[]>();
  readonly #byPrincipal = new Map<string, GeneratedEvent[]>();
  readonly #arrivals: Arrival[] = [];
  readonly #coverage = new Map<string, AccountCoverage>();
  readonly #firstSeen = new Map<string, FirstSeenRow>();
  readonly #sharers = { network: new Map(), session: new Map(), resource: new Map() } satisfies Record<
    SharedKeyKind,
    Map<string, Sharers>
  >;

  constructor(riskyAction: (service: string, action: string) => boolean = () => false) {
    this.#riskyAction = riskyAction;
  }

  /** @param at by the clock of whoever writes */
  add(entries: readonly GeneratedEvent[], at: EpochMs): void {
    for (const entry of entries) {
      const { event } = entry;
      insert(this.#entries, entry);
      push(this.#byPrincipal, event.principal.id, entry, insert);
      push(this.#ids, event.id, entry, (list, one) => void list.push(one));
      this.#arrivals.push({ at, time: event.time });
      this.#cover(event);
      this.#meet(entry, this.#firstSeen);
      this.#share(event);
    }
  }

  async span(): Promise<TimeWindow | null> {
    const [first, last] = [this.#entries[0], this.#entries.at(-1)];
    return first && last ? { start: first.event.time, end: last.event.time + BUCKET } : null;
  }

  async coverage(): Promise<readonly AccountCoverage[]> {
    return [...this.#coverage.values()].sort((a, b) => compareText(a.account, b.account));
  }

  async *rollup(signals: readonly Signal[], bucket: EpochMs, window?: TimeWindow): AsyncGenerator<RollupRow> {
    const counter = new SignalCounter(signals, bucket);
    for (const { event, counted } of within(this.#entries, window)) if (counted) counter.add(event);
    yield* counter.rows();
  }

  async *deliveries(asked: EpochMs | TimeWindow): AsyncGenerator<DeliveryRow> {
    const [bucket, window] = typeof asked === "number" ? [asked, undefined] : [BUCKET, asked];
    const counts = new Map<string, Map<EpochMs, number>>();
    for (const { event } of within(this.#entries, window)) {
      const own = counts.get(event.account) ?? new Map<EpochMs, number>();
      counts.set(event.account, own);
      const start = bucketStart(event.time, bucket);
      own.set(start, (own.get(start) ?? 0) + 1);
    }
    for (const [account, own] of [...counts].sort(([a], [b]) => compareText(a, b))) {
      for (const [start, events] of own) yield { account, bucket: start, events };
    }
  }

  async *firstSeen(): AsyncGenerator<FirstSeenRow> {
    yield* inOrder(this.#firstSeen.values());
  }

  async *firstUses(window: TimeWindow): AsyncGenerator<FirstUse> {
    const rows = new Map<string, FirstSeenRow>();
    for (const entry of within(this.#entries, window)) this.#meet(entry, rows);
    for (const { events: _, lastTime: __, ...use } of inOrder(rows.values())) yield use;
  }

  async arrived(since: EpochMs, window: TimeWindow, portion: Portion): Promise<Arrived> {
    const came = new Map<EpochMs, number>();
    for (let index = this.#arrivals.length - 1; index >= 0; index--) {
      const { at, time } = this.#arrivals[index] as Arrival;
      if (at < since) break;
      if (time < window.start || time >= window.end) continue;
      came.set(bucketStart(time), (came.get(bucketStart(time)) ?? 0) + 1);
    }
    return portionOf(
      [...came].sort(([a], [b]) => a - b).map(([bucket, events]) => ({ bucket, events })),
      window,
      portion,
    );
  }

  async events(query: EventQuery, limit: number): Promise<readonly PricedUsageEvent[]> {
    return this.#matching(query, limit);
  }

  async occurrences(query: EventQuery): Promise<Occurrences> {
    return occurrencesOf(this.#matching(query));
  }

  async facets(query: EventQuery): Promise<EventFacets> {
    const events = this.#matching(query);
    const { events: _, ...when } = occurrencesOf(events);
    return { facets: facetsOf(events), ...when };
  }

  async sharers(kind: SharedKeyKind, values: readonly string[]): Promise<readonly KeySharers[]> {
    return [...new Set(values)].flatMap((value) => {
      const found: Sharers | undefined = this.#sharers[kind].get(value);
      return found ? [{ value, principals: found.principals.size, accessKeys: found.keys.size }] : [];
    });
  }

  async spend(): Promise<readonly AccountSpend[]> {
    return await new MemoryEventStore(this.#entries).spend();
  }

  #matching(query: EventQuery, limit = Number.POSITIVE_INFINITY): readonly PricedUsageEvent[] {
    const found: PricedUsageEvent[] = [];
    for (const entry of this.#candidates(query)) {
      if (found.length >= limit) break;
      if (matchesQuery(entry.event, entry.counted, query)) found.push(entry.event);
    }
    return found;
  }

  #candidates(query: EventQuery): Iterable<GeneratedEvent> {
    if (query.ids) {
      const named = [...new Set(query.ids)].flatMap((id) => this.#ids.get(id) ?? []);
      return named.sort((a, b) => order(a.event, b.event));
    }
    const [principal, another] = query.principals ?? [];
    if (principal === undefined || another !== undefined) return within(this.#entries, query.window);
    return within(this.#byPrincipal.get(principal) ?? [], query.window);
  }

  #cover(event: PricedUsageEvent): void {
    const { account, time, category, service, region } = event;
    const before = this.#coverage.get(account);
    const services = new Set(before?.dataEventServices);
    if (category === "data") services.add(service);
    const dataEventServices = [...services].sort(compareText);
    this.#coverage.set(account, {
      account,
      first: Math.min(time, before?.first ?? time),
      last: Math.max(time, before?.last ?? time),
      events: (before?.events ?? 0) + 1,
      dataEvents: dataEventServices.length > 0,
      dataEventServices,
      regions: before?.regions.includes(region)
        ? before.regions
        : [...(before?.regions ?? []), region].sort(compareText),
    });
  }

  #meet({ event, counted }: GeneratedEvent, rows: Map<string, FirstSeenRow>): void {
    for (const { dimension, value } of firstSeenValues(event, counted, this.#riskyAction)) {
      const key = JSON.stringify([event.account, dimension, value]);
      const before = rows.get(key);
      const isFirst =
        !before || event.time < before.firstTime || (event.time === before.firstTime && event.id < before.firstEventId);
      const first = {
        firstTime: event.time,
        firstEventId: event.id,
        region: signalRegion(event.service, event.region),
        principal: event.principal.id,
      };
      rows.set(key, {
        account: event.account,
        dimension,
        value,
        ...(before && !isFirst ? before : first),
        events: (before?.events ?? 0) + 1,
        lastTime: Math.max(event.time, before?.lastTime ?? event.time),
      });
    }
  }

  #share({ principal, origin, resources }: PricedUsageEvent): void {
    const share = (values: Map<string, Sharers>, value: string | null): void => {
      if (value === null) return;
      const known = values.get(value) ?? { principals: new Set(), keys: new Set() };
      values.set(value, known);
      known.principals.add(principal.id);
      if (principal.accessKeyId !== null) known.keys.add(principal.accessKeyId);
    };
    share(this.#sharers.network, origin.network);
    share(this.#sharers.session, principal.session);
    for (const resource of resources) share(this.#sharers.resource, resource);
  }
}

function push<Item>(
  lists: Map<string, Item[]>,
  key: string,
  item: Item,
  into: (list: Item[], item: Item) => void,
): void {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  into(list, item);
}

function insert(list: GeneratedEvent[], entry: GeneratedEvent): void {
  const last = list.at(-1);
  if (!last || order(last.event, entry.event) <= 0) list.push(entry);
  else list.splice(firstAfter(list, entry.event), 0, entry);
}

function firstAfter(list: readonly GeneratedEvent[], event: PricedUsageEvent): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order((list[middle] as GeneratedEvent).event, event) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* within(list: readonly GeneratedEvent[], window?: TimeWindow): Generator<GeneratedEvent> {
  let [low, high] = [0, window ? list.length : 0];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as GeneratedEvent).event.time < (window as TimeWindow).start) low = middle + 1;
    else high = middle;
  }
  for (let index = low; index < list.length; index++) {
    const entry = list[index] as GeneratedEvent;
    if (window && entry.event.time >= window.end) return;
    yield entry;
  }
}

function occurrencesOf(events: readonly PricedUsageEvent[]): Occurrences {
  return {
    events: events.length,
    eventIds: events.slice(0, 200).map(({ id }) => id),
    first: events[0]?.time ?? null,
    last: events.at(-1)?.time ?? null,
  };
}

const inOrder = (rows: Iterable<FirstSeenRow>): readonly FirstSeenRow[] =>
  [...rows].sort(
    (a, b) =>
      a.firstTime - b.firstTime ||
      compareText(a.account, b.account) ||
      compareText(a.dimension, b.dimension) ||
      compareText(a.value, b.value),
  );
