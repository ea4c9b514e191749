import type { EpochMs } from "#core/domain/time.ts";
import type { FindingStore, KeptFindings, SubjectFindings } from "#core/ports/finding-store.ts";
import type { Fence } from "#core/ports/leases.ts";
import { requireFence } from "./fencing.ts";

/** Findings of one process. */
export class MemoryFindingStore implements FindingStore {
  readonly #kept = new Map<string, { readonly set: KeptFindings; readonly fence: Fence }>();

  async get(subjects: readonly string[]): Promise<readonly (KeptFindings | null)[]> {
    return subjects.map((subject) => this.#kept.get(subject)?.set ?? null);
  }

  async replace(sets: readonly SubjectFindings[], at: EpochMs, { name, token }: Fence): Promise<void> {
    for (const { subject, findings, memo } of sets) {
      requireFence(this.#kept.get(subject)?.fence, { name, token }, `the findings of ${subject}`);
      const set = { subject, findings, memo, changedAt: at };
      this.#kept.set(subject, { set, fence: { name, token } });
    }
  }

  async *endingSince(time: EpochMs): AsyncGenerator<KeptFindings> {
    for (const { set } of [...this.#kept.values()]) {
      if (set.findings.some(({ window }) => window.end >= time)) yield set;
    }
  }

  async *changedSince(time: EpochMs): AsyncGenerator<KeptFindings> {
    for (const { set } of [...this.#kept.values()]) if (set.changedAt >= time) yield set;
  }

  /** Every set there is, by subject. */
  all(): readonly SubjectFindings[] {
    return [...this.#kept.values()]
      .map(({ set: { subject, findings, memo } }) => ({ subject, findings, memo }))
      .sort((a, b) => (a.subject < b.subject ? -1 : 1));
  }
}
