import type { EpochMs } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";

/** A clock that a test sets. */
export class TestClock implements Clock {
  time: EpochMs;

  constructor(time: EpochMs = Date.UTC(2026, 10, 3, 2)) {
    this.time = time;
  }

  now(): EpochMs {
    return this.time;
  }
}
