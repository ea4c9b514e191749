import type { InsightRecord } from "#core/domain/insight.ts";
import type { TimeWindow } from "#core/domain/time.ts";
import type { InsightLog } from "#core/ports/insight-log.ts";

/** CloudTrail's Insights of one process. */
export class MemoryInsightLog implements InsightLog {
  readonly #kept = new Map<string, InsightRecord>();

  async keep(records: readonly InsightRecord[]): Promise<void> {
    for (const record of records) {
      const key = `${record.account} ${record.id}`;
      if (!this.#kept.has(key)) this.#kept.set(key, record);
    }
  }

  async records({ start, end }: TimeWindow): Promise<readonly InsightRecord[]> {
    return [...this.#kept.values()]
      .filter(({ time }) => time >= start && time < end)
      .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  }
}
