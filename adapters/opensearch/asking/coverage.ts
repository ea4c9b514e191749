import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { AccountCoverage, DeliveryRow } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { allOf, type Dsl } from "#core/signals/query-dsl.ts";
import { byAccount } from "./by-account.ts";
import { type Asked, compositeBuckets, termsSource, timeSource } from "./search.ts";

const EVERYTHING = allOf([]);

/** What each account logs, sorted by account. */
export async function coverageOf(asked: Asked): Promise<readonly AccountCoverage[]> {
  const services = await dataServices(asked);
  const accounts = new Map<string, AccountCoverage>();
  const places = compositeBuckets(asked, {
    query: EVERYTHING,
    sources: [termsSource("account", F.account), termsSource("region", F.region)],
    aggregations: { first: { min: { field: F.time } }, last: { max: { field: F.time } } },
  });
  for await (const { key, doc_count: events, first, last } of places) {
    const { account, region } = key;
    const before = accounts.get(account);
    const dataEventServices = services.get(account) ?? [];
    accounts.set(account, {
      account,
      first: Math.min(first.value, before?.first ?? first.value),
      last: Math.max(last.value, before?.last ?? last.value),
      events: events + (before?.events ?? 0),
      dataEvents: dataEventServices.length > 0,
      dataEventServices,
      regions: [...(before?.regions ?? []), region],
    });
  }
  return [...accounts.values()];
}

async function dataServices(asked: Asked): Promise<ReadonlyMap<string, readonly string[]>> {
  const services = new Map<string, string[]>();
  for await (const { key } of compositeBuckets(asked, {
    query: { term: { [F.category]: "data" } },
    sources: [termsSource("account", F.account), termsSource("service", F.service)],
  })) {
    services.set(key.account, [...(services.get(key.account) ?? []), key.service]);
  }
  return services;
}

/** Sorted by account, bucket; with a window, which begins and ends with a bucket, of the events in it. */
export async function* deliveriesOf(asked: Asked, bucket: EpochMs, window?: TimeWindow): AsyncGenerator<DeliveryRow> {
  const sources = [termsSource("account", F.account), timeSource("start", F.time, bucket)];
  const rowsOf = async (query: Dsl): Promise<readonly DeliveryRow[]> => {
    const rows: DeliveryRow[] = [];
    for await (const { key, doc_count: events } of compositeBuckets(asked, { query, sources })) {
      rows.push({ account: key.account, bucket: key.start, events });
    }
    return rows;
  };
  for await (const rows of byAccount(asked, window, rowsOf)) yield* rows;
}
