import { TrailwatchError } from "#core/domain/errors.ts";
import { type EpochMs, isoTime, type TimeWindow } from "#core/domain/time.ts";
import { asking } from "../asking/search.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import type { BulkOptions } from "./bulk.ts";
import { repriceFreed } from "./settle-freed.ts";
import { recountShared } from "./settle-shared.ts";
import { changeEvents, type EventChange, refreshed } from "./stored-events.ts";

export interface SettleOptions extends BulkOptions {
  /** As for the `firsts` that events were written with. */
  readonly riskyAction: (service: string, action: string) => boolean;
}

export interface SettleResult {
  /** Copies of shared actions that count now and did not, or the other way round. */
  readonly recounted: number;
  /** Events that free or start resources and have another price now. */
  readonly repriced: number;
  /** From the first to the last event that changed: what was rolled up of it must be again. */
  readonly changed: TimeWindow | null;
}

/** How often events that others change at the same time are looked at again. */
const ATTEMPTS = 3;

/**
 * Makes the events of the window answer as if every action had been logged once: a copy of an action in another account
 * is not counted, and what was freed is priced from its making. May run again at any time, and then changes only what
 * came since. Rejects with `OPENSEARCH_BUSY` where somebody else keeps changing the same events.
 */
export async function settleEvents(
  connection: OpenSearchConnection,
  names: IndexNames,
  window: TimeWindow,
  options: SettleOptions,
): Promise<SettleResult> {
  const asked = asking(connection, names.events);
  const recount = () => recountShared(asked, window, options.riskyAction);
  const reprice = () => repriceFreed(asked, window);
  const recounted = await untilSettled(connection, names, window, recount, options);
  const repriced = await untilSettled(connection, names, window, reprice, options);
  return {
    recounted: recounted.length,
    repriced: repriced.length,
    changed: spanOf([...recounted, ...repriced]),
  };
}

function spanOf(times: readonly EpochMs[]): TimeWindow | null {
  let [start, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    start = Math.min(start, time);
    last = Math.max(last, time);
  }
  return times.length === 0 ? null : { start, end: last + 1 };
}

/** Times of the events that were changed. */
async function untilSettled(
  connection: OpenSearchConnection,
  names: IndexNames,
  window: TimeWindow,
  look: () => AsyncGenerator<readonly EventChange[]>,
  options: BulkOptions,
): Promise<readonly EpochMs[]> {
  const times: EpochMs[] = [];
  await refreshed(connection, names);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let overtakenOnce = 0;
    for await (const changes of look()) {
      const { made, overtaken } = await changeEvents(connection, changes, options);
      for (const { time } of made) times.push(time);
      overtakenOnce += overtaken;
    }
    await refreshed(connection, names);
    if (overtakenOnce === 0) return times;
  }
  throw new TrailwatchError(
    "OPENSEARCH_BUSY",
    `events from ${isoTime(window.start)} to ${isoTime(window.end)} are being changed by somebody else`,
    "Let one process at a time settle events, then settle these again.",
  );
}
