import type { SignalEntity } from "#core/domain/finding.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { ActiveEntity, DenseRollup, RollupStore } from "#core/ports/rollup-store.ts";
import { compareSeries } from "#core/signals/order.ts";

const keyOf = ({ signal, entity }: RollupRow): string =>
  JSON.stringify([signal, entity.account, entity.region, entity.principal, entity.resource]);

/** Roll-ups of one process, for as long as it lives. */
export class MemoryRollupStore implements RollupStore {
  /** Rows of a series, by bucket. */
  readonly #series = new Map<string, DenseRollup[]>();
  /** The same, in the order of the port. */
  #sorted: (readonly DenseRollup[])[] | null = null;

  async write(rows: Iterable<DenseRollup> | AsyncIterable<DenseRollup>): Promise<void> {
    for await (const row of rows) {
      const series = this.#series.get(keyOf(row)) ?? this.#begin(row);
      const at = positionOf(series, row.bucket);
      series.splice(at, series[at]?.bucket === row.bucket ? 1 : 0, row);
    }
  }

  async remove(rows: Iterable<RollupRow> | AsyncIterable<RollupRow>): Promise<void> {
    for await (const row of rows) {
      const series = this.#series.get(keyOf(row)) ?? [];
      const at = positionOf(series, row.bucket);
      if (series[at]?.bucket === row.bucket) series.splice(at, 1);
    }
  }

  async *read(window: TimeWindow, signals: readonly string[]): AsyncGenerator<RollupRow> {
    for (const rows of this.#within(window, signals)) {
      for (const { signal, entity, bucket, value } of rows) yield { signal, entity, bucket, value };
    }
  }

  async *counts(
    window: TimeWindow,
    signals: readonly string[],
    of: Partial<SignalEntity> = {},
  ): AsyncGenerator<RollupRow> {
    const asked = Object.entries(of) as [keyof SignalEntity, string | null][];
    for (const rows of this.#within(window, signals)) {
      if (!asked.every(([member, wanted]) => rows[0]?.entity[member] === wanted)) continue;
      for (const { signal, entity, bucket, value } of rows) if (value > 0) yield { signal, entity, bucket, value };
    }
  }

  async *active(window: TimeWindow, signals: readonly string[]): AsyncGenerator<ActiveEntity> {
    for (const rows of this.#within(window, signals)) {
      const last = rows.findLast(({ value }) => value > 0);
      if (last) yield { signal: last.signal, entity: last.entity, lastBucket: last.bucket };
    }
  }

  /** All there is, with what detectors group by. */
  rows(): readonly DenseRollup[] {
    return [...this.#within({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }, null)].flat();
  }

  #begin(row: DenseRollup): DenseRollup[] {
    const series: DenseRollup[] = [];
    this.#series.set(keyOf(row), series);
    this.#sorted = null;
    return series;
  }

  *#within({ start, end }: TimeWindow, signals: readonly string[] | null): Generator<readonly DenseRollup[]> {
    this.#sorted ??= [...this.#series]
      .map(([key, rows]) => ({ series: seriesOf(key), rows }))
      .sort((a, b) => compareSeries(a.series, b.series))
      .map(({ rows }) => rows);
    for (const rows of this.#sorted) {
      if (signals && rows[0] && !signals.includes(rows[0].signal)) continue;
      const some = rows.slice(positionOf(rows, start), positionOf(rows, end));
      if (some.length > 0) yield some;
    }
  }
}

function seriesOf(key: string): { readonly signal: string; readonly entity: SignalEntity } {
  const [signal, account, region, principal, resource] = JSON.parse(key);
  return { signal, entity: { account, region, principal, resource } };
}

/** Position of the first row at or after a bucket. */
function positionOf(rows: readonly DenseRollup[], bucket: EpochMs): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as DenseRollup).bucket < bucket) low = middle + 1;
    else high = middle;
  }
  return low;
}
