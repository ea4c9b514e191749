import type { Finding } from "../domain/finding.ts";
import type { EpochMs } from "../domain/time.ts";
import type { Fence } from "./leases.ts";

/**
 * What is judged as a whole: one signal of one entity, one value of one dimension in one account, one rule and principal.
 * All findings of a subject are replaced together.
 */
export interface SubjectFindings {
  /**
   * Any text of up to 8,000 characters, names from logs in it: adapters shorten it to a key by a hash, and give it back
   * whole.
   */
  readonly subject: string;
  /** By start, then id; perhaps none any more. */
  readonly findings: readonly Finding[];
  /** What the judge of the subject wants to know next time. */
  readonly memo: string | null;
}

export interface KeptFindings extends SubjectFindings {
  /** When the set was last replaced, by the clock of the run that did. */
  readonly changedAt: EpochMs;
}

/** Findings of a running deployment, by subject. A subject has one writer: whoever holds the lease of its kind. */
export interface FindingStore {
  /** In the order of the subjects, as last replaced; `null` where nothing is kept. */
  get(subjects: readonly string[]): Promise<readonly (KeptFindings | null)[]>;
  /**
   * Puts each set in the place of the one that was kept; to replace a set by itself changes nothing but its time. Readers
   * see a subject's old set or its new one, never a part of either; subjects are written one after the other in the order
   * given, so that a run that dies leaves the first ones replaced. An empty set stays readable as such, for those who have
   * to learn that its findings are gone.
   *
   * Rejects with TrailwatchError `LEASE_LOST` where a subject was replaced under a later token of the same lease: it and
   * those after it are not replaced.
   */
  replace(sets: readonly SubjectFindings[], at: EpochMs, fence: Fence): Promise<void>;
  /** Sets with a finding whose window ends at or after the time, in any order. */
  endingSince(time: EpochMs): AsyncIterable<KeptFindings>;
  /** Sets that were replaced at or after the time, empty ones too, in any order. */
  changedSince(time: EpochMs): AsyncIterable<KeptFindings>;
}
