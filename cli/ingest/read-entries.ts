import { RecordReader } from "#adapters/files/record-reader.ts";
import { Splitter } from "#adapters/files/splitter.ts";
import { splitFile } from "#adapters/files/unpack.ts";
import { type EventEntry, eventEntry, type Knowledge } from "#adapters/opensearch/documents/event-entry.ts";
import { recordFingerprint } from "#adapters/opensearch/documents/fingerprint.ts";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import type { ReadSelection, SourceFile } from "#core/ports/event-source.ts";
import { isFileError, type RecordBytes, RecordPass } from "./record-pass.ts";
import { selectionTest } from "./selection.ts";

/** What a file held. */
export interface ReadFile {
  readonly path: string;
  /** In the order of the file. */
  readonly entries: readonly EventEntry[];
  readonly insights: readonly InsightRecord[];
  readonly quarantined: readonly Quarantined[];
  /** Of the unpacked text. */
  readonly bytes: number;
}

export interface ReadingOptions {
  readonly knowledge: Knowledge;
  readonly selection: ReadSelection;
  /** Nothing can have happened after it. */
  readonly now: EpochMs;
}

/** Reads files one after the other into events as a cluster is given them. */
export class EntryReader {
  readonly #options: ReadingOptions;
  readonly #selects: ReturnType<typeof selectionTest>;
  readonly #records = new RecordReader();

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#selects = selectionTest(options.selection);
  }

  /** What a file can hold never rejects it: what cannot be read is among the quarantined. */
  async read(file: SourceFile): Promise<ReadFile> {
    const pass = new EntryPass(file.path, this.#options, this.#records, this.#selects);
    let bytes = 0;
    try {
      const content = file.localPath === null ? await file.open() : null;
      const packed = { localPath: file.localPath, bytes: content, size: file.size };
      bytes = await splitFile(packed, new Splitter(this.#records, pass));
    } catch (error) {
      const unreadable = error instanceof TrailwatchError && error.code === "INPUT_UNREADABLE";
      if (!unreadable && !isFileError(error)) throw error;
      pass.broken("unreadable-file", "file", error.message, Buffer.alloc(0));
    }
    return pass.result(bytes);
  }
}

class EntryPass extends RecordPass {
  readonly #knowledge: Knowledge;
  readonly #deliveredAt: EpochMs | undefined;
  readonly #entries: EventEntry[] = [];
  readonly #insights: InsightRecord[] = [];
  readonly #quarantined: Quarantined[] = [];

  constructor(
    path: string,
    { knowledge, now }: ReadingOptions,
    reader: RecordReader,
    selects: ReturnType<typeof selectionTest>,
  ) {
    super(path, now, reader, selects);
    this.#knowledge = knowledge;
    this.#deliveredAt = cloudtrailKey(path)?.deliveredAt ?? undefined;
  }

  result(bytes: number): ReadFile {
    return {
      path: this.path,
      entries: this.#entries,
      insights: this.#insights,
      quarantined: this.#quarantined,
      bytes,
    };
  }

  protected override event(event: UsageEvent, { bytes, start, end, number }: RecordBytes): void {
    const record = parsed(bytes.toString("utf8", start, end));
    const rest = searchable(record);
    const read = {
      fingerprint: recordFingerprint(record),
      place: { file: this.path, record: number },
      ...(this.#deliveredAt === undefined ? {} : { deliveredAt: this.#deliveredAt }),
      ...(rest ? { rest } : {}),
    };
    this.#entries.push(eventEntry(event, read, this.#knowledge));
  }

  protected override insight(insight: InsightRecord): void {
    this.#insights.push(insight);
  }

  protected override quarantine(entry: Quarantined): void {
    this.#quarantined.push(entry);
  }
}

/** A record of which only the fields that we read are JSON is the same as another only to the letter. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the caller asked for, and why it was refused: what people look for beyond the fields that every event has. */
function searchable(record: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const { requestParameters, errorMessage, additionalEventData } = record as Record<string, unknown>;
  const found = Object.entries({ request: requestParameters, error: errorMessage, additional: additionalEventData });
  const present = found.filter(([, value]) => value !== null && value !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}
