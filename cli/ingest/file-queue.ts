import type { EventWriter, FileOutcome, LedgerFile } from "#adapters/duckdb/write-events.ts";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { ReadSelection, SourceFile } from "#core/ports/event-source.ts";
import type { FileAnswer } from "./protocol.ts";
import { selectionKey } from "./selection.ts";
import { openPool, type ReadingPool } from "./worker-pool.ts";

/** Files a worker may have before it, so that it never waits for the next. */
const FILES_AHEAD = 8;
/** Files that are fetched at once from elsewhere: a small object of S3 is nearly all waiting. */
const FETCHED_AHEAD = 24;

interface Waiting {
  readonly file: SourceFile;
  readonly answers: { readonly worker: number; readonly answer: FileAnswer }[];
}

/**
 * Files on their way: read by several threads at once, written in the order in which they were added, so that the same
 * input gives the same store. How far reading runs ahead of writing is bounded.
 */
export class FileQueue {
  readonly #writer: EventWriter;
  readonly #pool: ReadingPool;
  readonly #window: number;
  readonly #waiting = new Map<number, Waiting>();
  #added = 0;
  #writing = 0;
  #current: number | null = null;
  #turn: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  #wake: () => void = () => {};
  #progress = { files: 0, bytes: 0, records: 0, quarantined: 0 };
  #skipped = 0;
  /** Files that were skipped, and must not be when one is replaced that held the same events. */
  #skippedCopies: SourceFile[] = [];
  readonly #selection: string;

  constructor(writer: EventWriter, workers: number, selection: ReadSelection) {
    this.#writer = writer;
    this.#selection = selectionKey(selection);
    this.#pool = openPool(
      workers,
      { selection, now: Date.now() },
      (worker, answer) => this.#receive(worker, answer),
      (error) => {
        this.#failure ??= error;
        this.#wake();
      },
    );
    this.#window = this.#pool.width * FILES_AHEAD;
  }

  get progress(): {
    readonly files: number;
    readonly bytes: number;
    readonly records: number;
    readonly quarantined: number;
  } {
    return this.#progress;
  }

  get skippedFiles(): number {
    return this.#skipped;
  }

  /** Resolves when there is room for the next. */
  async add(file: SourceFile): Promise<void> {
    const ledger = this.#ledgerFile(file);
    if (this.#writer.has(ledger)) {
      if (this.#writer.hasCopies(ledger)) this.#skippedCopies.push(file);
      this.#skipped++;
      this.#progress.bytes += file.size;
      return;
    }
    if (this.#writer.replaces(ledger)) this.#writer.doubtCopies();
    await this.#read(file);
  }

  async #read(file: SourceFile): Promise<void> {
    const job = this.#added++;
    this.#waiting.set(job, { file, answers: [] });
    if (file.localPath === null) void this.#fetch(job, file);
    else this.#send(job, file, null);
    const ahead = file.localPath === null ? Math.max(FETCHED_AHEAD, this.#window) : this.#window;
    while (this.#waiting.size >= ahead) await this.#change();
  }

  /** Resolves when everything is written and committed, or as soon as `signal` is aborted. */
  async drain(signal: AbortSignal | undefined, onChange: () => void): Promise<void> {
    for (const file of this.#skippedCopies) {
      if (signal?.aborted) break;
      if (this.#writer.has(this.#ledgerFile(file))) continue;
      this.#skipped--;
      this.#progress.bytes -= file.size;
      await this.#read(file);
      onChange();
    }
    while (this.#waiting.size > 0 && !signal?.aborted) {
      await this.#change();
      onChange();
    }
    await this.#turn;
    this.#throwFailure();
    if (signal?.aborted) return;
    await this.#writer.commit().catch((error: unknown) => {
      this.#failure = error;
    });
    this.#throwFailure();
  }

  /** Ends the threads, and commits the files that are whole. */
  async close(): Promise<void> {
    await this.#pool.close();
    this.#waiting.clear();
    await this.#turn.catch(() => {});
    // After a failure to write, the transaction is void: the writer gives it up when it is closed.
    if (this.#failure !== null) return;
    if (this.#current !== null) await this.#writer.abandonFile(this.#current);
    this.#current = null;
    await this.#writer.commit();
  }

  async #fetch(job: number, file: SourceFile): Promise<void> {
    try {
      this.#send(job, file, await file.open());
    } catch (error) {
      if (error instanceof TrailwatchError && error.code === "INPUT_UNREADABLE") {
        this.#receive(0, { type: "failed", job, message: error.message });
        return;
      }
      this.#failure ??= error;
      this.#wake();
    }
  }

  #send(job: number, { path, size, localPath, reopenable }: SourceFile, bytes: Uint8Array | null): void {
    this.#pool.send({ job, path, size, localPath, bytes, canonical: !reopenable });
  }

  #receive(worker: number, answer: FileAnswer): void {
    this.#waiting.get(answer.job)?.answers.push({ worker, answer });
    this.#turn = this.#turn
      .then(() => this.#write())
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .then(() => this.#wake());
  }

  /** Writes what has come of the file whose turn it is, and of those that follow it. */
  async #write(): Promise<void> {
    for (let job = this.#writing; this.#failure === null; job = this.#writing) {
      const next = this.#waiting.get(job);
      if (next === undefined) return;
      const { file, answers } = next;
      for (let entry = answers.shift(); entry; entry = answers.shift())
        await this.#apply(file, entry.worker, entry.answer);
      if (this.#writing === job) return;
    }
  }

  async #apply(file: SourceFile, worker: number, answer: FileAnswer): Promise<void> {
    const ledger = this.#ledgerFile(file);
    const untouched = this.#current === null;
    this.#current ??= await this.#writer.startFile(ledger);
    const id = this.#current;
    if (answer.type === "part") {
      if (answer.batch) this.#writer.append(worker, id, answer.batch);
      await this.#writer.addInsights(id, answer.insights);
      await this.#writer.addQuarantined(id, answer.quarantined);
      this.#progress.records += answer.batch?.events.rows ?? 0;
      this.#progress.quarantined += answer.quarantined.length;
      return;
    }
    let outcome: FileOutcome;
    if (answer.type === "done") outcome = answer.outcome;
    else {
      if (!untouched) {
        await this.#writer.abandonFile(id);
        this.#current = await this.#writer.startFile(ledger);
      }
      const entry = {
        file: file.path,
        position: "file",
        reason: "unreadable-file",
        detail: answer.message,
        sample: "",
      } as const;
      await this.#writer.addQuarantined(this.#current, [entry]);
      this.#progress.quarantined++;
      outcome = FAILED;
    }
    await this.#writer.finishFile(this.#current, ledger, outcome);
    this.#current = null;
    this.#waiting.delete(this.#writing++);
    this.#progress.files++;
    this.#progress.bytes += file.size;
  }

  #ledgerFile({ path, size, tag }: SourceFile): LedgerFile {
    return { path, size, tag, deliveredAt: cloudtrailKey(path)?.deliveredAt ?? null, selection: this.#selection };
  }

  async #change(): Promise<void> {
    // What failed while nobody waited will wake nobody again.
    this.#throwFailure();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

const FAILED: FileOutcome = {
  read: 1,
  stored: 0,
  quarantined: 1,
  leftOut: 0,
  insights: 0,
  bytes: 0,
  leftOutReason: null,
  canonical: false,
  failed: true,
};
