import { compareText } from "#core/domain/ordering.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FirstUse, FirstUses } from "#core/ports/first-uses.ts";

interface Kept {
  readonly use: FirstUse;
  readonly writtenAt: EpochMs;
}

/** First uses of one process. */
export class MemoryFirstUses implements FirstUses {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async keep(uses: readonly FirstUse[]): Promise<readonly FirstUse[]> {
    for (const use of uses) {
      const before = this.#kept.get(keyOf(use))?.use;
      if (before && order(before, use) <= 0) continue;
      this.#kept.set(keyOf(use), { use, writtenAt: this.#clock.now() });
    }
    return uses.map((use) => (this.#kept.get(keyOf(use)) as Kept).use);
  }

  async *read(writtenSince = Number.NEGATIVE_INFINITY): AsyncGenerator<FirstUse> {
    for (const { use, writtenAt } of [...this.#kept.values()]) if (writtenAt >= writtenSince) yield use;
  }
}

const keyOf = ({ account, dimension, value }: FirstUse): string => JSON.stringify([account, dimension, value]);

const order = (a: FirstUse, b: FirstUse): number =>
  a.firstTime - b.firstTime || compareText(a.firstEventId, b.firstEventId);
