import type { EpochMs } from "../domain/time.ts";

/** A change that we made ourselves, to be accounted for. */
export interface AuditRecord {
  readonly at: EpochMs;
  /** `configure`, `provision`, `replay`. */
  readonly action: string;
  /** Who asked for it, as far as that is known: an ARN, `cloudformation`. */
  readonly by: string;
  /** What was to be done, and what became of it. JSON-safe, without secrets. */
  readonly details: object;
}

/** A record of our own changes: added to, never changed. */
export interface AuditLog {
  /** Resolves when the record is kept. */
  add(record: AuditRecord): Promise<void>;
}
