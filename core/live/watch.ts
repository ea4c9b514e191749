import { AccountPeers } from "../detection/account-peers.ts";
import type { Signal } from "../domain/signal.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import type { AccountCoverage, RollupRow } from "../ports/event-store.ts";
import type { Fence } from "../ports/leases.ts";
import { definitionsOf, rollUp } from "../use-cases/roll-up.ts";
import { type AccountCheckpoint, type Pending, readWatch, WATCH, type WatchCheckpoint } from "./checkpoint.ts";
import { examineDrills } from "./drills.ts";
import { examineOthers } from "./examine-others.ts";
import { Examiner, type FailedExamination } from "./examine-subjects.ts";
import { FindingCache } from "./finding-cache.ts";
import { type Heard, hear } from "./hear.ts";
import { HeldCoverage } from "./held-coverage.ts";
import { HeldExpectations } from "./held-expectations.ts";
import { HeldFirstUses } from "./held-first-uses.ts";
import { keepPending } from "./keep-pending.ts";
import { HeldNovelties } from "./novelties.ts";
import { observeAccounts } from "./observe-accounts.ts";
import { OpenCounts } from "./open-counts.ts";
import { openSuspects, reinterpretedSuspects } from "./open-suspects.ts";
import { PendingList } from "./pending.ts";
import { SetWriter } from "./set-writer.ts";
import { anomalySubject } from "./subjects.ts";
import type { HeardContext, WatchContext, WatchKnowledge, WatchPorts } from "./watch-context.ts";

/** What a run did, for logs and metrics. */
export interface WatchReport {
  readonly at: EpochMs;
  /** Buckets that events came into since the last run. */
  readonly arrived: number;
  readonly rollUp: { readonly written: number; readonly removed: number };
  /** How far the account is closed that is least behind; `null` before the first. */
  readonly closedUntil: EpochMs | null;
  readonly examined: number;
  /** Left to the next run. */
  readonly deferred: number;
  readonly failed: readonly FailedExamination[];
  /** Sets of findings that are others now. */
  readonly changed: number;
  readonly pending: number;
}

/**
 * The watch of a running deployment: counts what came, lets models observe what closed, examines who departs, and finds the
 * firsts, dangers and violations. One at a time; where the process lives on it holds what it read before.
 *
 * Every write may be repeated: roll-ups, findings, states and the checkpoint are written in this order, each before what
 * would make a repeated run not see the reason for it. So a run that dies anywhere is followed by one that does the same
 * again, and another run after a complete one changes nothing.
 */
export class UsageWatch {
  readonly #ports: WatchPorts;
  readonly #knowledge: WatchKnowledge;
  /** All that is counted. */
  readonly #counted: readonly Signal[];
  #held: HeldAnswers;

  constructor(ports: WatchPorts, knowledge: WatchKnowledge) {
    this.#ports = ports;
    this.#knowledge = knowledge;
    this.#counted = [...knowledge.signals, ...knowledge.meters];
    this.#held = nothingHeld(ports);
  }

  /** Rejects with TrailwatchError `LEASE_LOST` where another run has begun since, and with what the stores reject with. */
  async run(fence: Fence): Promise<WatchReport> {
    try {
      return await this.#run(fence);
    } catch (error) {
      // What was held may be ahead of what was written.
      this.#held = nothingHeld(this.#ports);
      throw error;
    }
  }

  async #run(fence: Fence): Promise<WatchReport> {
    const context = await this.#open(fence);
    const { ports, before, now, pending } = context;
    const heard = await hear(context);
    const summary = await this.#rollUp(context, heard);
    const coverage = await this.#held.coverage.of(heard.followed, now);
    const logged = firstOf(coverage, before.logged);
    const listening: HeardContext = {
      ...context,
      followed: new Map(heard.followed.map((one) => [one.account, one])),
      closings: summary.state.accounts,
      peers: new AccountPeers(
        this.#knowledge.directory,
        new Map(heard.followed.map(({ account, watch }) => [account, watch.since])),
      ),
      coverage: coverage.map((covered) => ({ ...covered, first: logged[covered.account] ?? covered.first })),
      span: { start: Math.min(now, ...Object.values(logged)), end: now },
    };
    const examiner = new Examiner(listening);
    const shards = await observeAccounts(listening, examiner);
    await examiner.examine(await this.#others(listening));
    const leaksAt = await examineOthers(listening, heard.arrived, examiner);
    await examineDrills(listening);
    pending.forget(context.keptSince);
    const accounts = heard.followed.map(({ account, watch, open, through }): [string, AccountCheckpoint] => {
      const known = before.accounts[account];
      const delivery = watch.save();
      return [
        account,
        {
          delivery,
          open,
          through,
          shards: shards.get(account) ?? known?.shards ?? 1,
          leaksAt: leaksAt.get(account) ?? known?.leaksAt ?? 0,
        },
      ];
    });
    const after: WatchCheckpoint = {
      version: 1,
      at: now,
      sweptAt: heard.sweptAt,
      rollUp: summary.state,
      accounts: Object.fromEntries(accounts),
      logged,
      pending: pending.list(),
    };
    await ports.checkpoints.write(WATCH, after, fence);
    const closed = Object.values(summary.state.accounts).map((closing) => closing.closed);
    return {
      at: now,
      arrived: heard.arrived.length,
      rollUp: { written: summary.written, removed: summary.removed },
      closedUntil: closed.length === 0 ? null : Math.max(...closed),
      examined: examiner.examined,
      deferred: examiner.deferred,
      failed: examiner.failed,
      changed: context.writer.written,
      pending: after.pending.length,
    };
  }

  async #open(fence: Fence): Promise<WatchContext> {
    const { signals, dense, config } = this.#knowledge;
    const now = this.#ports.clock.now();
    const kept = await readWatch(this.#ports.checkpoints);
    const isSame = kept.rollUp?.signals === definitionsOf(this.#counted, dense);
    // Where other things are counted now, all is counted and learnt anew.
    const before = isSame ? kept : { ...kept, at: 0, sweptAt: 0, rollUp: null, accounts: {} };
    const keptSince = now - config.live.groupDays * DAY;
    const { cache, firstUses, novelties, expectations } = this.#held;
    await cache.sync(keptSince, now);
    return {
      ports: this.#ports,
      knowledge: this.#knowledge,
      signals: new Map(signals.map((signal) => [signal.id, signal])),
      now,
      fence,
      keptSince,
      before,
      cache,
      firstUses,
      novelties,
      expectations,
      writer: new SetWriter(this.#ports.findings, cache, now, fence),
      pending: new PendingList(before.pending),
      open: new OpenCounts(this.#ports.events, signals, now, config.detection.latenessMinutes),
    };
  }

  #rollUp(context: WatchContext, { followed, arrived }: Heard): ReturnType<typeof rollUp> {
    const { before, now } = context;
    const { dense, directory, config } = this.#knowledge;
    const anew = new Set(followed.flatMap(({ account, beginsAnew }) => (beginsAnew ? [account] : [])));
    const accounts = Object.entries(before.rollUp?.accounts ?? {}).filter(([account]) => !anew.has(account));
    return rollUp({
      events: this.#ports.events,
      rollups: this.#ports.rollups,
      directory,
      signals: this.#counted,
      dense,
      config: config.detection,
      now,
      state: before.rollUp && { ...before.rollUp, accounts: Object.fromEntries(accounts) },
      arrived,
      delivery: new Map(followed.map(({ account, delivery }) => [account, delivery])),
      onChanges: (rows) => this.#noteLate(rows, context),
    });
  }

  /** Counts that models have gone past: they are examined if they may be too much by themselves. */
  async #noteLate(rows: readonly RollupRow[], context: WatchContext): Promise<void> {
    const { before, signals, pending } = context;
    for (const row of rows) {
      const signal = signals.get(row.signal);
      const through = before.accounts[row.entity.account]?.through ?? 0;
      if (!signal || row.bucket >= through) continue;
      // Two buckets may reach a threshold together.
      const least = signal.thresholds ? signal.thresholds.low / 2 : signal.floor;
      if (row.value < Math.max(least, Number.MIN_VALUE)) continue;
      const subject = anomalySubject(row);
      pending.add({ subject, why: "an event came late", from: row.bucket, notBefore: null, seen: null });
    }
    await keepPending(context);
  }

  async #others(context: HeardContext): Promise<readonly Pending[]> {
    const { pending, now, followed } = context;
    for (const suspect of [...(await openSuspects(context)), ...reinterpretedSuspects(context)]) pending.add(suspect);
    return pending.due(now, (account) => followed.get(account)?.through ?? null);
  }
}

/** Answers that change little from run to run. */
interface HeldAnswers {
  readonly cache: FindingCache;
  readonly firstUses: HeldFirstUses;
  readonly novelties: HeldNovelties;
  readonly expectations: HeldExpectations;
  readonly coverage: HeldCoverage;
}

const nothingHeld = (ports: WatchPorts): HeldAnswers => ({
  cache: new FindingCache(ports.findings),
  firstUses: new HeldFirstUses(ports.firstUses),
  novelties: new HeldNovelties(),
  expectations: new HeldExpectations(ports.rollups),
  coverage: new HeldCoverage(ports.events),
});

function firstOf(
  coverage: readonly AccountCoverage[],
  before: Readonly<Record<string, EpochMs>>,
): Readonly<Record<string, EpochMs>> {
  const firsts = coverage.map(({ account, first }): [string, EpochMs] => [
    account,
    Math.min(first, before[account] ?? first),
  ]);
  return { ...before, ...Object.fromEntries(firsts) };
}
