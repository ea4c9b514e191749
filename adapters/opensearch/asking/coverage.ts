import { inOrder } from "#core/domain/in-order.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { AccountCoverage, DeliveryRow } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { type Asked, compositeBuckets, termsSource, timeSource } from "./search.ts";

const EVERYTHING: Dsl = { match_all: {} };

export async function accountsOf(asked: Asked): Promise<readonly string[]> {
  const accounts: string[] = [];
  for await (const { key } of compositeBuckets(asked, {
    query: EVERYTHING,
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

/** Account by account, so that no page goes through the events of all of them. */
export async function* deliveriesOf(asked: Asked, bucket: EpochMs): AsyncGenerator<DeliveryRow> {
  const accounts = await accountsOf(asked);
  for await (const rows of inOrder(accounts, (account) => deliveriesTo(asked, account, bucket))) yield* rows;
}

async function deliveriesTo(asked: Asked, account: string, bucket: EpochMs): Promise<readonly DeliveryRow[]> {
  const rows: DeliveryRow[] = [];
  const buckets = compositeBuckets(asked, {
    query: { term: { [F.account]: account } },
    sources: [timeSource("start", F.time, bucket)],
  });
  for await (const { key, doc_count: events } of buckets) rows.push({ account, bucket: key.start, events });
  return rows;
}
