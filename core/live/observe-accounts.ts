import { inOrder } from "../domain/in-order.ts";
import { BUCKET, type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import type { RollupRow } from "../ports/event-store.ts";
import type { Examiner } from "./examine-subjects.ts";
import type { FollowedAccount } from "./follow-delivery.ts";
import { type GateContext, type GateResult, observeAccount } from "./gate.ts";
import { keepPending } from "./keep-pending.ts";
import { anomalySubject } from "./subjects.ts";
import type { HeardContext } from "./watch-context.ts";

/** Accounts whose models are so little behind are read together. */
const TOGETHER = 2 * HOUR;

interface Advance {
  readonly followed: FollowedAccount;
  /** What closed since its models last observed; perhaps nothing but silence. */
  readonly window: TimeWindow;
}

/**
 * Lets the models of all accounts observe what closed, and examines who departs. Of each account findings are written
 * before the states that have seen why: what a run that dies leaves unsaved, the next one sees again.
 * @returns shards of every account whose number of them is another now
 */
export async function observeAccounts(context: HeardContext, examiner: Examiner): Promise<ReadonlyMap<string, number>> {
  const { before, ports, knowledge, signals, fence, expectations, peers } = context;
  const gate: GateContext = {
    engine: knowledge.engine,
    config: knowledge.config.detection,
    states: ports.states,
    rollups: ports.rollups,
    signals,
    retireDays: knowledge.config.live.retireDays,
    // Two buckets may reach a threshold together.
    learntUntil: context.keptSince - BUCKET,
    expectationOf: (signal, series, since) => expectations.of(signal, series, since, peers),
  };
  const observe = async ({ followed, window, rows }: Advance & { readonly rows: readonly RollupRow[] }) => {
    const { account } = followed;
    const closedBefore = before.rollUp?.accounts[account]?.closed ?? window.start;
    const shards = before.accounts[account]?.shards ?? null;
    const closed = context.closings[account]?.closed ?? window.end;
    return { account, ...(await observeAccount({ followed, window, rows, closed, closedBefore, shards }, gate)) };
  };
  const shards = new Map<string, number>();
  for await (const some of batchesIn(context)) {
    for await (const { account, ...result } of inOrder(some, observe)) {
      await examineSuspects(result, context, examiner);
      // Who could not be examined is remembered before his model has forgotten why.
      await keepPending(context);
      for (const { shard, states } of result.saves) await ports.states.save(shard, states, fence);
      shards.set(account, result.shards);
    }
  }
  return shards;
}

async function examineSuspects({ suspects }: GateResult, { pending }: HeardContext, examiner: Examiner): Promise<void> {
  await examiner.examine(
    suspects.map(({ series, why, from }) => {
      const subject = anomalySubject(series);
      const before = pending.get(subject);
      return { subject, why, from: Math.min(from, before?.from ?? from), notBefore: null, seen: before?.seen ?? null };
    }),
  );
}

type Batch = readonly (Advance & { readonly rows: readonly RollupRow[] })[];

/** Accounts that are about as far as each other are read in one go, others one by one as their turn comes. */
async function* batchesIn(context: HeardContext): AsyncGenerator<Batch> {
  const advances = advancesIn(context);
  const newest = Math.max(...advances.map(({ window }) => window.end));
  // A step of catching up is a part of a day.
  const together = context.isLast ? TOGETHER : context.steps.span + TOGETHER;
  const isNear = ({ window }: Advance): boolean => newest - window.start <= together;
  const near = advances.filter(isNear);
  if (near.length > 0) yield await rowsOfMany(near, context);
  for (const advance of advances.filter((one) => !isNear(one))) {
    const { account } = advance.followed;
    yield [{ ...advance, rows: await counts(advance.window, { account }, context) }];
  }
}

function advancesIn({ followed, before, signals, closings }: HeardContext): readonly Advance[] {
  const watchesSilence = [...signals.values()].some(({ direction }) => direction === "both");
  return [...followed.values()].flatMap((one) => {
    const known = before.accounts[one.account];
    const window = { start: known?.through ?? one.watch.since, end: one.through };
    const closed = closings[one.account]?.closed ?? 0;
    const isSilent = watchesSilence && closed > (before.rollUp?.accounts[one.account]?.closed ?? closed);
    return window.start < window.end || isSilent || known === undefined ? [{ followed: one, window }] : [];
  });
}

async function rowsOfMany(advances: readonly Advance[], context: HeardContext): Promise<Batch> {
  const window = {
    start: Math.min(...advances.map((advance) => advance.window.start)),
    end: Math.max(...advances.map((advance) => advance.window.end)),
  };
  const rows = new Map<string, RollupRow[]>(advances.map(({ followed }) => [followed.account, []]));
  for (const row of await counts(window, {}, context)) rows.get(row.entity.account)?.push(row);
  return advances.map((advance) => {
    const own = rows.get(advance.followed.account) ?? [];
    return { ...advance, rows: own.filter(({ bucket }) => isIn(bucket, advance.window)) };
  });
}

const isIn = (time: EpochMs, { start, end }: TimeWindow): boolean => time >= start && time < end;

async function counts(
  window: TimeWindow,
  of: { readonly account?: string },
  { ports, signals }: HeardContext,
): Promise<readonly RollupRow[]> {
  if (window.start >= window.end) return [];
  const rows: RollupRow[] = [];
  for await (const row of ports.rollups.counts(window, [...signals.keys()], of)) rows.push(row);
  return rows;
}
