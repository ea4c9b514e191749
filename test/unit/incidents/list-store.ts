import type { NoveltyDimension } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { TimeWindow } from "#core/domain/time.ts";
import { type PricedUsageEvent, signalRegion } from "#core/domain/usage-event.ts";
import { facetsOf } from "#core/incidents/facets.ts";
import type { AccountCoverage, EventQuery, EventStore, FirstSeenRow } from "#core/ports/event-store.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import { matchesFilter } from "#core/signals/filter.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";

const BUCKET = 5 * 60_000;

/** An EventStore over a list, as far as incidents ask. */
export function listStore(list: readonly PricedUsageEvent[]): EventStore {
  const events = [...list].sort((a, b) => a.time - b.time || compareText(a.id, b.id));
  const select = (query: EventQuery): PricedUsageEvent[] => events.filter((event) => matches(event, query));
  return {
    span: async (): Promise<TimeWindow | null> =>
      events[0] ? { start: events[0].time, end: (events[events.length - 1]?.time ?? 0) + BUCKET } : null,
    coverage: async () => coverageOf(events),
    spend: async () => [],
    rollup: () => nothing(),
    deliveries: () => nothing(),
    firstSeen: () => each(firstSeenOf(events)),
    events: async (query, limit) => select(query).slice(0, limit),
    facets: async (query) => {
      const found = select(query);
      return {
        facets: facetsOf(found),
        eventIds: found.slice(0, 200).map(({ id }) => id),
        first: found[0]?.time ?? null,
        last: found[found.length - 1]?.time ?? null,
      };
    },
  };
}

async function* nothing(): AsyncGenerator<never> {}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const includes = (wanted: readonly string[] | undefined, value: string | null): boolean =>
  wanted === undefined || (value !== null && wanted.includes(value));

const matches = (event: PricedUsageEvent, query: EventQuery): boolean =>
  (query.window === undefined || (event.time >= query.window.start && event.time < query.window.end)) &&
  includes(query.accounts, event.account) &&
  includes(query.regions, signalRegion(event.service, event.region)) &&
  includes(query.principals, event.principal.id) &&
  includes(query.accessKeys, event.principal.accessKeyId) &&
  includes(query.sessions, event.principal.session) &&
  includes(query.networks, event.origin.network) &&
  includes(query.tools, event.origin.tool) &&
  includes(query.ids, event.id) &&
  (query.resources === undefined || event.resources.some((resource) => query.resources?.includes(resource))) &&
  (query.filter === undefined || matchesFilter(event, query.filter));

export function coverageOf(events: readonly PricedUsageEvent[]): AccountCoverage[] {
  const accounts = [...new Set(events.map(({ account }) => account))].sort(compareText);
  return accounts.map((account) => {
    const own = events.filter((event) => event.account === account);
    const times = own.map(({ time }) => time);
    return {
      account,
      first: Math.min(...times),
      last: Math.max(...times),
      events: own.length,
      dataEvents: own.some(({ category }) => category === "data"),
      dataEventServices: [],
      regions: [...new Set(own.map(({ region }) => region))],
    };
  });
}

export function firstSeenOf(events: readonly PricedUsageEvent[]): FirstSeenRow[] {
  const rows = new Map<string, FirstSeenRow>();
  const risky = (service: string, action: string): boolean => riskRank(actionRisk(service, action).level) >= 2;
  for (const event of events) {
    for (const { dimension, value } of firstSeenValues(event, true, risky)) {
      const key = `${event.account}|${dimension}|${value}`;
      const known = rows.get(key);
      rows.set(
        key,
        known ? { ...known, events: known.events + 1, lastTime: event.time } : firstRow(event, dimension, value),
      );
    }
  }
  return [...rows.values()];
}

const firstRow = (event: PricedUsageEvent, dimension: NoveltyDimension, value: string): FirstSeenRow => ({
  account: event.account,
  dimension,
  value,
  firstTime: event.time,
  firstEventId: event.id,
  region: signalRegion(event.service, event.region),
  principal: event.principal.id,
  events: 1,
  lastTime: event.time,
});
