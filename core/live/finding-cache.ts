import { alike } from "../domain/alike.ts";
import { type EpochMs, MINUTE } from "../domain/time.ts";
import type { FindingStore, KeptFindings, SubjectFindings } from "../ports/finding-store.ts";

/** Clocks of writers may be apart, and what was written may be seen a little later. */
const OVERLAP = 10 * MINUTE;

/**
 * The findings of the last days, held from run to run where the process lives on: read whole once, and after that only
 * what changed.
 */
export class FindingCache {
  readonly #store: FindingStore;
  readonly #sets = new Map<string, KeptFindings>();
  #since: EpochMs | null = null;
  #syncedAt = 0;
  #version = 0;

  constructor(store: FindingStore) {
    this.#store = store;
  }

  /** Another whenever a set became another; not when one was let go. */
  get version(): number {
    return this.#version;
  }

  /**
   * Brings it up to date.
   * @param since sets that ended before are let go
   */
  async sync(since: EpochMs, now: EpochMs): Promise<void> {
    const changes =
      this.#since === null || since < this.#since
        ? this.#store.endingSince(since)
        : this.#store.changedSince(this.#syncedAt - OVERLAP);
    for await (const set of changes) this.#take(set);
    this.#since = since;
    this.#syncedAt = now;
    for (const [subject, set] of this.#sets) if (!endsSince(set, since)) this.#sets.delete(subject);
  }

  /** Those that ended since the time of the last sync. */
  get sets(): Iterable<KeptFindings> {
    return this.#sets.values();
  }

  get(subject: string): KeptFindings | null {
    return this.#sets.get(subject) ?? null;
  }

  /** After a replacement by the holder of the cache itself. */
  replaced(set: SubjectFindings, changedAt: EpochMs): void {
    this.#take({ ...set, changedAt });
  }

  #take(set: KeptFindings): void {
    const before = this.#sets.get(set.subject);
    this.#sets.set(set.subject, set);
    if (!alike(before?.findings ?? [], set.findings)) this.#version += 1;
  }
}

const endsSince = ({ findings }: SubjectFindings, time: EpochMs): boolean =>
  findings.some(({ window }) => window.end >= time);
