import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { parseUsdText, usdText } from "#core/domain/money.ts";
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
import { type Dictionaries, openDictionaries } from "./dictionary.ts";
import { readFacets } from "./event-facets.ts";
import { firstSeenSql } from "./first-seen-sql.ts";
import { historyOf } from "./history.ts";
import { readSharers } from "./key-sharers.ts";
import { conditionOf } from "./matching-events.ts";
import { readOccurrences } from "./occurrences.ts";
import { quiesce, readAll, streamColumns } from "./read.ts";
import { RecentEvents } from "./recent-events.ts";
import { type CountedSignals, countSignals, countSignalsIn } from "./rollup-table.ts";
import { type EventReader, readEvents, readStoredEvents, recentlyRead, type StoredEvent } from "./stored-event.ts";

export interface DuckDbEventStoreOptions {
  /** Whether an action is risky enough for its first use to be a novelty. */
  readonly riskyAction: (service: string, action: string) => boolean;
}

/**
 * The questions that a settled store answers. Make it anew after events were written: it remembers
 * dictionaries, the events that it read last, first uses, and which signals it has counted.
 * The instance stays the caller's to close, after {@link close}.
 */
export class DuckDbEventStore implements EventStore {
  readonly #instance: DuckDBInstance;
  readonly #connections: readonly DuckDBConnection[];
  #asked = 0;
  readonly #dictionaries: Dictionaries;
  readonly #recent = new RecentEvents();
  readonly #riskyAction: DuckDbEventStoreOptions["riskyAction"];
  readonly #counted: CountedSignals = new Map();
  #firstSeen: readonly FirstSeenRow[] | null = null;

  private constructor(
    instance: DuckDBInstance,
    connections: readonly DuckDBConnection[],
    dictionaries: Dictionaries,
    options: DuckDbEventStoreOptions,
  ) {
    this.#instance = instance;
    this.#connections = connections;
    this.#dictionaries = dictionaries;
    this.#riskyAction = options.riskyAction;
  }

  /** @param dictionaries where they are not those of the instance itself: the caller's to close */
  static async open(
    instance: DuckDBInstance,
    options: DuckDbEventStoreOptions,
    dictionaries?: Dictionaries,
  ): Promise<DuckDbEventStore> {
    const connections = [await instance.connect(), await instance.connect(), await instance.connect()] as const;
    return new DuckDbEventStore(instance, connections, dictionaries ?? openDictionaries(connections[0]), options);
  }

  /** Also after a failure, when other questions may still be under way. */
  async close(): Promise<void> {
    for (const connection of this.#connections) {
      await quiesce(connection);
      connection.closeSync();
    }
  }

  /** A connection answers one question after the other; on several of them a small question need not wait for a large one. */
  get #connection(): DuckDBConnection {
    this.#asked = (this.#asked + 1) % this.#connections.length;
    return this.#connections[this.#asked] as DuckDBConnection;
  }

  get #reader(): EventReader {
    return { connection: this.#connection, dictionaries: this.#dictionaries, recent: this.#recent };
  }

  async span(): Promise<TimeWindow | null> {
    const [row] = await readAll<{ first: number | null; last: number | null }>(
      this.#connection,
      "select epoch_ms(min(time))::double as first, epoch_ms(max(time))::double as last from events",
    );
    if (!row || row.first === null || row.last === null) return null;
    return { start: row.first, end: row.last + BUCKET };
  }

  async coverage(): Promise<readonly AccountCoverage[]> {
    const rows = await readAll<{
      account: string;
      first: number;
      last: number;
      events: number;
      services: readonly string[] | null;
      regions: readonly string[];
    }>(
      this.#connection,
      `select account, epoch_ms(min(e.first))::double as first, epoch_ms(max(e.last))::double as last,
         sum(events)::double as events,
         list_sort(list_distinct(list(service) filter (where category = 'data'))) as services,
         list_sort(list_distinct(list(region))) as regions
       from (
         select account_id, region_id, action_id, category, min(time) as first, max(time) as last, count(*) as events
         from events group by all
       ) e join accounts using (account_id) join regions using (region_id) join actions using (action_id)
       group by account order by account`,
    );
    return rows.map(({ services, ...row }) => ({
      ...row,
      dataEvents: (services ?? []).length > 0,
      dataEventServices: services ?? [],
    }));
  }

  rollup(signals: readonly Signal[], bucket: EpochMs, window?: TimeWindow): AsyncIterable<RollupRow> {
    return window
      ? countSignalsIn(this.#instance, signals, bucket, window)
      : countSignals(this.#instance, signals, bucket, this.#counted);
  }

  async *deliveries(bucket: EpochMs): AsyncGenerator<DeliveryRow> {
    const width = Math.trunc(bucket);
    const accounts = streamColumns(
      this.#instance,
      `select account, list(bucket::double order by bucket) as buckets, list(events::double order by bucket) as counts
       from (
         select account, bucket, sum(events) as events
         from (
           select account_id, epoch_ms(time) - (epoch_ms(time) % ${width} + ${width}) % ${width} as bucket,
             count(*) as events
           from events group by all
         ) join accounts using (account_id)
         group by all
       )
       group by account order by account`,
    );
    for await (const chunk of accounts) {
      const buckets = chunk.lists<number>("buckets");
      const counts = chunk.lists<number>("counts");
      for (const [row, account] of chunk.values<string>("account").entries()) {
        for (const [at, start] of (buckets[row] ?? []).entries()) {
          yield { account, bucket: start, events: counts[row]?.[at] as number };
        }
      }
    }
  }

  async *firstSeen(): AsyncGenerator<FirstSeenRow> {
    if (this.#firstSeen) {
      yield* this.#firstSeen;
      return;
    }
    const actions = [...(await this.#dictionaries.actions.all())];
    const risky = actions.filter(([, { service, action }]) => this.#riskyAction(service, action)).map(([id]) => id);
    const kept: FirstSeenRow[] = [];
    const { prepare, rows: sql } = firstSeenSql(risky);
    for await (const chunk of streamColumns(this.#instance, sql, prepare)) {
      const rows = chunk.objects<FirstSeenRow>(FIRST_SEEN);
      if (kept.length < FIRST_SEEN_KEPT) kept.push(...rows);
      yield* rows;
    }
    if (kept.length < FIRST_SEEN_KEPT) this.#firstSeen = kept;
  }

  async events(query: EventQuery, limit: number): Promise<readonly PricedUsageEvent[]> {
    if (query.ids && Object.keys(query).length === 1) {
      const events = recentlyRead(this.#recent, query.ids);
      if (events) return events.slice(0, Math.max(0, limit));
    }
    const condition = await conditionOf(query, this.#dictionaries);
    return condition === null ? [] : readEvents(this.#reader, condition, limit);
  }

  /** Like {@link events}, each with the file and number of its record. */
  async storedEvents(query: EventQuery, limit: number): Promise<readonly StoredEvent[]> {
    const condition = await conditionOf(query, this.#dictionaries);
    return condition === null ? [] : readStoredEvents(this.#reader, condition, limit);
  }

  /**
   * What a principal did, or what was done to a resource: the latest `limit` events, in time order. The subject is an
   * id, ARN, session, access key or the last part of a name; calls that only read are left out unless asked for.
   */
  history(subject: string, limit: number, reads = false): Promise<readonly StoredEvent[]> {
    return historyOf(this.#reader, subject, limit, reads);
  }

  async occurrences(query: EventQuery): Promise<Occurrences> {
    return readOccurrences(this.#connection, await conditionOf(query, this.#dictionaries));
  }

  facets(query: EventQuery): Promise<EventFacets> {
    return readFacets(this.#connection, this.#dictionaries, query);
  }

  sharers(kind: SharedKeyKind, values: readonly string[]): Promise<readonly KeySharers[]> {
    return readSharers(this.#connection, kind, values);
  }

  async spend(): Promise<readonly AccountSpend[]> {
    const range = (name: string): string => `
      coalesce(sum(${name}_low) filter (where counted), 0)::varchar as ${name}_low,
      coalesce(sum(${name}_high) filter (where counted), 0)::varchar as ${name}_high`;
    const rows = await readAll<Record<string, string> & { account: string; unpriced: number }>(
      this.#connection,
      `select account, ${["added_usd_hour", "removed_usd_hour", "once_usd"].map(range).join(", ")},
         (count(*) filter (where unpriced and counted))::double as unpriced
       from events join accounts using (account_id) group by account order by account`,
    );
    return rows.map((row) => ({
      account: row.account,
      addedPerHour: usdRange(row, "added_usd_hour"),
      removedPerHour: usdRange(row, "removed_usd_hour"),
      once: usdRange(row, "once_usd"),
      unpricedEvents: row.unpriced,
    }));
  }
}

/** Without the trailing zeros of a decimal column. */
const usdRange = (row: Readonly<Record<string, string>>, name: string): { low: string; high: string } => ({
  low: usdText(parseUsdText(row[`${name}_low`] ?? "0")),
  high: usdText(parseUsdText(row[`${name}_high`] ?? "0")),
});

const FIRST_SEEN = [
  "account",
  "dimension",
  "value",
  "firstTime",
  "firstEventId",
  "region",
  "principal",
  "events",
  "lastTime",
] as const satisfies readonly (keyof FirstSeenRow)[];

/** First uses that are remembered: several steps of an analysis go through them, and to find them is a scan a dimension. */
const FIRST_SEEN_KEPT = 20_000;
