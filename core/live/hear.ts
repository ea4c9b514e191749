import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { Arrived, Portion } from "../ports/arrivals.ts";
import type { DeliveryRow } from "../ports/event-store.ts";
import type { CatchUp } from "./checkpoint.ts";
import { type FollowedAccount, followDelivery } from "./follow-delivery.ts";
import { eventsOf } from "./pace.ts";
import { windowsAround } from "./time-windows.ts";
import type { WatchContext } from "./watch-context.ts";

/** Almost all events are delivered within so long; for those that are not all times are looked through now and then. */
const NEAR = 6 * HOUR;
const SWEEP_EVERY = HOUR;

/** What was written shortly before the last run may have been seen only after it. */
const OVERLAP = 2 * MINUTE;

/** An account with so much history that is new is caught up on in steps. */
const LONG = 2 * DAY;

/** What a step hears. */
export interface Heard {
  /** Beginnings of the buckets that events came into since the last run. */
  readonly arrived: readonly EpochMs[];
  readonly followed: readonly FollowedAccount[];
  /** See {@link HeardContext.reach}. */
  readonly reach: EpochMs;
  /** What is left for other steps; `null` where that is nothing. */
  readonly catchUp: CatchUp | null;
  readonly at: EpochMs;
  readonly sweptAt: EpochMs;
}

/** What came is to be gone through in steps, from its beginning. */
export interface Begun {
  /** Accounts with events of a time before their first one: what was learnt of them does not hold. */
  readonly anew: ReadonlySet<string>;
  readonly catchUp: CatchUp;
}

interface Question {
  readonly since: EpochMs;
  readonly window: TimeWindow;
  readonly portion: Portion;
  readonly sweptAt: EpochMs;
}

/** Asks what came since the last run, or for the next part of it, and how far every account has been heard by then. */
export async function hear(context: WatchContext): Promise<Heard | Begun> {
  const { before, now, knowledge } = context;
  const question = questionOf(context);
  const { buckets, until } = await answerTo(question, context);
  const isAll = until >= question.window.end;
  const rows = await deliveries(buckets, isAll ? Number.POSITIVE_INFINITY : until, context);
  const begun = begunBy(rows, buckets, question, isAll, context);
  if (begun) return begun;
  const reach = isAll ? now : until - 1;
  const closings = before.rollUp?.accounts ?? {};
  const followed = followDelivery(
    rows,
    before.accounts,
    closings,
    reach,
    knowledge.config.detection,
    knowledge.directory,
  );
  if (!isAll) {
    const catchUp = catchUpOf(question, until, context);
    return { arrived: buckets, followed, reach, catchUp, at: before.at, sweptAt: before.sweptAt };
  }
  const at = before.catchUp?.at ?? now;
  return { arrived: buckets, followed, reach, catchUp: null, at, sweptAt: question.sweptAt };
}

function questionOf(context: WatchContext): Question {
  const { before, now, steps } = context;
  const end = bucketStart(now) + DAY;
  const events = eventsOf(context);
  if (before.catchUp) {
    const { since, until, sweptAt } = before.catchUp;
    return { since, window: { start: until, end }, portion: { events, span: steps.span }, sweptAt };
  }
  const sweeps = now - before.sweptAt >= SWEEP_EVERY;
  const isFirst = before.at === 0;
  return {
    since: (sweeps ? before.sweptAt : before.at) - OVERLAP,
    window: { start: sweeps ? 0 : bucketStart(now - NEAR), end },
    portion: { events, span: isFirst ? steps.span : Number.POSITIVE_INFINITY },
    sweptAt: sweeps ? now : before.sweptAt,
  };
}

async function answerTo({ since, window, portion }: Question, { before, ports }: WatchContext): Promise<Arrived> {
  // Whoever has to wait for an examination is examined before time goes on.
  const waits = before.catchUp !== null && before.pending.some(({ notBefore }) => notBefore === null);
  return waits ? { buckets: [], until: window.start } : await ports.arrivals.arrived(since, window, portion);
}

const catchUpOf = (
  { since, sweptAt }: Pick<Question, "since" | "sweptAt">,
  until: EpochMs,
  context: WatchContext,
): CatchUp => {
  const { before, now, steps, failed } = context;
  const events = eventsOf(context);
  return {
    since,
    until,
    at: before.catchUp?.at ?? now,
    sweptAt,
    events: before.catchUp ? events : Math.min(events, steps.first),
    wary: failed > 0 || (before.catchUp?.wary ?? false),
  };
};

/** Whether what came is to be gone through from the beginning. */
function begunBy(
  rows: readonly DeliveryRow[],
  arrived: readonly EpochMs[],
  question: Question,
  isAll: boolean,
  context: WatchContext,
): Begun | null {
  const { accounts, catchUp } = context.before;
  const earlier = rows.filter(({ account, bucket }) => bucket < (accounts[account]?.delivery.since ?? 0));
  const start = Math.min(
    arrived[0] ?? question.window.start,
    catchUp?.until ?? Number.POSITIVE_INFINITY,
    ...earlier.map(({ bucket }) => bucket),
  );
  if (earlier.length > 0) {
    const anew = new Set(earlier.map(({ account }) => account));
    // From everything that there is of these accounts, heard before or not.
    return { anew, catchUp: catchUpOf({ ...question, since: 0 }, start, context) };
  }
  const isLong = rows.some(({ account, bucket }) => !accounts[account] && bucket < context.now - LONG);
  if (catchUp !== null || !isAll || !isLong) return null;
  return { anew: new Set(), catchUp: catchUpOf(question, start, context) };
}

/**
 * Of the buckets that something came into and those near them, of every account as far as it is heard.
 * @param until how far those are heard that were not heard further before
 */
async function deliveries(
  times: readonly EpochMs[],
  until: EpochMs,
  { ports, before }: WatchContext,
): Promise<readonly DeliveryRow[]> {
  const rows: DeliveryRow[] = [];
  for (const window of windowsAround(times, before.catchUp ? DAY : HOUR)) {
    for await (const row of ports.arrivals.deliveries(window)) {
      const heardUntil = Math.max(until, before.accounts[row.account]?.time ?? 0);
      if (row.bucket + BUCKET <= heardUntil) rows.push(row);
    }
  }
  return rows;
}
