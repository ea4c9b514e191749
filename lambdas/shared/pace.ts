import { setTimeout as wait } from "node:timers/promises";
import type { Answer, OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";

const BULK = "/_bulk";
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface Timing {
  readonly now: () => EpochMs;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** Where in a pause it ends, 0 to 1. */
  readonly random: () => number;
}

const REAL: Timing = { now: Date.now, pause: wait, random: Math.random };

/**
 * A cluster that is asked less the less it takes. After every bulk request that it found too much, the next one waits
 * twice as long, up to half a minute, whichever invocation sends it; so however many batches wait outside, one process
 * sends one request at a time, and to a cluster in trouble two a minute. When the time of an invocation is over sooner
 * than the pause, nothing is sent: the batch is handed back, to come again.
 */
export class Pace {
  readonly #connection: OpenSearchConnection;
  readonly #timing: Timing;
  #pauseMs = 0;
  #notBefore: EpochMs = 0;
  #until: EpochMs = Number.POSITIVE_INFINITY;

  constructor(connection: OpenSearchConnection, timing: Timing = REAL) {
    this.#connection = connection;
    this.#timing = timing;
  }

  /** @param until no request is begun after it */
  during(until: EpochMs): OpenSearchConnection {
    this.#until = until;
    return {
      url: this.#connection.url,
      send: (method, path, request) =>
        path === BULK
          ? this.#paced(() => this.#connection.send(method, path, request))
          : this.#connection.send(method, path, request),
      close: () => this.#connection.close(),
    };
  }

  async #paced(send: () => Promise<Answer>): Promise<Answer> {
    await this.#wait();
    try {
      const answer = await send();
      this.#learn(isTooMuch(answer));
      return answer;
    } catch (error) {
      this.#learn(true);
      // Whether it was taken is not known; that it is sent again later does no harm.
      if (isAway(error)) return { status: 503, body: { error: { type: error.code, reason: error.message } } };
      throw error;
    }
  }

  async #wait(): Promise<void> {
    const { now, pause } = this.#timing;
    if (this.#notBefore >= this.#until) throw busy();
    const milliseconds = this.#notBefore - now();
    if (milliseconds > 0) await pause(milliseconds);
    if (now() >= this.#until) throw busy();
  }

  /** With jitter, so that processes that met do not meet again. */
  #learn(tooMuch: boolean): void {
    this.#pauseMs = tooMuch ? Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2)) : 0;
    this.#notBefore = this.#timing.now() + this.#pauseMs * (0.5 + this.#timing.random() / 2);
  }
}

interface AnsweredItem {
  readonly status?: number;
}

/** The request as a whole, or documents in it. */
function isTooMuch({ status, body }: Answer): boolean {
  if (status === 429 || status >= 500) return true;
  if (body?.errors !== true) return false;
  const items: readonly Readonly<Record<string, AnsweredItem>>[] = body.items ?? [];
  return items.some((item) => Object.values(item).some(({ status: of = 503 }) => of === 429 || of >= 500));
}

const isAway = (error: unknown): error is TrailwatchError =>
  error instanceof TrailwatchError && (error.code === "OPENSEARCH_UNREACHABLE" || error.code === "OPENSEARCH_FAILED");

const busy = (): TrailwatchError =>
  new TrailwatchError(
    "OPENSEARCH_BUSY",
    "the cluster takes less than comes in, and the time of this invocation is over",
    "Nothing is lost: the batch comes again. When it lasts, look at the cluster's health, or give it more nodes.",
  );
