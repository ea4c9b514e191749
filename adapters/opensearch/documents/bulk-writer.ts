import { TrailwatchError } from "#core/domain/errors.ts";
import type { QuarantineReason } from "#core/domain/ingest.ts";
import { storableText } from "#core/domain/storable-text.ts";
import { type EpochMs, isoTime } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { type BulkOptions, bulkWrite, type Outcome, UnwrittenError } from "./bulk.ts";
import type { BulkItem } from "./bulk-request.ts";
import type { EventEntry } from "./event-entry.ts";
import { documentText } from "./event-text.ts";
import { keptFingerprints } from "./kept-fingerprints.ts";
import { type QuarantinedEvent, quarantine, quarantineItem } from "./quarantine.ts";

export interface EventWriteOptions extends BulkOptions {
  /**
   * Start of the oldest day that is kept. An event before it goes to quarantine: its index has been deleted, and would
   * be there again with one event in it.
   */
  readonly oldestDay?: EpochMs;
  /** When it is written. */
  readonly now: () => EpochMs;
  /** Told of each event that went to quarantine. */
  readonly onQuarantined?: (event: QuarantinedEvent) => void;
}

/** `read` is always `created + duplicates + conflicts + quarantined`. */
export interface EventWriteResult {
  readonly read: number;
  readonly created: number;
  /** The same content was there already. */
  readonly duplicates: number;
  /** The same id was there with other content: what was there stays, what came is in quarantine. */
  readonly conflicts: number;
  readonly quarantined: number;
  /** Of `quarantined`. */
  readonly reasons: Readonly<Partial<Record<QuarantineReason, number>>>;
}

/**
 * Writing ended early, see {@link UnwrittenError}. The events in `unwritten` are to be written again, which is harmless:
 * whichever of them did arrive count as duplicates then. `written` counts all others that were read.
 */
export class UnwrittenEventsError extends TrailwatchError {
  readonly unwritten: readonly EventEntry[];
  readonly written: EventWriteResult;

  constructor(cause: UnwrittenError<EventEntry>, written: EventWriteResult) {
    super(cause.code, cause.message, cause.nextStep, { cause });
    this.unwritten = cause.unwritten;
    this.written = written;
  }
}

/**
 * Writes each event once, under its id, into the index of its own day; what the cluster will not take goes to
 * quarantine with the reason. Rejects with {@link UnwrittenEventsError} when the cluster takes nothing for now.
 */
export async function writeEvents(
  connection: OpenSearchConnection,
  names: IndexNames,
  entries: Iterable<EventEntry> | AsyncIterable<EventEntry>,
  options: EventWriteOptions,
): Promise<EventWriteResult> {
  const writing = new EventWriting(connection, names, options);
  try {
    await bulkWrite(
      connection,
      entries,
      (entry) => writing.itemOf(entry),
      (outcomes) => writing.settle(outcomes),
      options,
    );
  } catch (error) {
    if (error instanceof UnwrittenError) throw new UnwrittenEventsError(error, writing.result());
    throw error;
  }
  return writing.result();
}

class EventWriting {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;
  readonly #options: EventWriteOptions;
  /** What goes straight to quarantine, with the same request. */
  readonly #keptApart = new WeakMap<EventEntry, QuarantinedEvent>();
  #created = 0;
  #duplicates = 0;
  #conflicts = 0;
  #quarantined = 0;
  readonly #reasons: Partial<Record<QuarantineReason, number>> = {};

  constructor(connection: OpenSearchConnection, names: IndexNames, options: EventWriteOptions) {
    this.#connection = connection;
    this.#names = names;
    this.#options = options;
  }

  result(): EventWriteResult {
    const counts = { created: this.#created, duplicates: this.#duplicates, conflicts: this.#conflicts };
    const read = this.#created + this.#duplicates + this.#conflicts + this.#quarantined;
    return { read, ...counts, quarantined: this.#quarantined, reasons: { ...this.#reasons } };
  }

  itemOf(entry: EventEntry): BulkItem {
    const now = this.#options.now();
    try {
      const tooOld = this.#tooOld(entry);
      return tooOld === null ? eventItem(this.#names, entry, now) : this.#apart(tooOld, now);
    } catch (error) {
      // A defect of ours, which is not to cost the events that are written with this one.
      return this.#apart(unprocessable(this.#names, entry, error), now);
    }
  }

  #apart(event: QuarantinedEvent, now: EpochMs): BulkItem {
    const item = quarantineItem(this.#names, event, now);
    this.#keptApart.set(event.entry, event);
    return item;
  }

  /** Counts what cannot be lost any more. */
  async settle(outcomes: readonly Outcome<EventEntry>[]): Promise<void> {
    for (const { of, answer } of outcomes) {
      if (answer.kind !== "written") continue;
      const apart = this.#keptApart.get(of);
      if (apart === undefined) this.#created++;
      else this.#count(apart);
    }
    const repeated = outcomes.filter(({ answer }) => answer.kind === "conflict");
    const { duplicates, conflicts } = await this.#compare(repeated);
    const refused = [...conflicts, ...outcomes.flatMap((outcome) => refusedEvent(outcome))];
    await quarantine(this.#connection, this.#names, refused, this.#options);
    this.#duplicates += duplicates;
    this.#conflicts += conflicts.length;
    for (const event of refused) this.#count(event);
  }

  #tooOld(entry: EventEntry): QuarantinedEvent | null {
    const { oldestDay } = this.#options;
    const { time } = entry.event;
    if (oldestDay === undefined || time >= oldestDay) return null;
    const detail = `the event is of ${isoTime(time)}; what is kept begins at ${isoTime(oldestDay)}`;
    const item = eventItem(this.#names, entry, this.#options.now());
    return { entry, reason: "older-than-retention", detail, item };
  }

  #count(event: QuarantinedEvent): void {
    const { reason } = event;
    if (reason !== "id-conflict") {
      this.#quarantined++;
      this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
    }
    this.#options.onQuarantined?.(event);
  }

  /** Those whose id was there already: with the same content, or with another. */
  async #compare(repeated: readonly Outcome<EventEntry>[]) {
    const conflicts: QuarantinedEvent[] = [];
    const kept = await keptFingerprints(
      this.#connection,
      repeated.map(({ item }) => item),
    );
    for (const [at, { of, item }] of repeated.entries()) {
      const fingerprint = kept[at];
      // What is gone by now, or was written without a fingerprint, is no evidence of other content.
      if (fingerprint === undefined || fingerprint === of.details.fingerprint) continue;
      const detail = `event ${of.event.id} stands with other content in ${item.index}`;
      conflicts.push({ entry: of, reason: "id-conflict", detail, item });
    }
    return { duplicates: repeated.length - conflicts.length, conflicts };
  }
}

function eventItem(names: IndexNames, { event, account, details }: EventEntry, now: EpochMs): BulkItem {
  return {
    action: "create",
    index: names.eventsAt(event.time),
    id: storableText(event.id),
    source: documentText(event, account, { ...details, indexedAt: now }),
  };
}

function unprocessable(names: IndexNames, entry: EventEntry, error: unknown): QuarantinedEvent {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const { id, time, account, service, action } = entry.event;
  const source = JSON.stringify({ event_id: id, "@timestamp": time, account, service, action });
  const item: BulkItem = { action: "create", index: names.eventsAt(time), id: storableText(id), source };
  return { entry, reason: "unprocessable", detail, item };
}

function refusedEvent({ of, item, answer, tooLarge }: Outcome<EventEntry>): readonly QuarantinedEvent[] {
  if (answer.kind !== "refused") return [];
  const { type, reason } = answer.refusal;
  return [{ entry: of, reason: tooLarge ? "too-large" : "refused-by-store", detail: `${type}: ${reason}`, item }];
}
