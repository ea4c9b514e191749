import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { asking } from "../asking/search.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import type { BulkOptions } from "./bulk.ts";
import { repriceFreed, repriceFreedAfter } from "./settle-freed.ts";
import { type RiskyAction, recountCopiesOf, recountShared } from "./settle-shared.ts";
import { changeEvents, refreshed, type SettledPage } from "./stored-events.ts";

export interface SettleOptions extends BulkOptions {
  readonly riskyAction: RiskyAction;
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
  await refreshed(connection, names);
  const recount = () => recountShared(asked, window, options.riskyAction);
  const reprice = () => repriceFreed(asked, window);
  const recounted = await untilSettled(connection, names, recount, options);
  const repriced = await untilSettled(connection, names, reprice, options);
  return {
    recounted: recounted.changed.length,
    repriced: repriced.changed.length,
    changed: spanOf([...recounted.changed, ...repriced.changed]),
  };
}

/**
 * Settles those of the window's events, and all that they bear on: other copies of their actions, and what was freed,
 * perhaps later, of what they made, but for those of these events that lie behind the window: their turn comes. They must
 * have been refreshed. Resolves with the times of all that may count or cost something else for them, whether this run had
 * to change it or one before that did not come to its end. Rejects as {@link settleEvents} does.
 */
export async function settleArrived(
  connection: OpenSearchConnection,
  names: IndexNames,
  events: Dsl,
  window: TimeWindow,
  options: SettleOptions,
): Promise<readonly EpochMs[]> {
  const asked = asking(connection, names.events);
  const recount = () => recountCopiesOf(asked, events, window, options.riskyAction);
  const reprice = () => repriceFreedAfter(asked, events, window);
  const recounted = await untilSettled(connection, names, recount, options);
  const repriced = await untilSettled(connection, names, reprice, options);
  return [...recounted.looked, ...repriced.looked];
}

function spanOf(times: readonly EpochMs[]): TimeWindow | null {
  let [start, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    start = Math.min(start, time);
    last = Math.max(last, time);
  }
  return times.length === 0 ? null : { start, end: last + 1 };
}

interface Settled {
  /** Times of the events that were changed. */
  readonly changed: readonly EpochMs[];
  readonly looked: ReadonlySet<EpochMs>;
}

async function untilSettled(
  connection: OpenSearchConnection,
  names: IndexNames,
  look: () => AsyncGenerator<SettledPage>,
  options: BulkOptions,
): Promise<Settled> {
  const changed: EpochMs[] = [];
  const looked = new Set<EpochMs>();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let asked = 0;
    let overtakenOnce = 0;
    for await (const { times, changes } of look()) {
      for (const time of times) looked.add(time);
      if (changes.length === 0) continue;
      asked += changes.length;
      const { made, overtaken } = await changeEvents(connection, changes, options);
      for (const { time } of made) changed.push(time);
      overtakenOnce += overtaken;
    }
    if (asked > 0) await refreshed(connection, names);
    if (overtakenOnce === 0) return { changed, looked };
  }
  throw new TrailwatchError(
    "OPENSEARCH_BUSY",
    `events in ${names.events} are being changed by somebody else`,
    "Let one process at a time settle events, then settle these again.",
  );
}
