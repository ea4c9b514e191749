import type { DetectionConfig } from "../detection/config.ts";
import { deliveryHealth } from "../detection/delivery-health.ts";
import type { AccountDelivery } from "../detection/delivery-watch.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, DAY, type EpochMs, MINUTE, type TimeWindow } from "../domain/time.ts";
import { shortHash } from "../incidents/identifier.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventStore, RollupRow } from "../ports/event-store.ts";
import type { DenseRollup, RollupStore } from "../ports/rollup-store.ts";
import { type Closings, closingsOf, windowsToCount } from "../roll-up/closing.ts";
import { ACTIVE_FOR, compareRollups } from "../roll-up/compare-rollups.ts";

export interface RollUpInput {
  /** Settled. */
  readonly events: EventStore;
  readonly rollups: RollupStore;
  readonly directory: AccountDirectory;
  /** All that is counted. */
  readonly signals: readonly Signal[];
  /** Ids of those whose zeros are written too: what detectors read. Of the others charts need no more than the counts. */
  readonly dense: readonly string[];
  readonly config: DetectionConfig;
  /** How far delivery has come: the clock of a running deployment; without it the end of the data, where that is all there is. */
  readonly now?: EpochMs;
  /** What the last run answered; `null` for the first. */
  readonly state: RollUpState | null;
  /** Times of events that came since the last run, of which those in closed buckets are late; any time in the bucket will do. */
  readonly arrived?: Iterable<EpochMs>;
  /** Where it is followed from run to run; else it is found out from all events. */
  readonly delivery?: ReadonlyMap<string, AccountDelivery>;
  /** Told what is about to be written. */
  readonly onChanges?: (rows: readonly RollupRow[]) => Promise<void>;
}

/** Where the next run goes on. JSON-safe; some tens of bytes an account. */
export interface RollUpState {
  readonly version: 1;
  /** Of the signals' definitions: with others everything is counted again. */
  readonly signals: string;
  readonly accounts: Closings;
}

export interface RollUpSummary {
  /** To be kept after the rows were written: a run that dies before is repeated, and writes only what is missing. */
  readonly state: RollUpState;
  /** What was counted again; `null` where no bucket closed and nothing came late. */
  readonly window: TimeWindow | null;
  readonly written: number;
  readonly removed: number;
}

/** Compared at a time: the store is asked once a piece, and no answer grows with the span. */
const PIECE = DAY;
/** Rows handed over at once. */
const ROWS = 5000;

/**
 * Brings the roll-ups up to date with the events: buckets that closed since the last run, buckets that events came
 * into late, zeros of entities active in the fourteen days before, nothing where delivery is not known to be healthy. The
 * rows are the same however the events came and however often it ran; what is there already is not written again.
 */
export async function rollUp(input: RollUpInput): Promise<RollUpSummary> {
  const { signals, dense, config, arrived = [] } = input;
  const definitions = definitionsOf(signals, dense);
  const before = input.state?.signals === definitions ? input.state.accounts : {};
  const accounts = input.delivery ?? (await deliveryOf(input));
  const closings = closingsOf(accounts, config.latenessMinutes * MINUTE, before);
  const { late, newest } = windowsToCount(accounts, before, closings, arrived);
  const done = { written: 0, removed: 0 };
  const counted: TimeWindow[] = [];
  /** Zeros of entities that have awoken are written up to here. */
  let zerosUntil = Number.NEGATIVE_INFINITY;
  const count = async (windows: Iterable<TimeWindow>): Promise<void> => {
    for (const window of windows) {
      const { written, removed, awakened } = await bringUpToDate(window, closings, input);
      done.written += written;
      done.removed += removed;
      counted.push(window);
      zerosUntil = Math.max(zerosUntil, Math.min(awakened, window.end + ACTIVE_FOR));
    }
  };
  const upTo = (): EpochMs => counted.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
  for (const window of [...late, ...(newest ? [newest] : [])].sort((a, b) => a.start - b.start)) {
    // Zeros follow a count for days, through what is counted again anyway or not.
    while (upTo() < Math.min(zerosUntil, window.start)) {
      await count(piecesOf({ start: upTo(), end: Math.min(zerosUntil, window.start) }));
    }
    await count(piecesOf({ start: Math.max(window.start, upTo()), end: window.end }));
  }
  while (upTo() < zerosUntil) await count(piecesOf({ start: upTo(), end: zerosUntil }));
  return {
    state: { version: 1, signals: definitions, accounts: closings },
    window:
      counted.length === 0
        ? null
        : { start: (counted[0] as TimeWindow).start, end: (counted.at(-1) as TimeWindow).end },
    ...done,
  };
}

/** Changes with what is counted: {@link RollUpState.signals}. */
export function definitionsOf(signals: readonly Signal[], dense: readonly string[]): string {
  const known = definitions.get(signals) ?? new Map<string, string>();
  definitions.set(signals, known);
  const names = JSON.stringify([...dense].sort());
  const hash = known.get(names) ?? shortHash(JSON.stringify(signals), names);
  known.set(names, hash);
  return hash;
}

/** Asked in every run of a process, of the same list. */
const definitions = new WeakMap<readonly Signal[], Map<string, string>>();

async function deliveryOf({
  events,
  config,
  directory,
  now = 0,
}: RollUpInput): Promise<ReadonlyMap<string, AccountDelivery>> {
  const span = await events.span();
  if (!span) return new Map();
  const whole = { start: span.start, end: Math.max(span.end, now) };
  return (await deliveryHealth(events.deliveries(BUCKET), whole, config, directory)).accounts;
}

function* piecesOf({ start, end }: TimeWindow): Generator<TimeWindow> {
  for (let from = start; from < end; from += PIECE) yield { start: from, end: Math.min(end, from + PIECE) };
}

/** Resolves with how far the accounts are closed whose entities have awoken, too. */
async function bringUpToDate(
  window: TimeWindow,
  closings: Closings,
  { events, rollups, directory, signals, dense, onChanges = async () => {} }: RollUpInput,
): Promise<{ readonly written: number; readonly removed: number; readonly awakened: EpochMs }> {
  const ids = signals.map(({ id }) => id);
  const streams = {
    counts: events.rollup(signals, BUCKET, window),
    active: rollups.active({ start: window.start - ACTIVE_FOR, end: window.start }, dense),
    kept: rollups.read(window, ids),
  };
  const batches: { write: DenseRollup[]; remove: RollupRow[] } = { write: [], remove: [] };
  const done = { written: 0, removed: 0, awakened: Number.NEGATIVE_INFINITY };
  const hand = async (): Promise<void> => {
    if (batches.write.length > 0) {
      await onChanges(batches.write);
      await rollups.write(batches.write);
    }
    if (batches.remove.length > 0) await rollups.remove(batches.remove);
    done.written += batches.write.length;
    done.removed += batches.remove.length;
    batches.write = [];
    batches.remove = [];
  };
  for await (const { kind, row, awakens } of compareRollups(streams, window, closings, new Set(dense))) {
    if (awakens) done.awakened = Math.max(done.awakened, closings[row.entity.account]?.closed ?? done.awakened);
    if (kind === "remove") batches.remove.push(row);
    else {
      const { type, ouPath } = directory.account(row.entity.account);
      batches.write.push({ ...row, accountType: type, ouPath });
    }
    if (batches.write.length + batches.remove.length >= ROWS) await hand();
  }
  await hand();
  return done;
}
