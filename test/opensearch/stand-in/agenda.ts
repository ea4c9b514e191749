import type { EpochMs } from "#core/domain/time.ts";

interface Entry {
  readonly at: EpochMs;
  readonly run: (at: EpochMs) => Promise<void> | void;
}

/**
 * The stand-in's time, and what is due in it. Nothing runs by a timer: what has fallen due runs before the next request
 * is answered, in order, so that a test sees the same each time.
 */
export class Agenda {
  readonly #clock: () => EpochMs;
  #ahead = 0;
  #entries: Entry[] = [];

  constructor(clock: () => EpochMs) {
    this.#clock = clock;
  }

  now(): EpochMs {
    return this.#clock() + this.#ahead;
  }

  /** Lets time pass at once. */
  advance(ms: number): void {
    this.#ahead += ms;
  }

  /** Returns what takes it off again. */
  plan(at: EpochMs, run: Entry["run"]): () => void {
    const entry = { at, run };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  async catchUp(): Promise<void> {
    for (;;) {
      const now = this.now();
      const due = this.#entries.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)[0];
      if (!due) return;
      this.#entries = this.#entries.filter((other) => other !== due);
      await due.run(due.at);
    }
  }
}
