import { EventEncoder } from "#adapters/duckdb/batch/event-encoder.ts";
import type { PlacedInsight } from "#adapters/duckdb/write-events.ts";
import type { Fingerprint } from "#adapters/files/kernel/record-kernel.ts";
import { isFileError, type RecordBytes, RecordPass } from "#adapters/files/record-pass.ts";
import { RecordReader } from "#adapters/files/record-reader.ts";
import { Splitter } from "#adapters/files/splitter.ts";
import { splitFile } from "#adapters/files/unpack.ts";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Quantity, UsageEvent } from "#core/domain/usage-event.ts";
import { canonicalJson } from "#core/normalise/index.ts";
import type { PriceBook } from "#core/ports/price-book.ts";
import type { FileJob, Post, WorkerSettings } from "./protocol.ts";
import { selectionTest } from "./selection.ts";

/** Quarantined text that is held back before it is handed over. */
const HELD_BYTES = 1024 * 1024;

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
    const pass = new Pass(job, this.#now, this.#records, this.#encoder, this.#priceBook, this.#selects, this.#post);
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

/** A file's events as batches of columns. */
class Pass extends RecordPass {
  readonly #job: FileJob;
  readonly #reader: RecordReader;
  readonly #encoder: EventEncoder;
  readonly #priceBook: PriceBook;
  readonly #post: Post;
  readonly #print: Fingerprint = { low: 0, high: 0 };
  readonly #id = new Int32Array(4);
  readonly #requestId = new Int32Array(4);
  #insights: PlacedInsight[] = [];
  #quarantined: Quarantined[] = [];
  #held = 0;
  #region = "";
  readonly #priceOf = (quantity: Quantity) => this.#priceBook.price(quantity, this.#region);

  constructor(
    job: FileJob,
    now: EpochMs,
    reader: RecordReader,
    encoder: EventEncoder,
    priceBook: PriceBook,
    selects: ReturnType<typeof selectionTest>,
    post: Post,
  ) {
    super(job.path, now, reader, selects);
    this.#job = job;
    this.#reader = reader;
    this.#encoder = encoder;
    this.#priceBook = priceBook;
    this.#post = post;
  }

  protected override insight(insight: InsightRecord, number: number): void {
    this.#insights.push({ record: number, insight });
  }

  protected override quarantine(entry: Quarantined): void {
    this.#quarantined.push(entry);
    this.#held += entry.sample.length + 200;
    if (this.#held > HELD_BYTES) this.#hand();
  }

  finish(bytes: number): void {
    this.#hand();
    const { job, canonical } = this.#job;
    const outcome = { ...this.count, bytes, leftOutReason: this.leftOutReason, canonical, failed: false };
    this.#post({ type: "done", job, outcome }, []);
  }

  /** Hands over what the encoder holds, though it is void: its dictionaries must stay those that the writer knows. */
  fail(message: string): void {
    this.#hand();
    this.#post({ type: "failed", job: this.#job.job, message }, []);
  }

  protected override event(event: UsageEvent, { bytes, start, end, number }: RecordBytes): void {
    const print = this.#print;
    if (this.#job.canonical) {
      const canonical = Buffer.from(canonicalJson(JSON.parse(bytes.toString("utf8", start, end))));
      this.#reader.fingerprint(canonical, 0, canonical.length, print);
    } else {
      this.#reader.fingerprint(bytes, start, end, print);
    }
    this.#region = event.region;
    const place = {
      record: number,
      id: this.#reader.uuid("eventID", this.#id) ? this.#id : null,
      requestId: this.#reader.uuid("requestID", this.#requestId) ? this.#requestId : null,
      fingerprintLow: print.low,
      fingerprintHigh: print.high,
    };
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
