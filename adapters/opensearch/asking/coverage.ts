import { inOrder } from "#core/domain/in-order.ts";
import { type EpochMs, HOUR, type TimeWindow } from "#core/domain/time.ts";
import type { AccountCoverage, DeliveryRow } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { allOf, type Dsl } from "#core/signals/query-dsl.ts";
import { inWindow } from "./matching-events.ts";
import { type Asked, type Bucket, compositeBuckets, termsSource, timeSource } from "./search.ts";

const EVERYTHING = allOf([]);

/** Those with an event that matches. */
export async function accountsOf(asked: Asked, query: Dsl): Promise<readonly string[]> {
  const accounts: string[] = [];
  for await (const { key } of compositeBuckets(asked, {
    query,
    sources: [termsSource("account", F.account)],
  })) {
    accounts.push(key.account);
  }
  return accounts;
}

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

/** Of a window so narrow that all accounts' buckets fit a few pages. */
const NARROW = 6 * HOUR;

/** Sorted by account, bucket; with a window, which begins and ends with a bucket, of the events in it. */
export async function* deliveriesOf(asked: Asked, bucket: EpochMs, window?: TimeWindow): AsyncGenerator<DeliveryRow> {
  const query = window ? inWindow(window) : EVERYTHING;
  const start = timeSource("start", F.time, bucket);
  if (window && window.end - window.start <= NARROW) {
    const sources = [termsSource("account", F.account), start];
    for await (const row of compositeBuckets(asked, { query, sources })) yield deliveryOf(row["key"].account, row);
    return;
  }
  // Account by account, so that no page goes through the events of all of them.
  const rowsOf = async (account: string): Promise<readonly DeliveryRow[]> => {
    const ofAccount = allOf([query, { term: { [F.account]: account } }]);
    const rows: DeliveryRow[] = [];
    for await (const row of compositeBuckets(asked, { query: ofAccount, sources: [start] })) {
      rows.push(deliveryOf(account, row));
    }
    return rows;
  };
  for await (const rows of inOrder(await accountsOf(asked, query), rowsOf)) yield* rows;
}

const deliveryOf = (account: string, { key, doc_count: events }: Bucket): DeliveryRow => ({
  account,
  bucket: key.start,
  events,
});
