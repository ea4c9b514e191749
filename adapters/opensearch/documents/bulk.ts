import { TrailwatchError } from "#core/domain/errors.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { Refusal } from "../errors.ts";
import { BulkLines, linesOf, type WrittenItem } from "./bulk-lines.ts";
import { type BulkItem, type ItemAnswer, sendBulk } from "./bulk-request.ts";

export interface BulkOptions {
  /** Bytes of a request, 5 MiB unless told, at most 10: what small nodes take. A larger document goes alone. */
  readonly batchBytes?: number;
  /** Requests on their way at the same time. */
  readonly concurrency?: number;
  /** How often what was too much is sent again before it is given up. */
  readonly retries?: number;
  /** How long a node waits for a shard that is not there before that counts as a try; less than it is waited for. */
  readonly shardTimeoutMs?: number;
  /** For tests: waiting, and where in a pause it ends (0 to 1). */
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly random?: () => number;
}

/** What became of one document: what was too much has been sent again until it was taken. */
export interface Outcome<T> {
  readonly of: T;
  /** Its source can be read until the document is settled. */
  readonly item: BulkItem;
  readonly answer: Extract<ItemAnswer, { kind: "written" | "conflict" | "refused" }>;
  /** Refused because it alone is larger than the node takes. */
  readonly tooLarge: boolean;
}

/** Writing ended early: the code is that of the cause. What was taken before and is not in `unwritten` is settled. */
export class UnwrittenError<T> extends TrailwatchError {
  /** What was read from the source and is not known to be written; what comes after it was not read. */
  readonly unwritten: readonly T[];

  constructor(cause: TrailwatchError, unwritten: readonly T[]) {
    super(cause.code, cause.message, cause.nextStep, { cause });
    this.unwritten = unwritten;
  }
}

const MIB = 1024 * 1024;
const MOST_BYTES = 10 * MIB;
const DEFAULTS = { batchBytes: 5 * MIB, concurrency: 2, retries: 7, shardTimeoutMs: 20_000 };
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

interface Entry<T> {
  readonly of: T;
  readonly item: WrittenItem;
}

/**
 * Writes documents in requests of some size, a few at a time, and reads the source no faster than the cluster takes
 * them. `settle` is told what became of the documents of each request; when it rejects, those of them that were not
 * written count as unwritten.
 *
 * Rejects with {@link UnwrittenError} when the cluster cannot be reached, takes no writes, lacks a permission or an
 * index, or remains busy. Writing the same again is harmless as far as the items' actions make it so.
 */
export async function bulkWrite<T>(
  connection: OpenSearchConnection,
  source: Iterable<T> | AsyncIterable<T>,
  itemOf: (of: T) => BulkItem,
  settle: (outcomes: readonly Outcome<T>[]) => Promise<void> | void,
  options: BulkOptions = {},
): Promise<void> {
  const writing = new Writing(connection, settle, options);
  let batch = new Batch<T>();
  /** Where there is something to wait for before the next is taken. */
  const take = (of: T): Promise<void> | null => {
    const full = batch.add(of, itemOf(of), writing.batchBytes);
    if (full === null) return null;
    const sending = writing.start(batch);
    batch = full;
    return sending;
  };
  try {
    if (Symbol.iterator in source) {
      // To wait for each would take longer than to write it down.
      for (const of of source) {
        const sending = take(of);
        if (sending !== null) await sending;
        if (writing.failed) break;
      }
    } else {
      for await (const of of source) {
        await take(of);
        if (writing.failed) break;
      }
    }
    if (batch.entries.length > 0) await writing.start(batch);
    else batch.release();
  } finally {
    await writing.ended();
  }
  writing.complain();
}

/** Documents of one request. */
class Batch<T> {
  readonly entries: Entry<T>[] = [];
  readonly #lines = new BulkLines();
  #bytes = 0;

  /** Answers the next batch, with this document in it, where this one has no room for it. */
  add(of: T, document: BulkItem, mostBytes: number): Batch<T> | null {
    const item = this.#lines.add(document);
    if (this.entries.length > 0 && this.#bytes + item.bytes > mostBytes) {
      const next = new Batch<T>();
      next.#push(of, next.#lines.move(item));
      return next;
    }
    this.#push(of, item);
    return null;
  }

  /** None of its documents is of interest any more. */
  release(): void {
    this.#lines.release();
  }

  #push(of: T, item: WrittenItem): void {
    this.entries.push({ of, item });
    this.#bytes += item.bytes;
  }
}

class Writing<T> {
  readonly #connection: OpenSearchConnection;
  readonly #settle: (outcomes: readonly Outcome<T>[]) => Promise<void> | void;
  readonly #concurrency: number;
  readonly #retries: number;
  readonly #shardTimeoutMs: number;
  readonly #pause: (milliseconds: number) => Promise<void>;
  readonly #random: () => number;
  readonly #under = new Set<Promise<void>>();
  readonly #unwritten: T[] = [];
  #error: TrailwatchError | null = null;
  /** Becomes less when the node finds it too much. */
  batchBytes: number;

  constructor(
    connection: OpenSearchConnection,
    settle: (outcomes: readonly Outcome<T>[]) => Promise<void> | void,
    options: BulkOptions,
  ) {
    this.#connection = connection;
    this.#settle = settle;
    this.batchBytes = Math.min(options.batchBytes ?? DEFAULTS.batchBytes, MOST_BYTES);
    this.#concurrency = options.concurrency ?? DEFAULTS.concurrency;
    this.#retries = options.retries ?? DEFAULTS.retries;
    this.#shardTimeoutMs = options.shardTimeoutMs ?? DEFAULTS.shardTimeoutMs;
    this.#pause = options.pause ?? ((milliseconds) => new Promise((done) => setTimeout(done, milliseconds)));
    this.#random = options.random ?? Math.random;
  }

  get failed(): boolean {
    return this.#error !== null;
  }

  /** Resolves when the next batch may be put together. */
  async start(batch: Batch<T>): Promise<void> {
    const sending: Promise<void> = this.#deliver(batch.entries).then(() => {
      this.#under.delete(sending);
      // Of a request that failed, something may still be on its way.
      if (!this.failed) batch.release();
    });
    this.#under.add(sending);
    if (this.#under.size >= this.#concurrency) await Promise.race(this.#under);
  }

  async ended(): Promise<void> {
    await Promise.all(this.#under);
  }

  complain(): void {
    if (this.#error !== null) throw new UnwrittenError(this.#error, this.#unwritten);
  }

  /** Never rejects: what could not be written is noted. */
  async #deliver(batch: readonly Entry<T>[]): Promise<void> {
    let left = batch;
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt > 0) await this.#pause(this.#pauseBefore(attempt));
      if (this.#error !== null) {
        this.#fail(this.#error, left);
        return;
      }
      const tried = await this.#attempt(left);
      if (tried.error !== null && (tried.final || attempt >= this.#retries)) {
        this.#fail(tried.error, tried.left);
        return;
      }
      left = tried.left;
    }
  }

  /** One request, and what of it is to be sent again. */
  async #attempt(batch: readonly Entry<T>[]): Promise<Tried<T>> {
    try {
      const items = batch.map(({ item }) => item);
      const answer = await sendBulk(this.#connection, items, linesOf(items), this.#shardTimeoutMs);
      if (answer.kind === "busy") return { left: batch, error: answer.error, final: false };
      if (answer.kind === "unfit") return await this.#divide(batch, answer.refusal, answer.tooLarge);
      return await this.#settleItems(batch, answer.items);
    } catch (error) {
      return { left: batch, error: asTrailwatchError(error), final: true };
    }
  }

  /** The half with the document that is at fault gets smaller each time, until it is alone. */
  async #divide(batch: readonly Entry<T>[], refusal: Refusal, tooLarge: boolean): Promise<Tried<T>> {
    const [only] = batch;
    if (only && batch.length === 1) {
      return this.#settled([{ ...only, answer: { kind: "refused", refusal }, tooLarge }], DONE);
    }
    const middle = batch.length >> 1;
    const halves = [batch.slice(0, middle), batch.slice(middle)];
    if (tooLarge) this.batchBytes = Math.max(1, Math.min(this.batchBytes, sizeOf(batch) >> 1));
    for (const half of halves) await this.#deliver(half);
    return DONE;
  }

  async #settleItems(batch: readonly Entry<T>[], answers: readonly ItemAnswer[]): Promise<Tried<T>> {
    const outcomes: Outcome<T>[] = [];
    const busy: Entry<T>[] = [];
    const stopped: Entry<T>[] = [];
    let busyError: TrailwatchError | null = null;
    let stoppedError: TrailwatchError | null = null;
    for (const [at, entry] of batch.entries()) {
      const answer = answers[at] as ItemAnswer;
      if (answer.kind === "busy") {
        busy.push(entry);
        busyError = answer.error;
      } else if (answer.kind === "stopped") {
        stopped.push(entry);
        stoppedError = answer.error;
      } else outcomes.push({ of: entry.of, item: entry.item, answer, tooLarge: false });
    }
    const tried: Tried<T> =
      stoppedError === null
        ? { left: busy, error: busyError, final: false }
        : { left: [...stopped, ...busy], error: stoppedError, final: true };
    return this.#settled(outcomes, tried);
  }

  async #settled(outcomes: readonly Outcome<T>[], tried: Tried<T>): Promise<Tried<T>> {
    if (outcomes.length === 0) return tried;
    try {
      await this.#settle(outcomes);
    } catch (error) {
      const unsettled = outcomes.filter(({ answer }) => answer.kind !== "written");
      this.#fail(asTrailwatchError(error), unsettled);
    }
    return tried;
  }

  #fail(error: TrailwatchError, left: readonly { readonly of: T }[]): void {
    this.#error ??= error;
    this.#unwritten.push(...left.map(({ of }) => of));
  }

  /** Twice as long each time, and anywhere in the upper half of it, so that writers that met do not meet again. */
  #pauseBefore(attempt: number): number {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
    return Math.round(longest * (0.5 + this.#random() / 2));
  }
}

interface Tried<T> {
  readonly left: readonly Entry<T>[];
  readonly error: TrailwatchError | null;
  /** To send `left` again is of no use now. */
  readonly final: boolean;
}

const DONE = { left: [], error: null, final: false } as const;

const sizeOf = <T>(batch: readonly Entry<T>[]): number => batch.reduce((sum, { item }) => sum + item.bytes, 0);

const asTrailwatchError = (error: unknown): TrailwatchError =>
  error instanceof TrailwatchError
    ? error
    : new TrailwatchError("INTERNAL", error instanceof Error ? error.message : String(error), "This is a defect.", {
        cause: error,
      });
