import type { AnswerCache } from "#core/ports/answer-cache.ts";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Snapshot, SnapshotStore } from "#core/ports/snapshot-store.ts";

/** Blobs in memory. Passes the same contract as the real ones. */
export class MemoryBlobs implements BlobStore {
  readonly kept = new Map<string, Uint8Array>();

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.kept.set(name, bytes.slice());
  }

  async get(name: string): Promise<Uint8Array | null> {
    return this.kept.get(name)?.slice() ?? null;
  }

  async remove(name: string): Promise<void> {
    this.kept.delete(name);
  }
}

/** Snapshots in memory. Passes the same contract as the real ones. */
export class MemorySnapshots implements SnapshotStore {
  readonly #latest = new Map<string, string>();

  async write(name: string, snapshot: Snapshot): Promise<void> {
    const latest = await this.latest(name);
    if (latest === null || latest.takenAt <= snapshot.takenAt) this.#latest.set(name, JSON.stringify(snapshot));
  }

  async latest(name: string): Promise<Snapshot | null> {
    return JSON.parse(this.#latest.get(name) ?? "null");
  }
}

/** Answers in memory. Passes the same contract as the real ones. */
export class MemoryAnswers implements AnswerCache {
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly json: string; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(key: string): Promise<unknown> {
    const kept = this.#kept.get(key);
    return kept && kept.until > this.#clock.now() ? JSON.parse(kept.json) : null;
  }

  async write(key: string, value: unknown, until: number): Promise<void> {
    this.#kept.set(key, { json: JSON.stringify(value), until });
  }
}
