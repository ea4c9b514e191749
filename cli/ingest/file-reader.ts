import { createHash } from "node:crypto";
import { EventEncoder } from "#adapters/duckdb/batch/event-encoder.ts";
import type { PlacedInsight } from "#adapters/duckdb/write-events.ts";
import { type Fingerprint, fingerprint } from "#adapters/files/fingerprint.ts";
import { RecordReader } from "#adapters/files/record-reader.ts";
import { viewOf } from "#adapters/files/span-table.ts";
import { type RecordSink, Splitter } from "#adapters/files/splitter.ts";
import { splitFile } from "#adapters/files/unpack.ts";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import type { Quarantined, QuarantineReason } from "#core/domain/ingest.ts";
import { DAY, type EpochMs, isoTime } from "#core/domain/time.ts";
import type { Quantity, UsageEvent } from "#core/domain/usage-event.ts";
import { canonicalJson, detailNeeds, normaliseRecord } from "#core/normalise/index.ts";
import type { PriceBook } from "#core/ports/price-book.ts";
import type { FileJob, Post, WorkerSettings } from "./protocol.ts";
import { selectionTest } from "./selection.ts";

const SAMPLE_BYTES = 64 * 1024;
/** How far clocks may be apart before a time in the future is no slip of theirs. */
const CLOCKS_APART = DAY;
/** Quarantined text that is held back before it is handed over. */
const HELD_BYTES = 1024 * 1024;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const needsOf = (source: unknown, name: unknown) =>
  detailNeeds(typeof source === "string" ? source : "", typeof name === "string" ? name : "");

/** Reads files one after the other: finds records, normalises, selects, prices and encodes them. Lives in a worker. */
export class FileReader {
  readonly #priceBook: PriceBook;
  readonly #selects: ReturnType<typeof selectionTest>;
  readonly #now: EpochMs;
  readonly #post: Post;
  readonly #records = new RecordReader();
  readonly #encoder = new EventEncoder();

  constructor(priceBook: PriceBook, settings: WorkerSettings, post: Post) {
    this.#priceBook = priceBook;
    this.#selects = selectionTest(settings.selection);
    this.#now = settings.now;
    this.#post = post;
  }

  /** Posts the parts of the file, and its outcome as the last. Never rejects for anything that a file can hold. */
  async read(job: FileJob): Promise<void> {
    const latest = (cloudtrailKey(job.path)?.deliveredAt ?? this.#now) + CLOCKS_APART;
    const pass = new Pass(job, latest, this.#records, this.#encoder, this.#priceBook, this.#selects, this.#post);
    let bytes = 0;
    try {
      bytes = await splitFile(job, new Splitter(this.#records, pass));
    } catch (error) {
      if (!isFileError(error)) throw error;
      pass.fail(error.message);
      return;
    }
    pass.finish(bytes);
  }
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

/** One file on its way through. */
class Pass implements RecordSink {
  readonly #job: FileJob;
  readonly #latest: EpochMs;
  readonly #reader: RecordReader;
  readonly #encoder: EventEncoder;
  readonly #priceBook: PriceBook;
  readonly #selects: ReturnType<typeof selectionTest>;
  readonly #post: Post;
  readonly #print: Fingerprint = { low: 0, high: 0 };
  #bytes: Buffer | null = null;
  #words: DataView = new DataView(new ArrayBuffer(0));
  #insights: PlacedInsight[] = [];
  #quarantined: Quarantined[] = [];
  #held = 0;
  #region = "";
  #count = { read: 0, stored: 0, quarantined: 0, leftOut: 0, insights: 0 };
  #leftOutReason: string | null = null;
  readonly #priceOf = (quantity: Quantity) => this.#priceBook.price(quantity, this.#region);

  constructor(
    job: FileJob,
    latest: EpochMs,
    reader: RecordReader,
    encoder: EventEncoder,
    priceBook: PriceBook,
    selects: ReturnType<typeof selectionTest>,
    post: Post,
  ) {
    this.#job = job;
    this.#latest = latest;
    this.#reader = reader;
    this.#encoder = encoder;
    this.#priceBook = priceBook;
    this.#selects = selects;
    this.#post = post;
  }

  record(bytes: Buffer, start: number, end: number, number: number): void {
    let record: unknown;
    try {
      record = this.#reader.read(bytes, start, end, needsOf);
    } catch (error) {
      this.broken("broken-json", `record ${number}`, (error as Error).message, bytes.subarray(start, end));
      return;
    }
    const normalised = normaliseRecord(record, sha256);
    if (normalised.kind === "rejected") {
      this.broken(normalised.reason, `record ${number}`, normalised.detail, bytes.subarray(start, end));
      return;
    }
    const subject = normalised.kind === "event" ? normalised.event : normalised.insight;
    if (subject.time > this.#latest) {
      const detail = `eventTime is ${isoTime(subject.time)}, after the record was delivered`;
      this.broken("in-the-future", `record ${number}`, detail, bytes.subarray(start, end));
      return;
    }
    this.#count.read++;
    if (this.#selects !== null && !this.#selects(subject)) {
      this.#count.leftOut++;
      return;
    }
    this.#count.stored++;
    if (normalised.kind === "event") this.#add(normalised.event, bytes, start, end, number);
    else {
      this.#count.insights++;
      this.#insights.push({ record: number, insight: normalised.insight });
    }
  }

  broken(reason: QuarantineReason, position: string, detail: string, sample: Buffer): void {
    this.#count.read++;
    this.#count.quarantined++;
    const text = sample.toString("utf8", 0, Math.min(sample.length, SAMPLE_BYTES));
    this.#quarantined.push({ file: this.#job.path, position, reason, detail: detail.slice(0, 500), sample: text });
    this.#held += text.length + 200;
    if (this.#held > HELD_BYTES) this.#hand();
  }

  foreign(reason: string): void {
    this.#leftOutReason = reason;
  }

  leftOut(values: number): void {
    this.#count.read += values;
    this.#count.leftOut += values;
  }

  finish(bytes: number): void {
    this.#hand();
    const { job, canonical } = this.#job;
    const outcome = { ...this.#count, bytes, leftOutReason: this.#leftOutReason, canonical, failed: false };
    this.#post({ type: "done", job, outcome }, []);
  }

  /** Hands over what the encoder holds, though it is void: its dictionaries must stay those that the writer knows. */
  fail(message: string): void {
    this.#hand();
    this.#post({ type: "failed", job: this.#job.job, message }, []);
  }

  #add(event: UsageEvent, bytes: Buffer, start: number, end: number, number: number): void {
    const print = this.#print;
    if (this.#job.canonical) {
      const canonical = Buffer.from(canonicalJson(JSON.parse(bytes.toString("utf8", start, end))));
      fingerprint(viewOf(canonical), 0, canonical.length, print);
    } else {
      if (bytes !== this.#bytes) {
        this.#bytes = bytes;
        this.#words = viewOf(bytes);
      }
      fingerprint(this.#words, start, end, print);
    }
    this.#region = event.region;
    const place = { record: number, fingerprintLow: print.low, fingerprintHigh: print.high };
    this.#encoder.add(event, this.#priceBook.estimate(event), place, this.#priceOf);
    if (this.#encoder.full) this.#hand();
  }

  #hand(): void {
    const { job } = this.#job;
    const taken = this.#encoder.empty ? null : this.#encoder.take();
    if (taken === null && this.#insights.length === 0 && this.#quarantined.length === 0) return;
    const insights = this.#insights;
    const quarantined = this.#quarantined;
    this.#insights = [];
    this.#quarantined = [];
    this.#held = 0;
    this.#post({ type: "part", job, batch: taken?.batch ?? null, insights, quarantined }, taken?.transfer ?? []);
  }
}
