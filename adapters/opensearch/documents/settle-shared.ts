import { type EpochMs, HOUR, type TimeWindow } from "#core/domain/time.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { countedCopies } from "#core/use-cases/settle-shared.ts";
import { inWindow as within } from "../asking/matching-events.ts";
import { type Asked, search } from "../asking/search.ts";
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
  yield* recountAmong(asked, [], spread(window), riskyAction);
}

/** The same for the actions of which these events are copies, all of them in the window. */
export async function* recountCopiesOf(
  asked: Asked,
  events: Dsl,
  window: TimeWindow,
  riskyAction: RiskyAction,
): AsyncGenerator<SettledPage> {
  for await (const ids of idsIn(asked, [events, within(window)])) {
    yield* recountAmong(asked, [{ terms: { [F.sharedEventId]: ids } }], spread(window), riskyAction);
  }
}

async function* recountAmong(
  asked: Asked,
  clauses: readonly Dsl[],
  window: TimeWindow,
  riskyAction: RiskyAction,
): AsyncGenerator<SettledPage> {
  for await (const ids of idsIn(asked, [...clauses, within(window)], IN_DOUBT)) {
    const groups = new Map<string, StoredEvent<Copy>[]>();
    const times: EpochMs[] = [];
    const query = { bool: { filter: [{ terms: { [F.sharedEventId]: ids } }, within(window)] } };
    for await (const page of storedEvents<Copy>(asked, query, COPY)) {
      for (const copy of page) {
        const id = copy._source.shared_event_id ?? "";
        const group = groups.get(id);
        if (group) group.push(copy);
        else groups.set(id, [copy]);
        times.push(copy._source["@timestamp"]);
      }
    }
    const wrong = [...groups.values()].flatMap(wronglyCounted);
    yield { times, changes: wrong.length === 0 ? [] : await changes(asked, wrong, riskyAction) };
  }
}

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
    const { aggregations } = await search(asked, {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [{ exists: { field: F.sharedEventId } }, ...clauses] } },
      aggs: {
        page: {
          composite: {
            size: IDS_A_PAGE,
            sources: [{ id: { terms: { field: F.sharedEventId } } }],
            ...(after === undefined ? {} : { after }),
          },
          ...(chosen ? { aggs: chosen } : {}),
        },
      },
    });
    const page = aggregations?.["page"];
    after = page?.after_key;
    const ids = (page?.buckets ?? []).map(({ key }: { key: { id: string } }) => key.id);
    if (ids.length > 0) yield ids;
  } while (after !== undefined);
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
