import { compareText } from "../domain/ordering.ts";
import { type EpochMs, MINUTE } from "../domain/time.ts";
import type { FirstUse, FirstUses } from "../ports/first-uses.ts";

/** Clocks of writers may be apart, and what was written may be seen a little later. */
const OVERLAP = 10 * MINUTE;

/** First uses of all accounts, held from run to run where the process lives on: some tens of megabytes for a large organization. */
export class HeldFirstUses {
  readonly #kept: FirstUses;
  readonly #uses = new Map<string, FirstUse>();
  #readAt: EpochMs | null = null;
  #version = 0;

  constructor(kept: FirstUses) {
    this.#kept = kept;
  }

  /** Another whenever anything was learnt. */
  get version(): number {
    return this.#version;
  }

  /** Learns what others kept. */
  async sync(now: EpochMs): Promise<void> {
    const since = this.#readAt === null ? undefined : this.#readAt - OVERLAP;
    for await (const use of this.#kept.read(since)) this.#learn(use);
    this.#readAt = now;
  }

  /** Keeps those that are the first of their value by all that is known. */
  async keep(uses: AsyncIterable<FirstUse>): Promise<void> {
    const news: FirstUse[] = [];
    for await (const use of uses) if (this.#isNews(use)) news.push(use);
    if (news.length > 0) for (const use of await this.#kept.keep(news)) this.#learn(use);
  }

  /** In any order. */
  all(): readonly FirstUse[] {
    return [...this.#uses.values()];
  }

  #learn(use: FirstUse): void {
    if (!this.#isNews(use)) return;
    this.#uses.set(keyOf(use), use);
    this.#version += 1;
  }

  #isNews(use: FirstUse): boolean {
    const before = this.#uses.get(keyOf(use));
    return !before || order(use, before) < 0;
  }
}

const keyOf = ({ account, dimension, value }: FirstUse): string => JSON.stringify([account, dimension, value]);

const order = (a: FirstUse, b: FirstUse): number =>
  a.firstTime - b.firstTime || compareText(a.firstEventId, b.firstEventId);
