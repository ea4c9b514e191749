import type { TimeWindow } from "#core/domain/time.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { pricesOfFreed, type ResourceEvent, withFreedPrice } from "#core/use-cases/settle-freed.ts";
import type { Asked } from "../asking/search.ts";
import { costFrom, type EventDocument } from "./event-document.ts";
import { moneyFields } from "./event-money.ts";
import { pricesFrom, quantitiesFrom } from "./event-remainder.ts";
import { type EventChange, type StoredEvent, storedEvents } from "./stored-events.ts";

/** Events that free something, looked at together. */
const EVENTS_A_PAGE = 500;
/** A node takes 65,536 terms a query, and an event names a thousand resources at most. */
const IDS_A_QUERY = 20_000;

type Freeing = Pick<EventDocument, "@timestamp" | "freed_ids" | "started_ids">;
const MONEY = ["unpriced", "*_usd", "*_nanos", "event.basis", "event.unpriced", "event.quantities"];

/**
 * Pages of changes that price what was freed in the window, and the instances that were started again, from the records
 * of their making, which may be of any day that is kept.
 */
export async function* repriceFreed(asked: Asked, window: TimeWindow): AsyncGenerator<readonly EventChange[]> {
  const freeing: Dsl = {
    bool: {
      filter: [{ range: { [F.time]: { gte: window.start, lt: window.end } } }],
      should: [{ exists: { field: "freed_ids" } }, { exists: { field: "started_ids" } }],
      minimum_should_match: 1,
    },
  };
  const source = [F.time, "freed_ids", "started_ids"];
  for await (const page of storedEvents<Freeing>(asked, freeing, source, EVENTS_A_PAGE)) {
    for (const part of parts(page)) {
      const changes = await repriced(asked, part);
      if (changes.length > 0) yield changes;
    }
  }
}

/** In pieces whose resources fit into one query. */
function* parts(page: readonly StoredEvent<Freeing>[]): Generator<readonly StoredEvent<Freeing>[]> {
  let part: StoredEvent<Freeing>[] = [];
  let ids = 0;
  for (const event of page) {
    const named = idsOf(event).length;
    if (part.length > 0 && ids + named > IDS_A_QUERY) {
      yield part;
      part = [];
      ids = 0;
    }
    part.push(event);
    ids += named;
  }
  if (part.length > 0) yield part;
}

const idsOf = ({ _source: { freed_ids = [], started_ids = [] } }: StoredEvent<Freeing>): readonly string[] => [
  ...freed_ids,
  ...started_ids,
];

async function repriced(asked: Asked, freeing: readonly StoredEvent<Freeing>[]): Promise<readonly EventChange[]> {
  const ids = [...new Set(freeing.flatMap(idsOf))];
  const until = freeing.at(-1)?._source["@timestamp"];
  const history: Dsl = {
    bool: {
      filter: [{ range: { [F.time]: { lte: until } } }],
      should: [{ terms: { made_ids: ids } }, { terms: { freed_ids: ids } }],
      minimum_should_match: 1,
    },
  };
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
    const price = prices.get(stored._id);
    if (price === undefined) return [];
    const cost = withFreedPrice(costFrom(stored._source), price);
    const fields = {
      ...moneyFields({ added: null, removed: null, once: null, [price.direction]: price.range }),
      unpriced: cost.unpriced !== null,
      event: { basis: cost.basis },
    };
    return differs(stored._source, fields) ? { stored, time: stored._source["@timestamp"], fields } : [];
  });
}

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
    Object.entries(fields).some(([name, value]) => stands[name] !== value) ||
    JSON.stringify(basis) !== JSON.stringify(event)
  );
}
