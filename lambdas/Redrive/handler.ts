import type { z } from "zod";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { AuditLog } from "#core/ports/audit-log.ts";
import type { Invocation } from "../shared/invocation.ts";
import type { Observing } from "../shared/observing.ts";
import { eventSchema } from "./event.ts";
import type { Piece, RedriveSource } from "./source.ts";

export type RedriveRequest = z.output<typeof eventSchema>;

export interface RedriveParts {
  /** Throws TrailwatchError where there is no such source. */
  readonly sourceOf: (request: RedriveRequest) => RedriveSource;
  /** Rejects where the function did not work it off. */
  readonly invoke: (payload: unknown) => Promise<unknown>;
  readonly audit: AuditLog;
  readonly now: () => EpochMs;
}

/** What was given again, and where the next call goes on. */
export interface Redriven {
  /** Pieces: batches, or parts of a time range. */
  readonly redriven: number;
  readonly failed: number;
  /** Not that function's, or not to be had any more. */
  readonly passedOver: number;
  /** Sums of what the function answered, where it did. */
  readonly records: number;
  readonly created: number;
  readonly duplicates: number;
  readonly reasons: readonly string[];
  /** To be given with the next call; `null`: nothing is left. */
  readonly next: string | null;
}

/** As long as one call of the function may take, so that none is begun that cannot be waited for. */
const RESERVE_MS = 330_000;
/** Failures in a row after which it is not a piece that is at fault. */
const MOST_IN_A_ROW = 3;
const REASONS = 5;

/**
 * Gives events to the function that takes them in, one piece after the other, and waits for each: the cluster is never
 * given more than it takes. What is there already is found to be there, so that nothing is counted twice.
 */
export class Redrive {
  readonly #parts: RedriveParts;

  constructor(parts: RedriveParts) {
    this.#parts = parts;
  }

  async handle(event: unknown, invocation: Invocation, observing: Observing): Promise<Redriven> {
    const request = eventSchema.parse(event);
    const { sourceOf, invoke } = this.#parts;
    const run = new Run(invoke, observing, request.next ?? null);
    try {
      await run.through(sourceOf(request), invocation);
    } catch (error) {
      // What was given again until then is on record too, and a record that fails does not hide why the call did.
      await this.#keep(request, { ...run.done(), error: String(error) }).catch((other: unknown) =>
        observing.error("the record of what was given again was not kept", other),
      );
      throw error;
    }
    const done = run.done();
    const { by, ...asked } = request;
    observing.info("given again", { by, ...asked, ...done });
    await this.#keep(request, done);
    return done;
  }

  #keep({ by, ...asked }: RedriveRequest, done: object): Promise<void> {
    const { audit, now } = this.#parts;
    return audit.add({ at: now(), action: "replay", by, details: { asked, done } });
  }
}

class Run {
  readonly #invoke: RedriveParts["invoke"];
  readonly #observing: Observing;
  readonly #done = { redriven: 0, failed: 0, passedOver: 0, records: 0, created: 0, duplicates: 0 };
  readonly #reasons: string[] = [];
  #inARow = 0;
  /** Where the next call goes on, if nothing more becomes of this one. */
  #next: string | null;

  constructor(invoke: RedriveParts["invoke"], observing: Observing, from: string | null) {
    this.#invoke = invoke;
    this.#observing = observing;
    this.#next = from;
  }

  done(): Redriven {
    return { ...this.#done, reasons: this.#reasons, next: this.#next };
  }

  async through(source: RedriveSource, invocation: Invocation): Promise<void> {
    do {
      const step = await source.step(this.#next);
      for (const [at, piece] of step.pieces.entries()) {
        await this.#give(piece);
        const isLast = at === step.pieces.length - 1;
        if (this.#inARow >= MOST_IN_A_ROW) return;
        if (!isLast && invocation.getRemainingTimeInMillis() < RESERVE_MS) return;
      }
      this.#next = step.next;
    } while (this.#next !== null && invocation.getRemainingTimeInMillis() >= RESERVE_MS);
  }

  async #give({ payload, unreadable, name, done }: Piece): Promise<void> {
    if (unreadable) return this.#failed(name, unreadable);
    try {
      if (payload === null) {
        this.#done.passedOver++;
        await done();
        return;
      }
      this.#count(await this.#invoke(payload));
      await done();
      this.#done.redriven++;
      this.#inARow = 0;
    } catch (error) {
      if (!(error instanceof TrailwatchError)) throw error;
      this.#inARow++;
      this.#failed(name, error);
    }
  }

  #failed(name: string, error: TrailwatchError): void {
    this.#done.failed++;
    if (this.#reasons.length < REASONS) this.#reasons.push(`${name}: ${error.message}`);
    this.#observing.error("not worked off", error, { piece: name });
  }

  /** What a replay answers; and a batch with parts that failed has failed. */
  #count(answer: unknown): void {
    if (typeof answer !== "object" || answer === null) return;
    const { batchItemFailures, records, created, duplicates } = answer as Readonly<Record<string, unknown>>;
    if (Array.isArray(batchItemFailures) && batchItemFailures.length > 0) {
      throw new TrailwatchError(
        "AWS_FAILED",
        `${batchItemFailures.length} parts of the batch were not stored`,
        "See the log of MultiAccountLogsFunction.",
      );
    }
    this.#done.records += Number(records ?? 0);
    this.#done.created += Number(created ?? 0);
    this.#done.duplicates += Number(duplicates ?? 0);
  }
}
