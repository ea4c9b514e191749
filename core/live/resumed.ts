import { compareText } from "../domain/ordering.ts";
import type { EpochMs } from "../domain/time.ts";
import type { UsageEvent } from "../domain/usage-event.ts";

/** An event's place among all. */
export interface Moment {
  readonly time: EpochMs;
  readonly id: string;
}

/** The first event at or after a time. */
export const beginningOf = (time: EpochMs): Moment => ({ time, id: "" });

export const isBefore = (event: Pick<UsageEvent, "time" | "id">, { time, id }: Moment): boolean =>
  event.time < time || (event.time === time && compareText(event.id, id) < 0);
