import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
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
import { EVENT_FIELDS } from "#core/signals/event-fields.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { coverageOf, deliveriesOf } from "./coverage.ts";
import { readEvents } from "./events.ts";
import { facetsOf } from "./facets.ts";
import { firstSeenIn } from "./first-seen.ts";
import { eventQuery } from "./matching-events.ts";
import { OCCURRENCES, occurrencesIn } from "./occurrences.ts";
import { countSignals } from "./rollup-rows.ts";
import { type Asked, asking, search } from "./search.ts";
import { sharersOf } from "./sharers.ts";
import { spendOf } from "./spend.ts";

/**
 * The questions that the events of a cluster answer: those that can be found, which is a refresh after they were
 * written, and as settling has left them. Every answer is exact or an error: none rests on estimates of the cluster's,
 * nor on the shards that happened to answer.
 */
export class OpenSearchEventStore implements EventStore {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;

  constructor(connection: OpenSearchConnection, names: IndexNames) {
    this.#connection = connection;
    this.#names = names;
  }

  get #asked(): Asked {
    return asking(this.#connection, this.#names.events);
  }

  async span(): Promise<TimeWindow | null> {
    const field = EVENT_FIELDS.time;
    const { aggregations } = await search(this.#asked, {
      size: 0,
      track_total_hits: false,
      aggs: { first: { min: { field } }, last: { max: { field } } },
    });
    const first: EpochMs | null = aggregations?.["first"].value ?? null;
    const last: EpochMs | null = aggregations?.["last"].value ?? null;
    return first === null || last === null ? null : { start: first, end: last + BUCKET };
  }

  coverage(): Promise<readonly AccountCoverage[]> {
    return coverageOf(this.#asked);
  }

  rollup(signals: readonly Signal[], bucket: EpochMs, window?: TimeWindow): AsyncIterable<RollupRow> {
    return countSignals(this.#asked, signals, bucket, window);
  }

  deliveries(bucket: EpochMs): AsyncIterable<DeliveryRow> {
    return deliveriesOf(this.#asked, bucket);
  }

  async *firstSeen(): AsyncGenerator<FirstSeenRow> {
    yield* await firstSeenIn(this.#asked);
  }

  events(query: EventQuery, limit: number): Promise<readonly PricedUsageEvent[]> {
    return readEvents(this.#asked, eventQuery(query), limit);
  }

  async occurrences(query: EventQuery): Promise<Occurrences> {
    return occurrencesIn(await search(this.#asked, { ...OCCURRENCES, query: eventQuery(query) }));
  }

  facets(query: EventQuery): Promise<EventFacets> {
    return facetsOf(this.#asked, eventQuery(query));
  }

  sharers(kind: SharedKeyKind, values: readonly string[]): Promise<readonly KeySharers[]> {
    return sharersOf(this.#asked, kind, values);
  }

  spend(): Promise<readonly AccountSpend[]> {
    return spendOf(this.#asked);
  }
}
