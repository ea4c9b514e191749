import type { SignalEntity } from "#core/domain/finding.ts";
import type { TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { ActiveEntity, DenseRollup, RollupStore } from "#core/ports/rollup-store.ts";
import { compareSeries } from "#core/signals/order.ts";

const keyOf = ({ signal, entity, bucket }: RollupRow): string =>
  JSON.stringify([signal, entity.account, entity.region, entity.principal, entity.resource, bucket]);

/** Dense roll-ups in memory, for tests of what stands on the port. Passes the same contract as the real ones. */
export class MemoryRollupStore implements RollupStore {
  readonly #rows = new Map<string, DenseRollup>();

  async write(rows: Iterable<DenseRollup> | AsyncIterable<DenseRollup>): Promise<void> {
    for await (const row of rows) this.#rows.set(keyOf(row), row);
  }

  async remove(rows: Iterable<RollupRow> | AsyncIterable<RollupRow>): Promise<void> {
    for await (const row of rows) this.#rows.delete(keyOf(row));
  }

  async *read(
    window: TimeWindow,
    signals: readonly string[],
    of: Partial<SignalEntity> = {},
  ): AsyncGenerator<RollupRow> {
    const asked = Object.entries(of) as [keyof SignalEntity, string | null][];
    for (const { signal, entity, bucket, value } of this.#within(window, signals)) {
      if (asked.every(([member, wanted]) => entity[member] === wanted)) yield { signal, entity, bucket, value };
    }
  }

  async *active(window: TimeWindow, signals: readonly string[]): AsyncGenerator<ActiveEntity> {
    let current: ActiveEntity | null = null;
    for (const { signal, entity, bucket, value } of this.#within(window, signals)) {
      if (value === 0) continue;
      if (current && compareSeries(current, { signal, entity }) !== 0) yield current;
      current = { signal, entity, lastBucket: bucket };
    }
    if (current) yield current;
  }

  /** All there is, with what detectors group by. */
  rows(): readonly DenseRollup[] {
    return this.#within({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }, null);
  }

  #within({ start, end }: TimeWindow, signals: readonly string[] | null): readonly DenseRollup[] {
    return [...this.#rows.values()]
      .filter(({ signal, bucket }) => bucket >= start && bucket < end && (signals?.includes(signal) ?? true))
      .sort((a, b) => compareSeries(a, b) || a.bucket - b.bucket);
  }
}
