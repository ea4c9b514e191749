import type { EpochMs } from "./time.ts";

/** A piece of input that could not become a UsageEvent: counted, kept, shown. */
export interface Quarantined {
  readonly file: string;
  /** Record number in the file (from 1), or byte offset where records cannot be told apart. */
  readonly position: string;
  readonly reason: QuarantineReason;
  /** What exactly: the parser's word, the field and its value, shortened. */
  readonly detail: string;
  /** The input itself, at most 64 kB of it. */
  readonly sample: string;
}

export type QuarantineReason =
  | "truncated-gzip"
  | "broken-json"
  | "not-a-record"
  | "missing-field"
  | "wrong-type"
  /** Its time is after it was delivered or read: a damaged record, which would stretch every timeline. */
  | "in-the-future"
  | "too-large"
  | "too-deep"
  | "unreadable-file"
  | "id-conflict"
  /** Of a day whose events are deleted by now. */
  | "older-than-retention"
  /** The store would not take it, and will not: its own words are the detail. */
  | "refused-by-store"
  /** Our own code failed on it: a defect, which costs no other record. */
  | "unprocessable";

/** `read` is always `stored + duplicates + quarantined + leftOut`, in records. */
export interface IngestSummary {
  readonly files: number;
  readonly filesSkipped: number;
  /** Digest files, and files that are not CloudTrail's (by reason). */
  readonly filesLeftOut: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly read: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly quarantined: Readonly<Partial<Record<QuarantineReason, number>>>;
  /** Records that a filter (--from, --account ...) left out, and digests or foreign values that stand among records. */
  readonly leftOut: number;
  readonly insights: number;
  readonly first: EpochMs | null;
  readonly last: EpochMs | null;
}
