import { createHash } from "node:crypto";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import type { Quarantined, QuarantineReason } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import { DAY, type EpochMs, isoTime } from "#core/domain/time.ts";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import { detailNeeds, normaliseRecord } from "#core/normalise/index.ts";
import type { PartialRecord } from "./record-fields.ts";
import type { RecordReader } from "./record-reader.ts";
import type { RecordSink } from "./splitter.ts";

const SAMPLE_BYTES = 64 * 1024;
/** How far clocks may be apart before a time in the future is no slip of theirs. */
const CLOCKS_APART = DAY;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const needsOf = (source: unknown, name: unknown) =>
  detailNeeds(typeof source === "string" ? source : "", typeof name === "string" ? name : "");

/** Whether somebody wants this one; `null` where all are wanted. */
export type Selects = ((of: Pick<UsageEvent, "time" | "account" | "region" | "service" | "action">) => boolean) | null;

/** Where a record stands in the bytes of its file. */
export interface RecordBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** From 1 in the file. */
  readonly number: number;
}

/** One file on its way through: what becomes of each record, whatever is then done with the events. */
export abstract class RecordPass implements RecordSink {
  protected readonly path: string;
  protected count = { read: 0, stored: 0, quarantined: 0, leftOut: 0, insights: 0 };
  protected leftOutReason: string | null = null;
  readonly #latest: EpochMs;
  readonly #reader: RecordReader;
  readonly #selects: Selects;

  /** @param now nothing can have happened after it, where the path does not say when the file was delivered */
  constructor(path: string, now: EpochMs, reader: RecordReader, selects: Selects) {
    this.path = path;
    this.#latest = (cloudtrailKey(path)?.deliveredAt ?? now) + CLOCKS_APART;
    this.#reader = reader;
    this.#selects = selects;
  }

  protected abstract event(event: UsageEvent, place: RecordBytes): void;
  protected abstract insight(insight: InsightRecord, number: number): void;
  protected abstract quarantine(entry: Quarantined): void;

  /** What tells a record from the others of the file. */
  protected position(number: number): string {
    return `record ${number}`;
  }

  record(bytes: Buffer, start: number, end: number, number: number): void {
    let record: PartialRecord;
    try {
      record = this.#reader.read(bytes, start, end, needsOf);
    } catch (error) {
      this.broken("broken-json", this.position(number), (error as Error).message, bytes.subarray(start, end));
      return;
    }
    const normalised = normaliseRecord(record, sha256);
    if (normalised.kind === "rejected") {
      this.broken(normalised.reason, this.position(number), normalised.detail, bytes.subarray(start, end));
      return;
    }
    const subject = normalised.kind === "event" ? normalised.event : normalised.insight;
    if (subject.time > this.#latest) {
      const detail = `eventTime is ${isoTime(subject.time)}, after the record was delivered`;
      this.broken("in-the-future", this.position(number), detail, bytes.subarray(start, end));
      return;
    }
    this.count.read++;
    if (this.#selects !== null && !this.#selects(subject)) {
      this.count.leftOut++;
      return;
    }
    this.count.stored++;
    if (normalised.kind === "event") this.event(normalised.event, { bytes, start, end, number });
    else {
      this.count.insights++;
      this.insight(normalised.insight, number);
    }
  }

  broken(reason: QuarantineReason, position: string, detail: string, sample: Buffer): void {
    this.count.read++;
    this.count.quarantined++;
    const text = sample.toString("utf8", 0, Math.min(sample.length, SAMPLE_BYTES));
    this.quarantine({ file: this.path, position, reason, detail: detail.slice(0, 500), sample: text });
  }

  foreign(reason: string): void {
    this.leftOutReason = reason;
  }

  leftOut(values: number): void {
    this.count.read += values;
    this.count.leftOut += values;
  }
}

export const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
