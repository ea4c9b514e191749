import { alike } from "../domain/alike.ts";
import type { EpochMs } from "../domain/time.ts";
import type { FindingStore, KeptFindings, SubjectFindings } from "../ports/finding-store.ts";
import type { Fence } from "../ports/leases.ts";
import type { FindingCache } from "./finding-cache.ts";

/** Writes sets of findings that differ from what is kept, so that a run that is repeated writes nothing. */
export class SetWriter {
  readonly #store: FindingStore;
  readonly #cache: FindingCache;
  readonly #at: EpochMs;
  readonly #fence: Fence;
  #written = 0;

  constructor(store: FindingStore, cache: FindingCache, at: EpochMs, fence: Fence) {
    this.#store = store;
    this.#cache = cache;
    this.#at = at;
    this.#fence = fence;
  }

  /** Sets that were replaced by others. */
  get written(): number {
    return this.#written;
  }

  /** What is kept of each subject, however old; `null` where nothing is. */
  async before(subjects: readonly string[]): Promise<ReadonlyMap<string, KeptFindings | null>> {
    const unknown = subjects.filter((subject) => this.#cache.get(subject) === null);
    const kept = unknown.length === 0 ? [] : await this.#store.get(unknown);
    const found = new Map(unknown.map((subject, at) => [subject, kept[at] ?? null]));
    return new Map(subjects.map((subject) => [subject, this.#cache.get(subject) ?? found.get(subject) ?? null]));
  }

  async replace(sets: readonly SubjectFindings[]): Promise<void> {
    const before = await this.before(sets.map(({ subject }) => subject));
    const changed = sets.filter((set) => isOther(set, before.get(set.subject) ?? null));
    if (changed.length === 0) return;
    await this.#store.replace(changed, this.#at, this.#fence);
    for (const set of changed) this.#cache.replaced(set, this.#at);
    this.#written += changed.length;
  }
}

function isOther(set: SubjectFindings, before: SubjectFindings | null): boolean {
  if (!before) return set.findings.length > 0 || set.memo !== null;
  return set.memo !== before.memo || !alike(set.findings, before.findings);
}
