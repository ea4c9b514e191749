import { type EpochMs, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { DetectorResult } from "#core/ports/second-opinion.ts";

/** A result with when it was written: what a reader that goes on from where it stopped needs. */
export interface WrittenResult {
  readonly id: string;
  readonly writtenAt: EpochMs;
  /** That was judged; the result may tell of one before it. */
  readonly judged: TimeWindow;
  readonly result: DetectorResult;
}

/** What was found and written at or after a time, in the order of writing. */
type WrittenSince = (time: EpochMs) => AsyncIterable<WrittenResult>;

/** Results become visible out of order: several nodes write them, and each is refreshed for itself. */
const OVERLAP = 10 * MINUTE;

/**
 * The forest's results of the last days, for who asks for them again and again: what was read is held, and reading goes on
 * from the time of writing of the newest that was seen. Nothing is lost by a notification that never came, or that named one
 * entity of many; what comes twice is held once.
 */
export class HeldResults {
  readonly #held = new Map<string, WrittenResult>();
  #detectors = "";
  #from: EpochMs = Number.POSITIVE_INFINITY;
  #newest: EpochMs = 0;

  /** @param detectors whose results are read: of others nothing is held */
  async *in(
    window: TimeWindow,
    detectors: readonly string[],
    writtenSince: WrittenSince,
  ): AsyncGenerator<DetectorResult> {
    this.#begin(window.start, JSON.stringify(detectors));
    for await (const written of writtenSince(Math.max(0, this.#newest - OVERLAP))) {
      this.#held.set(written.id, written);
      this.#newest = Math.max(this.#newest, written.writtenAt);
    }
    for (const [id, { judged, result }] of this.#held) {
      if (judged.end <= window.start) this.#held.delete(id);
      else if (judged.start < window.end) yield result;
    }
  }

  #begin(from: EpochMs, detectors: string): void {
    if (detectors !== this.#detectors || from < this.#from) {
      this.#held.clear();
      // No window is judged before it has ended.
      this.#newest = from;
    }
    this.#detectors = detectors;
    this.#from = from;
  }
}
