import { DAY, type EpochMs, HOUR, type TimeWindow } from "#core/domain/time.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import { allOf, type Dsl } from "#core/signals/query-dsl.ts";
import { countedCopies } from "#core/use-cases/settle-shared.ts";
import { inWindow as within } from "../asking/matching-events.ts";
import { type Asked, compositeBuckets, search, termsSource, timeSource } from "../asking/search.ts";
import { type EventDocument, firstsFields, fromDocument } from "./event-document.ts";
import { type EventChange, type SettledPage, type StoredEvent, storedEvents } from "./stored-events.ts";

/** Shared ids looked at together; each has two copies, seldom more. */
const IDS_A_PAGE = 1000;
/** Copies of one action have one event time; this is to spare. */
const APART = HOUR;

/** Only what the rule looks at. */
type Copy = Pick<
  EventDocument,
  "account" | "caller_account" | "resource" | "counterparties" | "shared_event_id" | "counted" | "event" | "@timestamp"
>;
const COPY = [
  F.account,
  F.callerAccount,
  F.resource,
  F.counterparties,
  F.sharedEventId,
  F.counted,
  F.time,
  "event.long",
];

/** Whether an action is dangerous by itself, as for the `firsts` that events were written with. */
export type RiskyAction = (service: string, action: string) => boolean;

/**
 * Makes every action of the window count once, however many accounts logged it. With what is counted changes what the event
 * can be the first of.
 */
export async function* recountShared(
  asked: Asked,
  window: TimeWindow,
  riskyAction: RiskyAction,
): AsyncGenerator<SettledPage> {
  const whole = spread(window);
  for await (const day of daysOf(asked, [within(whole)])) {
    const near = overlap(spread(day), whole);
    for await (const ids of idsIn(asked, [within(near)], IN_DOUBT))
      yield await recounted(asked, ids, near, riskyAction);
  }
}

/** The same for the actions of which these events are copies, all of them in the window. */
export async function* recountCopiesOf(
  asked: Asked,
  events: Dsl,
  window: TimeWindow,
  riskyAction: RiskyAction,
): AsyncGenerator<SettledPage> {
  for await (const day of daysOf(asked, [events, within(window)])) {
    const near = spread(day);
    for await (const arrived of idsIn(asked, [events, within(overlap(day, window))])) {
      const { ids } = await pageOfIds(asked, [{ terms: { [F.sharedEventId]: arrived } }, within(near)], IN_DOUBT);
      if (ids.length > 0) yield await recounted(asked, ids, near, riskyAction);
    }
  }
}

const SHARED: Dsl = { exists: { field: F.sharedEventId } };

/**
 * Days with shared actions among the events that match. Every page of ids goes through all events that match: of one day,
 * so that the cost of many days does not grow with their square.
 */
async function* daysOf(asked: Asked, clauses: readonly Dsl[]): AsyncGenerator<TimeWindow> {
  const days = compositeBuckets(asked, {
    query: allOf([SHARED, ...clauses]),
    sources: [timeSource("start", F.time, DAY)],
  });
  for await (const { key } of days) yield { start: key["start"], end: key["start"] + DAY };
}

/** Looks at all copies of these actions. */
async function recounted(
  asked: Asked,
  ids: readonly string[],
  window: TimeWindow,
  riskyAction: RiskyAction,
): Promise<SettledPage> {
  const groups = new Map<string, StoredEvent<Copy>[]>();
  const times: EpochMs[] = [];
  const copies = allOf([{ terms: { [F.sharedEventId]: ids } }, within(window)]);
  for await (const page of storedEvents<Copy>(asked, copies, COPY)) {
    for (const copy of page) {
      const id = copy._source.shared_event_id ?? "";
      const group = groups.get(id);
      if (group) group.push(copy);
      else groups.set(id, [copy]);
      times.push(copy._source["@timestamp"]);
    }
  }
  const wrong = [...groups.values()].flatMap(wronglyCounted);
  return { times, changes: wrong.length === 0 ? [] : await changes(asked, wrong, riskyAction) };
}

const overlap = (a: TimeWindow, b: TimeWindow): TimeWindow => ({
  start: Math.max(a.start, b.start),
  end: Math.min(a.end, b.end),
});

const spread = ({ start, end }: TimeWindow): TimeWindow => ({ start: Math.max(0, start - APART), end: end + APART });

/** Ids that stand in several accounts, or of which a copy is not counted: the others are as they should be. */
const IN_DOUBT: Dsl = {
  accounts: { cardinality: { field: F.account, precision_threshold: 100 } },
  left_out: { filter: { term: { [F.counted]: false } } },
  several: {
    bucket_selector: {
      buckets_path: { accounts: "accounts", leftOut: "left_out._count" },
      script: "params.accounts > 1 || params.leftOut > 0",
    },
  },
};

/** Shared ids of the events that match, in pages; with `chosen` those that it leaves. */
async function* idsIn(asked: Asked, clauses: readonly Dsl[], chosen?: Dsl): AsyncGenerator<readonly string[]> {
  let after: unknown;
  do {
    const page = await pageOfIds(asked, clauses, chosen, after);
    if (page.ids.length > 0) yield page.ids;
    // What was chosen from a page says nothing of how full it was.
    after = chosen === undefined && page.ids.length < IDS_A_PAGE ? undefined : page.after;
  } while (after !== undefined);
}

async function pageOfIds(
  asked: Asked,
  clauses: readonly Dsl[],
  chosen?: Dsl,
  after?: unknown,
): Promise<{ readonly ids: readonly string[]; readonly after: unknown }> {
  const { aggregations } = await search(asked, {
    size: 0,
    track_total_hits: false,
    query: allOf([SHARED, ...clauses]),
    aggs: {
      page: {
        composite: {
          size: IDS_A_PAGE,
          sources: [termsSource("id", F.sharedEventId)],
          ...(after === undefined ? {} : { after }),
        },
        ...(chosen ? { aggs: chosen } : {}),
      },
    },
  });
  const page = aggregations?.["page"];
  return {
    ids: (page?.buckets ?? []).map(({ key }: { key: { id: string } }) => key.id),
    after: page?.after_key,
  };
}

interface Wrong {
  readonly copy: StoredEvent<Copy>;
  readonly counts: boolean;
}

function wronglyCounted(copies: readonly StoredEvent<Copy>[]): readonly Wrong[] {
  const counted = countedCopies(
    copies.map(({ _source: { account, caller_account, resource, counterparties = [], event } }) => ({
      account,
      callerAccount: caller_account ?? null,
      resource: resource === undefined ? null : (event?.long?.[resource] ?? resource),
      counterparties,
    })),
  );
  return copies.flatMap((copy, at) => {
    const counts = counted[at] ?? true;
    return copy._source.counted === counts ? [] : { copy, counts };
  });
}

async function changes(
  { connection }: Asked,
  wrong: readonly Wrong[],
  riskyAction: RiskyAction,
): Promise<readonly EventChange[]> {
  const docs = wrong.map(({ copy: { _index, _id } }) => ({ _index, _id }));
  const { body } = await connection.send("POST", "/_mget", { body: { docs } });
  return (body.docs as readonly Partial<StoredEvent<EventDocument>>[]).flatMap((stored, at) => {
    const { _source: source, _seq_no } = stored;
    const { copy, counts } = wrong[at] as Wrong;
    // Gone, or changed since: the next look at it decides.
    if (source === undefined || _seq_no !== copy._seq_no) return [];
    const firsts = firstSeenValues(fromDocument(source), counts, riskyAction);
    return { stored: copy, time: source["@timestamp"], fields: { counted: counts, ...firstsFields(firsts) } };
  });
}
