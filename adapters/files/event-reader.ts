import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Quarantined, QuarantineReason } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import type { SourceFile } from "#core/ports/event-source.ts";
import { BROKEN, OPEN_OBJECT, skipSpace, TOO_DEEP } from "./json-bytes.ts";
import type { TextBytes } from "./log-events.ts";
import { isFileError, type RecordBytes, RecordPass, type Selects } from "./record-pass.ts";
import { RecordReader } from "./record-reader.ts";
import { Splitter } from "./splitter.ts";
import { splitFile } from "./unpack.ts";

/** What a file held. */
export interface ReadFile {
  readonly path: string;
  /** In the order of the file. */
  readonly events: readonly ReadEvent[];
  readonly insights: readonly InsightRecord[];
  readonly quarantined: readonly Quarantined[];
  /** When CloudTrail delivered it, where its path says so. */
  readonly deliveredAt: EpochMs | null;
  /** Of the unpacked text. */
  readonly bytes: number;
}

export interface ReadEvent {
  readonly event: UsageEvent;
  /** Of the record's content, see content-fingerprint.ts. */
  readonly fingerprint: string;
  /** What the caller asked for, and why it was refused: what people look for beyond what every event has. */
  readonly details: RecordDetails | null;
  /** From 1 in the file. */
  readonly number: number;
}

/** Each as JSON, as it stands in the record: it is not parsed, and may be none. */
export interface RecordDetails {
  readonly request?: string;
  readonly error?: string;
  readonly additional?: string;
}

/** Reads files, and records that lie alone, into events one after the other. */
export class EventReader {
  readonly #now: () => EpochMs;
  readonly #selects: Selects;
  readonly #records = new RecordReader();

  /** @param now nothing can have happened after it */
  constructor(now: () => EpochMs, selects: Selects = null) {
    this.#now = now;
    this.#selects = selects;
  }

  /** What a file can hold never rejects it: what cannot be read is among the quarantined. */
  async read(file: SourceFile): Promise<ReadFile> {
    const pass = new EventPass(file.path, this.#now(), this.#records, this.#selects);
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

  /**
   * Records that come one by one, each a JSON text.
   * @param path where they come from, for quarantine
   * @param positionOf what tells each of them, by its number from 1, from all others that come from there, for quarantine
   */
  readTexts(path: string, { bytes, ends }: TextBytes, positionOf: (number: number) => string): ReadFile {
    const pass = new EventPass(path, this.#now(), this.#records, this.#selects, positionOf);
    this.#records.renew();
    let start = 0;
    let number = 0;
    for (const end of ends) {
      pass.text(bytes, start, end, ++number);
      start = end;
    }
    return pass.result(start);
  }
}

class EventPass extends RecordPass {
  readonly #reader: RecordReader;
  readonly #positionOf: ((number: number) => string) | null;
  readonly #events: ReadEvent[] = [];
  readonly #insights: InsightRecord[] = [];
  readonly #quarantined: Quarantined[] = [];

  constructor(
    path: string,
    now: EpochMs,
    reader: RecordReader,
    selects: Selects,
    positionOf: ((number: number) => string) | null = null,
  ) {
    super(path, now, reader, selects);
    this.#reader = reader;
    this.#positionOf = positionOf;
  }

  result(bytes: number): ReadFile {
    return {
      path: this.path,
      events: this.#events,
      insights: this.#insights,
      quarantined: this.#quarantined,
      deliveredAt: cloudtrailKey(this.path)?.deliveredAt ?? null,
      bytes,
    };
  }

  /** One text that is one record, or should be. */
  text(bytes: Buffer, from: number, end: number, number: number): void {
    const start = skipSpace(bytes, from, end);
    const isObject = start < end && bytes[start] === OPEN_OBJECT;
    const next = isObject ? this.#reader.scan(bytes, start, end) : BROKEN;
    if (next > 0 && skipSpace(bytes, next, end) === end) {
      this.record(bytes, start, next, number);
      return;
    }
    const [reason, detail] = unusable(isObject, next);
    this.broken(reason, this.position(number), detail, bytes.subarray(from, end));
  }

  /** Whatever a record holds costs no other one, not even where it shows a defect of ours. */
  override record(bytes: Buffer, start: number, end: number, number: number): void {
    try {
      super.record(bytes, start, end, number);
    } catch (error) {
      const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.broken("unprocessable", this.position(number), detail, bytes.subarray(start, end));
    }
  }

  protected override position(number: number): string {
    return this.#positionOf?.(number) ?? super.position(number);
  }

  protected override event(event: UsageEvent, { bytes, start, end, number }: RecordBytes): void {
    const fingerprint = this.#reader.contentFingerprint(bytes, start, end);
    this.#events.push({ event, fingerprint, details: detailsOf(this.#reader, bytes), number });
  }

  protected override insight(insight: InsightRecord): void {
    this.#insights.push(insight);
  }

  protected override quarantine(entry: Quarantined): void {
    this.#quarantined.push(entry);
  }
}

function unusable(isObject: boolean, scanned: number): readonly [QuarantineReason, string] {
  if (!isObject) return ["not-a-record", "it is no JSON object"];
  return scanned === TOO_DEEP ? ["too-deep", "nested too deeply"] : ["broken-json", "not valid JSON"];
}

function detailsOf(reader: RecordReader, bytes: Buffer): RecordDetails | null {
  const request = reader.text(bytes, "requestParameters");
  const error = reader.text(bytes, "errorMessage");
  const additional = reader.text(bytes, "additionalEventData");
  if (request === null && error === null && additional === null) return null;
  const details: { -readonly [Name in keyof RecordDetails]: RecordDetails[Name] } = {};
  if (request !== null) details.request = request;
  if (error !== null) details.error = error;
  if (additional !== null) details.additional = additional;
  return details;
}
