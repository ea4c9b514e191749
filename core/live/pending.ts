import type { EpochMs } from "../domain/time.ts";
import type { Pending } from "./checkpoint.ts";
import { accountOf } from "./subjects.ts";

/** Subjects that are to be examined, each once. */
export class PendingList {
  readonly #bySubject: Map<string, Pending>;
  #mustBeKept = false;

  constructor(list: readonly Pending[]) {
    this.#bySubject = new Map(list.map((pending) => [pending.subject, pending]));
  }

  /** Whether something was added that nothing but this list would tell again. */
  get mustBeKept(): boolean {
    return this.#mustBeKept;
  }

  kept(): void {
    this.#mustBeKept = false;
  }

  /** Of two about one subject the one that is due first, from the earlier time on. */
  add(pending: Pending): void {
    const before = this.#bySubject.get(pending.subject);
    const from = Math.min(pending.from, before?.from ?? pending.from);
    const now = pending.notBefore === null ? pending : (before ?? pending);
    this.set({ ...now, from });
  }

  /** In the place of what there was about the subject. */
  set(pending: Pending): void {
    this.#bySubject.set(pending.subject, pending);
    // An entity whose open buckets were examined is met again as they close.
    const closes = pending.notBefore !== null && "through" in pending.notBefore;
    if (!closes) this.#mustBeKept = true;
  }

  get(subject: string): Pending | null {
    return this.#bySubject.get(subject) ?? null;
  }

  remove(subject: string): void {
    this.#bySubject.delete(subject);
  }

  /** @param through how far an account's models have come */
  due(now: EpochMs, through: (account: string) => EpochMs): readonly Pending[] {
    return this.list().filter(({ subject, notBefore }) => {
      if (notBefore === null) return true;
      if ("time" in notBefore) return notBefore.time <= now;
      return through(accountOf(subject)) >= notBefore.through;
    });
  }

  /** What happened before is nobody's concern any more. */
  forget(before: EpochMs): void {
    for (const { subject, from } of this.list()) if (from < before) this.remove(subject);
  }

  /** Sorted by subject. */
  list(): readonly Pending[] {
    return [...this.#bySubject.values()].sort((a, b) => (a.subject < b.subject ? -1 : 1));
  }
}
