import type { QueuedBatch } from "#adapters/sqs/failure-queue.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { EventSource } from "#core/ports/event-source.ts";
import type { FailedBatches } from "#core/ports/failed-batches.ts";
import { isArrival, type Piece, type RedriveSource, type SourceStep } from "./source.ts";

const nothing = async (): Promise<void> => {};

/** What waits in queues. What could not be worked off shows up in them again by itself. */
export class QueueSource implements RedriveSource {
  readonly #queues: readonly { receive(): Promise<readonly QueuedBatch[]> }[];

  constructor(queues: readonly { receive(): Promise<readonly QueuedBatch[]> }[]) {
    this.#queues = queues;
  }

  async step(next: string | null): Promise<SourceStep> {
    const at = Number(next ?? 0);
    const queue = this.#queues[at];
    if (!queue) return { pieces: [], next: null };
    const batches = await queue.receive();
    const pieces = batches.map(({ payload, reason, done }): Piece => {
      // Of what is not in the message nothing can be given again: it stays, for somebody to look at.
      if (payload === null) return { payload, name: reason, done: nothing };
      return { payload: isArrival(payload) ? payload : null, name: reason, done };
    });
    if (batches.length > 0) return { pieces, next: String(at) };
    return { pieces: [], next: at + 1 < this.#queues.length ? String(at + 1) : null };
  }
}

type Steps = AsyncGenerator<SourceStep, undefined>;

/** Steps through a listing, which goes on where it was, so that each thing is listed once. */
class Listing {
  readonly #behind: (last: string | null) => Steps;
  /** Steps that are left, and where the last one said to go on. */
  #going: { readonly steps: Steps; readonly next: string } | null = null;

  /** @param behind lists anew what lies behind the last one; it ends with a step without `next` */
  constructor(behind: (last: string | null) => Steps) {
    this.#behind = behind;
  }

  /** From the beginning only behind what it did not say last. */
  async step(next: string | null): Promise<SourceStep> {
    const steps = this.#going !== null && this.#going.next === next ? this.#going.steps : this.#behind(next);
    this.#going = null;
    const { value } = await steps.next();
    const step = value ?? { pieces: [], next: null };
    if (step.next !== null) this.#going = { steps, next: step.next };
    return step;
  }
}

const BATCHES_A_STEP = 10;

/** What lies in the bucket of what failed; what has been worked off goes from there. */
export class BucketSource implements RedriveSource {
  readonly #failed: FailedBatches;
  readonly #window: { readonly from?: EpochMs; readonly to?: EpochMs };
  readonly #listing = new Listing((last) => this.#steps(last));

  constructor(failed: FailedBatches, window: { readonly from?: EpochMs; readonly to?: EpochMs }) {
    this.#failed = failed;
    this.#window = window;
  }

  step(next: string | null): Promise<SourceStep> {
    return this.#listing.step(next);
  }

  async *#steps(after: string | null): Steps {
    let pieces: Piece[] = [];
    let last = after;
    for await (const { id, source } of this.#failed.list(this.#window)) {
      const place = `${source}\n${id}`;
      if (after !== null && place <= after) continue;
      if (pieces.length === BATCHES_A_STEP) {
        yield { pieces, next: last };
        pieces = [];
      }
      pieces.push(await this.#piece(id));
      last = place;
    }
    yield { pieces, next: null };
  }

  async #piece(id: string): Promise<Piece> {
    try {
      const { payload } = await this.#failed.read(id);
      const done = () => this.#failed.remove(id);
      return isArrival(payload) ? { payload, name: id, done } : { payload: null, name: id, done: nothing };
    } catch (error) {
      if (!(error instanceof TrailwatchError) || error.code !== "INPUT_UNREADABLE") throw error;
      return { payload: null, unreadable: error, name: id, done: nothing };
    }
  }
}

const FILES_A_STEP = 20;
const URI = /^s3:\/\/([^/]+)\/(.+)$/;

/** Files of the trail. */
export class TrailFiles implements RedriveSource {
  readonly #files: EventSource;
  readonly #window: TimeWindow;
  readonly #listing = new Listing((last) => this.#steps(last));

  constructor(files: EventSource, window: TimeWindow) {
    this.#files = files;
    this.#window = window;
  }

  step(next: string | null): Promise<SourceStep> {
    return this.#listing.step(next);
  }

  async *#steps(after: string | null): Steps {
    let objects: { bucket: string; key: string }[] = [];
    let last = after;
    const { start: from, end: to } = this.#window;
    for await (const { path } of this.#files.files({ from, to })) {
      const [, bucket, key] = URI.exec(path) ?? [];
      if ((after !== null && path <= after) || bucket === undefined || key === undefined) continue;
      if (objects.length === FILES_A_STEP) {
        yield { pieces: [pieceOf({ objects }, last)], next: last };
        objects = [];
      }
      objects.push({ bucket, key });
      last = path;
    }
    yield { pieces: objects.length === 0 ? [] : [pieceOf({ objects }, last)], next: null };
  }
}

/** Of a call: Lambda takes six megabytes. */
const MOST_CHARACTERS = 1_500_000;

export interface LogPages {
  read(next: string | null): Promise<{ readonly messages: readonly string[]; readonly next: string | null }>;
}

/** Records of the trail's log group. */
export class TrailLogs implements RedriveSource {
  readonly #pages: LogPages;

  constructor(pages: LogPages) {
    this.#pages = pages;
  }

  async step(next: string | null): Promise<SourceStep> {
    const page = await this.#pages.read(next);
    const pieces: Piece[] = [];
    let records: string[] = [];
    let characters = 0;
    for (const message of page.messages) {
      if (records.length > 0 && characters + message.length > MOST_CHARACTERS) {
        pieces.push(pieceOf({ records }, "a part of the log group"));
        records = [];
        characters = 0;
      }
      records.push(message);
      characters += message.length;
    }
    if (records.length > 0) pieces.push(pieceOf({ records }, "a part of the log group"));
    return { pieces, next: page.next };
  }
}

const pieceOf = (replay: object, name: string | null): Piece => ({
  payload: { replay },
  name: name ?? "",
  done: nothing,
});
