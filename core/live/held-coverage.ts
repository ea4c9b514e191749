import { type EpochMs, HOUR } from "../domain/time.ts";
import type { AccountCoverage, EventStore } from "../ports/event-store.ts";

/** What accounts log changes slowly; to find it out is a question about everything. */
const ASKED_EVERY = HOUR;

/** What each account logs, as it was not long ago; asked again as soon as an account is heard that is not in it. */
export class HeldCoverage {
  readonly #store: EventStore;
  #coverage: readonly AccountCoverage[] = [];
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(store: EventStore) {
    this.#store = store;
  }

  async of(heard: Iterable<{ readonly account: string }>, now: EpochMs): Promise<readonly AccountCoverage[]> {
    const known = new Set(this.#coverage.map(({ account }) => account));
    const isMissing = [...heard].some(({ account }) => !known.has(account));
    if (isMissing || now - this.#askedAt >= ASKED_EVERY) {
      this.#coverage = await this.#store.coverage();
      this.#askedAt = now;
    }
    return this.#coverage;
  }
}
