import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { MergedCost } from "#core/pricing/merged-cost.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { allOf, anyOf, type Dsl } from "#core/signals/query-dsl.ts";
import { pricesOfFreed, type ResourceEvent, withFreedPrice } from "#core/use-cases/settle-freed.ts";
import { inWindow } from "../asking/matching-events.ts";
import type { Asked } from "../asking/search.ts";
import { costFrom, type EventDocument } from "./event-document.ts";
import { allMoneyFields, moneyFields, rangesFrom } from "./event-money.ts";
import { type OwnCost, pricesFrom, quantitiesFrom } from "./event-remainder.ts";
import { type EventChange, type SettledPage, type StoredEvent, storedEvents } from "./stored-events.ts";

/** Events that free something, looked at together. */
const EVENTS_A_PAGE = 500;
/** A node takes 65,536 terms a query, and an event names a thousand resources at most. */
const IDS_A_QUERY = 20_000;

type Freeing = Pick<EventDocument, "@timestamp" | "freed_ids" | "started_ids">;
const FREEING = [F.time, "freed_ids", "started_ids"];
type Changing = Pick<EventDocument, "@timestamp" | "made_ids" | "freed_ids">;
const CHANGING = [F.time, "made_ids", "freed_ids"];
const MONEY = ["unpriced", "*_usd", "*_nanos", "event.basis", "event.unpriced", "event.quantities", "event.own"];

/**
 * Prices what was freed in the window, and the instances that were started again, from the records of their making, which
 * may be of any day that is kept.
 */
export async function* repriceFreed(asked: Asked, window: TimeWindow): AsyncGenerator<SettledPage> {
  const frees = anyOf(["freed_ids", "started_ids"].map((field) => ({ exists: { field } })));
  yield* repriceAmong(asked, allOf([inWindow(window), frees]));
}

/**
 * Prices what those of the window's events free or start, and what was freed or started later of what they make or free,
 * but for those of these events that lie behind the window.
 */
export async function* repriceFreedAfter(asked: Asked, events: Dsl, window: TimeWindow): AsyncGenerator<SettledPage> {
  const changes = anyOf(["made_ids", "freed_ids"].map((field) => ({ exists: { field } })));
  const among = allOf([inWindow(window), events, changes]);
  const behind = { bool: { filter: [{ range: { [F.time]: { gte: window.end } } }, events] } };
  for await (const page of storedEvents<Changing>(asked, among, CHANGING, EVENTS_A_PAGE)) {
    for (const { ids, first } of parts(page, changedBy)) {
      const frees = anyOf(["freed_ids", "started_ids"].map((field) => ({ terms: { [field]: ids } })));
      const later = allOf([{ range: { [F.time]: { gte: first } } }, frees]);
      yield* repriceAmong(asked, { bool: { filter: [later], must_not: [behind] } });
    }
  }
}

async function* repriceAmong(asked: Asked, freeing: Dsl): AsyncGenerator<SettledPage> {
  for await (const page of storedEvents<Freeing>(asked, freeing, FREEING, EVENTS_A_PAGE)) {
    for (const part of parts(page, freedBy)) {
      yield { times: part.events.map(({ _source }) => _source["@timestamp"]), changes: await repriced(asked, part) };
    }
  }
}

interface Part<Source> {
  /** In the order of time; at least one. */
  readonly events: readonly StoredEvent<Source>[];
  readonly ids: readonly string[];
  readonly first: EpochMs;
  readonly last: EpochMs;
}

/** In pieces whose resources fit into one query. */
function* parts<Source extends Pick<EventDocument, "@timestamp">>(
  page: readonly StoredEvent<Source>[],
  idsOf: (source: Source) => readonly string[],
): Generator<Part<Source>> {
  let events: StoredEvent<Source>[] = [];
  let ids = new Set<string>();
  const part = (): Part<Source> => {
    const [first, last] = [events[0], events.at(-1)] as [StoredEvent<Source>, StoredEvent<Source>];
    return { events, ids: [...ids], first: first._source["@timestamp"], last: last._source["@timestamp"] };
  };
  for (const event of page) {
    const named = idsOf(event._source);
    if (events.length > 0 && ids.size + named.length > IDS_A_QUERY) {
      yield part();
      events = [];
      ids = new Set();
    }
    events.push(event);
    for (const id of named) ids.add(id);
  }
  if (events.length > 0) yield part();
}

/** What was started is also made. */
const changedBy = ({ made_ids = [], freed_ids = [] }: Changing): readonly string[] => [...made_ids, ...freed_ids];
const freedBy = ({ freed_ids = [], started_ids = [] }: Freeing): readonly string[] => [...freed_ids, ...started_ids];

async function repriced(asked: Asked, { events: freeing, ids, last }: Part<Freeing>): Promise<readonly EventChange[]> {
  const concerns = anyOf(["made_ids", "freed_ids"].map((field) => ({ terms: { [field]: ids } })));
  const history = allOf([{ range: { [F.time]: { lte: last } } }, concerns]);
  const wanted = new Set(freeing.map(({ _id }) => _id));
  const found = new Map<string, StoredEvent<EventDocument>>();
  const events: ResourceEvent[] = [];
  for await (const page of storedEvents<EventDocument>(asked, history, [F.time, ...MONEY])) {
    for (const stored of page) {
      events.push(resourceEvent(stored));
      if (wanted.has(stored._id)) found.set(stored._id, stored);
    }
  }
  const prices = pricesOfFreed(events);
  return [...found.values()].flatMap((stored) => {
    const { _id, _source: source } = stored;
    const price = prices.get(_id);
    // One that has none any more, for what came since, costs again what it did by itself.
    if (price === undefined && !source.event?.own) return [];
    const own = ownCost(source);
    const cost = price === undefined ? own : withFreedPrice(own, price);
    const fields = { ...allMoneyFields(cost), unpriced: cost.unpriced !== null, event: { basis: cost.basis } };
    if (!differs(source, fields)) return [];
    const event = { ...fields.event, own: source.event?.own ?? kept(own) };
    return { stored, time: source["@timestamp"], fields: { ...fields, event } };
  });
}

/** Without what was settled before. */
function ownCost(source: EventDocument): MergedCost {
  const { own, unpriced = [] } = source.event ?? {};
  if (!own) return costFrom(source);
  return { ...rangesFrom(own.money), basis: own.basis, unpriced: own.unpriced ? unpriced : null };
}

const kept = (cost: MergedCost): OwnCost => ({
  money: moneyFields(cost),
  basis: cost.basis,
  unpriced: cost.unpriced !== null,
});

function resourceEvent({ _id, _source }: StoredEvent<EventDocument>): ResourceEvent {
  const remainder = _source.event ?? {};
  const prices = pricesFrom(remainder);
  return {
    id: _id,
    quantities: quantitiesFrom(remainder).map((quantity, at) => ({ quantity, price: prices[at] ?? null })),
  };
}

function differs(source: EventDocument, { event, ...fields }: EventChange["fields"] & { event: object }): boolean {
  const stands = source as unknown as Readonly<Record<string, unknown>>;
  const basis = { basis: source.event?.basis ?? [] };
  return (
    Object.entries(fields).some(([name, value]) => (stands[name] ?? null) !== value) ||
    JSON.stringify(basis) !== JSON.stringify(event)
  );
}
