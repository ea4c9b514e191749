import type { ReadFile } from "#adapters/files/event-reader.ts";
import type { BulkOptions } from "#adapters/opensearch/documents/bulk.ts";
import { type EventWriteResult, writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry, Knowledge } from "#adapters/opensearch/documents/event-entry.ts";
import { fileEntry } from "#adapters/opensearch/documents/read-record.ts";
import { oldestKeptDay } from "#adapters/opensearch/documents/retention.ts";
import { quarantineRecords } from "#adapters/opensearch/documents/unreadable-records.ts";
import { noteDrills } from "#adapters/opensearch/drill-log.ts";
import type { Config } from "#core/config/index.ts";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { type Drill, drillOf } from "#core/drill/drill.ts";
import type { InsightLog } from "#core/ports/insight-log.ts";
import type { PriceBook } from "#core/ports/price-book.ts";
import type { Organization } from "../shared/directory.ts";
import type { Pace } from "../shared/pace.ts";
import { riskyAction } from "../shared/risk.ts";
import type { Search } from "../shared/search.ts";

export type ArrivedAt = (number: number) => EpochMs | null;

export interface IngestParts {
  readonly names: Search["names"];
  readonly pace: Pace;
  readonly organization: Organization;
  readonly insights: InsightLog;
  readonly config: Config;
  readonly priceBook: PriceBook;
  readonly now: () => EpochMs;
}

/** What became of records. */
export interface Ingested extends Omit<EventWriteResult, "read" | "reasons"> {
  /** Records that came, of any kind. */
  readonly records: number;
  readonly insights: number;
  /** Milliseconds from the event to its arrival, and until it was stored, of the event in the middle; `null` without events. */
  readonly delays: { readonly delivered: number; readonly indexed: number } | null;
}

const SAMPLE_CHARACTERS = 64 * 1024;

/** One request at a time. The pace knows how long to wait before the next, and when there is no more time to. */
const WRITING: BulkOptions = {
  concurrency: 1,
  retries: Number.POSITIVE_INFINITY,
  pause: async () => {},
  // Less than a request is waited for.
  shardTimeoutMs: 10_000,
};

/** Stores what was read: events with their price and account, CloudTrail's own findings, and what no event can be made of. */
export class Ingest {
  readonly #parts: IngestParts;

  constructor(parts: IngestParts) {
    this.#parts = parts;
  }

  /**
   * Rejects with TrailwatchError where anything could not be kept: then all of it is to come again, which is harmless.
   * @param until no request is begun after it
   * @param arrivedAt when each record was handed over, by its number, of records that came by themselves
   */
  async store(file: ReadFile, until: EpochMs, arrivedAt: ArrivedAt | null): Promise<Ingested> {
    const { names, pace, organization, insights, config, priceBook, now } = this.#parts;
    const connection = pace.during(until);
    const { directory } = await organization.current();
    const started = now();
    const { events, drills } = apart(file.events, started);
    if (drills.length > 0) await noteDrills(connection, names, drills, WRITING);
    const { entries, failed } = entriesOf(
      { ...file, events },
      { accounts: directory, priceBook, riskyAction },
      arrivedAt,
    );
    const quarantined = [...file.quarantined, ...failed];
    await quarantineRecords(connection, names, quarantined, started, WRITING);
    if (file.insights.length > 0) await insights.keep(file.insights);
    const written = await writeEvents(connection, names, entries, {
      now,
      oldestDay: oldestKeptDay(started, config.opensearch.eventDays),
      ...WRITING,
    });
    const { created, duplicates, conflicts } = written;
    return {
      records: events.length + file.insights.length + file.quarantined.length,
      created,
      duplicates,
      conflicts,
      quarantined: written.quarantined + quarantined.length,
      insights: file.insights.length,
      delays: delaysOf(entries, started, now()),
    };
  }
}

/** Drills are noted, and are no events: nothing of them is counted, priced or compared. */
function apart(
  all: ReadFile["events"],
  now: EpochMs,
): { readonly events: ReadFile["events"]; readonly drills: readonly Drill[] } {
  const drills = all.flatMap(({ event }) => drillOf(event, now) ?? []);
  return { events: drills.length === 0 ? all : all.filter(({ event }) => drillOf(event, now) === null), drills };
}

interface Entries {
  readonly entries: readonly EventEntry[];
  readonly failed: readonly Quarantined[];
}

/** A record that a defect of ours shows in costs no other one. */
function entriesOf(file: ReadFile, knowledge: Knowledge, arrivedAt: ArrivedAt | null): Entries {
  const entries: EventEntry[] = [];
  const failed: Quarantined[] = [];
  for (const event of file.events) {
    try {
      const place = arrivedAt === null ? file : { path: null, deliveredAt: arrivedAt(event.number) };
      entries.push(fileEntry(event, place, knowledge));
    } catch (error) {
      failed.push({
        file: file.path,
        position: `event ${event.event.id}`,
        reason: "unprocessable",
        detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        sample: JSON.stringify(event).slice(0, SAMPLE_CHARACTERS),
      });
    }
  }
  return { entries, failed };
}

function delaysOf(entries: readonly EventEntry[], arrived: EpochMs, stored: EpochMs): Ingested["delays"] {
  if (entries.length === 0) return null;
  const times = entries.map(({ event }) => event.time).sort((a, b) => a - b);
  const middle = times[times.length >> 1] as EpochMs;
  return { delivered: arrived - middle, indexed: stored - middle };
}
