import type { EpochMs } from "../domain/time.ts";

/** States of something that is slow or dear to read, taken from time to time and kept as JSON. */
export interface SnapshotStore {
  /** Kept under its time; the newest by {@link Snapshot.takenAt} is the latest, whichever was written last. */
  write(name: string, snapshot: Snapshot): Promise<void>;
  /** `null` where none was ever taken. */
  latest(name: string): Promise<Snapshot | null>;
}

export interface Snapshot {
  readonly takenAt: EpochMs;
  /** Anything that JSON can say. */
  readonly content: unknown;
}
