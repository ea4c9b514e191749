import { EventReader } from "#adapters/files/event-reader.ts";
import { arrivedSince } from "#adapters/opensearch/asking/arrivals.ts";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { asking } from "#adapters/opensearch/asking/search.ts";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { type EventWriteResult, writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { fileEntry } from "#adapters/opensearch/documents/read-record.ts";
import { oldestKeptDay } from "#adapters/opensearch/documents/retention.ts";
import { type SettleResult, settleEvents } from "#adapters/opensearch/documents/settle.ts";
import { quarantineRecords } from "#adapters/opensearch/documents/unreadable-records.ts";
import type { IndexNames } from "#adapters/opensearch/index-names.ts";
import { OpenSearchInsightLog } from "#adapters/opensearch/insight-log.ts";
import { keptState } from "#adapters/opensearch/kept-state.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import type { Config } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type EpochMs, HOUR } from "#core/domain/time.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { EventSource, ReadSelection } from "#core/ports/event-source.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { METER_SIGNALS } from "#core/signals/definitions.ts";
import { type RollUpState, type RollUpSummary, rollUp } from "#core/use-cases/roll-up.ts";
import type { IngestProgress } from "../ingest/index.ts";
import { Listing } from "../ingest/listing.ts";
import { selectionTest } from "../ingest/selection.ts";

const RISKY = riskRank("medium");
const riskyAction = (service: string, action: string): boolean => riskRank(actionRisk(service, action).level) >= RISKY;

/** One cluster with what it is told by. */
export interface FilledCluster {
  readonly connection: OpenSearchConnection;
  readonly names: IndexNames;
  readonly config: Config;
  readonly directory: AccountDirectory;
  readonly now: () => EpochMs;
}

export interface IndexedFiles extends EventWriteResult {
  readonly files: number;
  /** Of the unpacked text. */
  readonly bytes: number;
  /** Records of which no event could be made, in quarantine. */
  readonly unreadable: number;
  /** Of CloudTrail's own findings, of the days that are kept. */
  readonly insights: number;
  /** Time of the earliest event; `null` where there was none. */
  readonly earliest: EpochMs | null;
}

/** Reads files and writes their events; those of days that are not kept any more go to quarantine. */
export async function indexFiles(
  { connection, names, config, directory, now }: FilledCluster,
  sources: readonly EventSource[],
  selection: ReadSelection,
  {
    signal,
    onProgress,
  }: { readonly signal?: AbortSignal; readonly onProgress?: (progress: IngestProgress) => void } = {},
): Promise<IndexedFiles> {
  const knowledge = { accounts: directory, priceBook: createPriceBook(), riskyAction };
  const reader = new EventReader(now, selectionTest(selection));
  const listing = new Listing(sources, selection, signal);
  const insightLog = new OpenSearchInsightLog(connection, names, now);
  const oldestDay = oldestKeptDay(now(), config.opensearch.eventDays);
  const done = { files: 0, bytes: 0, packed: 0, records: 0, unreadable: 0, insights: 0 };
  let earliest = Number.POSITIVE_INFINITY;
  async function* entries(): AsyncGenerator<EventEntry> {
    for await (const file of listing.files()) {
      if (signal?.aborted) throw interrupted();
      const read = await reader.read(file);
      await quarantineRecords(connection, names, read.quarantined, now());
      const insights = read.insights.filter(({ time }) => time >= oldestDay);
      await insightLog.keep(insights);
      done.files++;
      done.bytes += read.bytes;
      done.packed += file.size;
      done.unreadable += read.quarantined.length;
      done.insights += insights.length;
      for (const event of read.events) {
        const entry = fileEntry(event, read, knowledge);
        done.records++;
        earliest = Math.min(earliest, entry.event.time);
        yield entry;
      }
      const { files, packed: bytes, records, unreadable: quarantined } = done;
      onProgress?.({ files, bytes, records, quarantined, ...listing.totals(0) });
    }
  }
  const written = await writeEvents(connection, names, entries(), { now, oldestDay });
  const { files, bytes, unreadable, insights } = done;
  return { ...written, files, bytes, unreadable, insights, earliest: Number.isFinite(earliest) ? earliest : null };
}

const interrupted = (): TrailwatchError =>
  new TrailwatchError(
    "INTERRUPTED",
    "stopped before everything was written",
    "Run the same command again: what is written already is found to be there.",
  );

/**
 * Settles what was written from a time on, and what it bears on: a resource that is made known now may have been freed
 * at any time after.
 */
export async function settleCluster({ connection, names }: FilledCluster, from: EpochMs): Promise<SettleResult> {
  await refresh(connection, names.events);
  const span = await new OpenSearchEventStore(connection, names).span();
  if (span === null) return { recounted: 0, repriced: 0, changed: null };
  return settleEvents(connection, names, { start: from, end: span.end }, { riskyAction });
}

/** What is kept of the last roll-up. */
interface LastRollUp {
  readonly state: RollUpState;
  /** When it began: events that were written since may be late. */
  readonly at: EpochMs;
}

/** Clocks of writers may be apart, and what was written is not seen at once. */
const OVERLAP = HOUR;

/**
 * Brings the roll-ups up to date with the settled events, on from where the last run stopped. To the end of the data, as
 * where that is all there is: what was delivered since is another run's.
 */
export async function rollUpCluster({
  connection,
  names,
  config,
  directory,
  now,
}: FilledCluster): Promise<RollUpSummary> {
  const kept = keptState<LastRollUp>(connection, names, "roll-up", 1);
  const last = await kept.read();
  const at = now();
  await refresh(connection, names.events);
  const signals = resolveSignals(config.signals);
  const summary = await rollUp({
    events: new OpenSearchEventStore(connection, names),
    rollups: new OpenSearchRollupStore(connection, names, now),
    directory,
    signals: [...signals, ...METER_SIGNALS],
    dense: [...new Set(watchedSignals(config.opensearch, signals).map(({ signal }) => signal.id))],
    config: config.detection,
    state: last?.state ?? null,
    arrived: last ? await arrivedSince(asking(connection, names.events), last.at - OVERLAP) : [],
  });
  await kept.keep({ state: summary.state, at }, at);
  return summary;
}
