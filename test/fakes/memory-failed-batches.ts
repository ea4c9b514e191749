import { TrailwatchError } from "#core/domain/errors.ts";
import type { FailedBatch, FailedBatches, FailedSelection, KeptBatch } from "#core/ports/failed-batches.ts";

/** Failed batches in memory. Passes the same contract as the real ones. */
export class MemoryFailedBatches implements FailedBatches {
  readonly #kept = new Map<string, string>();

  async keep(batch: FailedBatch): Promise<string> {
    const id = `${batch.source}/${new Date(batch.failedAt).toISOString()}-${batch.requestId}`;
    this.#kept.set(id, JSON.stringify(batch));
    return id;
  }

  async *list({ source, from, to }: FailedSelection = {}): AsyncGenerator<KeptBatch> {
    for (const [id, json] of [...this.#kept].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const batch = JSON.parse(json) as FailedBatch;
      if (source !== undefined && batch.source !== source) continue;
      if (from !== undefined && batch.failedAt < from) continue;
      if (to !== undefined && batch.failedAt >= to) continue;
      yield { id, source: batch.source, failedAt: batch.failedAt };
    }
  }

  async read(id: string): Promise<FailedBatch> {
    const json = this.#kept.get(id);
    if (json === undefined) throw new TrailwatchError("AWS_NOT_FOUND", `no batch ${id}`, "List what there is.");
    return JSON.parse(json);
  }

  async remove(id: string): Promise<void> {
    this.#kept.delete(id);
  }
}
