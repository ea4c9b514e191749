import { Worker } from "node:worker_threads";
import { TrailwatchError } from "#core/domain/errors.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { FileReader } from "./file-reader.ts";
import type { FileAnswer, FileJob, Ready, WorkerSettings } from "./protocol.ts";

/** Reads files somewhere, and answers through `onAnswer`; `worker` names the dictionaries of a batch. */
export interface ReadingPool {
  /** How many files it can use at once. */
  readonly width: number;
  send(job: FileJob): void;
  close(): Promise<void>;
}

type OnAnswer = (worker: number, answer: FileAnswer) => void;
/** Reading cannot go on at all. */
type OnFailure = (error: TrailwatchError) => void;

const NO_THREADS = "Install trailwatch again: a part of it cannot be loaded.";

/** `workers` threads, or this one when there are none. */
export function openPool(
  workers: number,
  settings: WorkerSettings,
  onAnswer: OnAnswer,
  onFailure: OnFailure,
): ReadingPool {
  return workers === 0 ? new InlinePool(settings, onAnswer) : new ThreadPool(workers, settings, onAnswer, onFailure);
}

/** For surroundings without threads: the same code, one file after the other. */
class InlinePool implements ReadingPool {
  readonly width = 1;
  readonly #settings: WorkerSettings;
  readonly #onAnswer: OnAnswer;
  #reader: FileReader;
  #worker = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(settings: WorkerSettings, onAnswer: OnAnswer) {
    this.#settings = settings;
    this.#onAnswer = onAnswer;
    this.#reader = this.#newReader();
  }

  send(job: FileJob): void {
    this.#last = this.#last
      .then(() => this.#reader.read(job))
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        this.#onAnswer(this.#worker, { type: "failed", job: job.job, message });
        // What the failed file left in it must not come out with the next.
        this.#worker++;
        this.#reader = this.#newReader();
      });
  }

  async close(): Promise<void> {
    await this.#last;
  }

  #newReader(): FileReader {
    const worker = this.#worker;
    return new FileReader(createPriceBook(), this.#settings, (answer) => this.#onAnswer(worker, answer));
  }
}

/**
 * Short-lived objects are most of what a thread makes; more room for them would only be more memory in use. What lives
 * longer takes a tenth of its bound, which is there because the collector waits longer the more there may be.
 */
const RESOURCES = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 } as const;

interface Thread {
  readonly number: number;
  readonly worker: Worker;
  /** In the order in which it takes them. */
  readonly jobs: Map<number, FileJob>;
}

class ThreadPool implements ReadingPool {
  readonly width: number;
  readonly #settings: WorkerSettings;
  readonly #onAnswer: OnAnswer;
  readonly #onFailure: OnFailure;
  readonly #threads: Thread[] = [];
  #started = 0;
  #closed = false;

  constructor(workers: number, settings: WorkerSettings, onAnswer: OnAnswer, onFailure: OnFailure) {
    this.width = workers;
    this.#settings = settings;
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
    for (let i = 0; i < workers; i++) this.#start();
  }

  send(job: FileJob): void {
    const idlest = this.#threads.reduce((best, thread) => (thread.jobs.size < best.jobs.size ? thread : best));
    idlest.jobs.set(job.job, job);
    idlest.worker.postMessage(job);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(): void {
    const worker = new Worker(workerUrl(), { workerData: this.#settings, resourceLimits: RESOURCES, execArgv: [] });
    const thread: Thread = { number: this.#started++, worker, jobs: new Map() };
    this.#threads.push(thread);
    let reason = "the reading thread ended";
    let started = false;
    worker.on("message", (answer: FileAnswer | Ready) => {
      started = true;
      if (answer.type === "ready") return;
      if (answer.type !== "part") thread.jobs.delete(answer.job);
      this.#onAnswer(thread.number, answer);
    });
    worker.on("error", (error) => {
      reason = error.message;
    });
    worker.on("exit", () => {
      if (this.#closed) return;
      if (started) this.#replace(thread, reason);
      else this.#onFailure(new TrailwatchError("INTERNAL", `a reading thread does not start: ${reason}`, NO_THREADS));
    });
  }

  /** A thread that died (out of memory, for one) costs the file it was at; what waited behind it is given to others. */
  #replace(thread: Thread, reason: string): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    this.#start();
    const [culprit, ...waiting] = thread.jobs.values();
    for (const job of waiting) this.send(job);
    if (culprit) this.#onAnswer(thread.number, { type: "failed", job: culprit.job, message: reason });
  }
}

/** Beside this module: TypeScript in the source tree, the bundle's own entry once built. */
function workerUrl(): URL {
  const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./ingest-worker.js";
  return new URL(file, import.meta.url);
}
