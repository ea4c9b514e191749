import { AccountPeers } from "../detection/account-peers.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, DAY, type EpochMs } from "../domain/time.ts";
import type { AccountCoverage, RollupRow } from "../ports/event-store.ts";
import type { Fence } from "../ports/leases.ts";
import { definitionsOf, rollUp } from "../use-cases/roll-up.ts";
import { beginAnew } from "./begin-anew.ts";
import { type AccountCheckpoint, type Pending, readWatch, WATCH, type WatchCheckpoint } from "./checkpoint.ts";
import { examineDrills } from "./drills.ts";
import { examineOthers } from "./examine-others.ts";
import { Examiner } from "./examine-subjects.ts";
import { FindingCache } from "./finding-cache.ts";
import { type Begun, type Heard, hear } from "./hear.ts";
import { HeldCoverage } from "./held-coverage.ts";
import { HeldExpectations } from "./held-expectations.ts";
import { HeldFirstUses } from "./held-first-uses.ts";
import { keepPending } from "./keep-pending.ts";
import { HeldNovelties } from "./novelties.ts";
import { observeAccounts } from "./observe-accounts.ts";
import { OpenCounts } from "./open-counts.ts";
import { openSuspects, reinterpretedSuspects } from "./open-suspects.ts";
import { failedRuns, paced } from "./pace.ts";
import { PendingList } from "./pending.ts";
import { SetWriter } from "./set-writer.ts";
import { anomalySubject } from "./subjects.ts";
import type { HeardContext, Steps, WatchContext, WatchKnowledge, WatchPorts } from "./watch-context.ts";
import { together, type WatchReport } from "./watch-report.ts";

/** Few enough for a step of some seconds on a small cluster, and for some megabytes of memory. */
const STEPS: Steps = { first: 5_000, most: 50_000, span: DAY };

/**
 * The watch of a running deployment: counts what came, lets models observe what closed, examines who departs, and finds the
 * firsts, dangers and violations. One at a time; where the process lives on it holds what it read before.
 *
 * Every write may be repeated: roll-ups, findings, states and the checkpoint are written in this order, each before what
 * would make a repeated run not see the reason for it. So a run that dies anywhere is followed by one that does the same
 * again, and another run after a complete one changes nothing.
 *
 * What is more than can be gone through at once (a store that is filled already, hours in which nothing ran) is caught up
 * on in steps, each of which is complete: it hears what happened until some time, as if it were that time.
 */
export class UsageWatch {
  readonly #ports: WatchPorts;
  readonly #knowledge: WatchKnowledge;
  /** All that is counted. */
  readonly #counted: readonly Signal[];
  readonly #steps: Steps;
  #held: HeldAnswers;

  constructor(ports: WatchPorts, knowledge: WatchKnowledge, steps = STEPS) {
    this.#ports = ports;
    this.#knowledge = knowledge;
    this.#steps = steps;
    this.#counted = [...knowledge.signals, ...knowledge.meters];
    this.#held = nothingHeld(ports);
  }

  /**
   * Rejects with TrailwatchError `LEASE_LOST` where another run has begun since, and with what the stores reject with.
   * @param until no step is begun that may take longer
   * @param onStep told of every step but the last
   */
  async run(
    fence: Fence,
    until = Number.POSITIVE_INFINITY,
    onStep: (report: WatchReport) => void = () => {},
  ): Promise<WatchReport> {
    const { clock } = this.#ports;
    let longest = 0;
    let done: WatchReport | null = null;
    for (;;) {
      const began = clock.now();
      const report = await this.#step(fence);
      done = done ? together(done, report) : report;
      longest = Math.max(longest, clock.now() - began);
      if (report.caughtUpTo === null || clock.now() + longest > until) return done;
      onStep(report);
    }
  }

  async #step(fence: Fence): Promise<WatchReport> {
    try {
      const context = await this.#open(fence);
      const heard = await hear(context);
      return await ("anew" in heard ? this.#begin(heard, context) : this.#go(heard, context));
    } catch (error) {
      // What was held may be ahead of what was written.
      this.#held = nothingHeld(this.#ports);
      throw error;
    }
  }

  async #begin(begun: Begun, context: WatchContext): Promise<WatchReport> {
    const after = await beginAnew(begun, context);
    await this.#ports.checkpoints.write(WATCH, after, context.fence);
    // Answers that were right without this history.
    this.#held = nothingHeld(this.#ports);
    return reportOf(context, after);
  }

  async #go(heard: Heard, context: WatchContext): Promise<WatchReport> {
    const { ports, before, now, pending, steps, keptSince } = context;
    const { reach, arrived } = heard;
    const summary = await this.#rollUp(context, heard);
    const coverage = await this.#held.coverage.of(heard.followed, now);
    const logged = firstOf(coverage, before.logged);
    const { signals, directory, config } = this.#knowledge;
    const listening: HeardContext = {
      ...context,
      reach,
      isLast: heard.catchUp === null,
      open: new OpenCounts(ports.events, signals, reach, config.detection.latenessMinutes),
      followed: new Map(heard.followed.map((one) => [one.account, one])),
      closings: summary.state.accounts,
      peers: new AccountPeers(directory, new Map(heard.followed.map(({ account, watch }) => [account, watch.since]))),
      coverage: coverage.map((covered) => ({ ...covered, first: logged[covered.account] ?? covered.first })),
      span: { start: Math.min(now, ...Object.values(logged)), end: now },
    };
    const examiner = new Examiner(listening);
    const shards = await observeAccounts(listening, examiner);
    await examiner.examine(await this.#others(listening));
    const leaksAt = await examineOthers(listening, arrived, examiner);
    await examineDrills(listening);
    if (listening.isLast) pending.forget(keptSince);
    const accounts = heard.followed.map(({ account, watch, open, through, time }): [string, AccountCheckpoint] => {
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
          time,
        },
      ];
    });
    const took = ports.clock.now() - now;
    const after: WatchCheckpoint = {
      version: 3,
      token: context.fence.token,
      at: heard.at,
      sweptAt: heard.sweptAt,
      rollUp: summary.state,
      accounts: Object.fromEntries(accounts),
      logged,
      pending: pending.list(),
      catchUp: heard.catchUp && (arrived.length > 0 ? paced(heard.catchUp, took, steps) : heard.catchUp),
    };
    await ports.checkpoints.write(WATCH, after, context.fence);
    const { examined, deferred, failed } = examiner;
    const { written, removed } = summary;
    return {
      ...reportOf(context, after),
      arrived: arrived.length,
      rollUp: { written, removed },
      examined,
      deferred,
      failed,
    };
  }

  async #open(fence: Fence): Promise<WatchContext> {
    const { signals, dense, config } = this.#knowledge;
    const now = this.#ports.clock.now();
    const kept = await readWatch(this.#ports.checkpoints);
    const isSame = kept.rollUp === null || kept.rollUp.signals === definitionsOf(this.#counted, dense);
    // Where other things are counted now, all is counted and learnt anew.
    const before = isSame ? kept : { ...kept, at: 0, sweptAt: 0, rollUp: null, accounts: {}, catchUp: null };
    const keptSince = now - config.live.groupDays * DAY;
    const { cache, firstUses, novelties, expectations } = this.#held;
    await cache.sync(keptSince, now);
    return {
      ports: this.#ports,
      knowledge: this.#knowledge,
      signals: new Map(signals.map((signal) => [signal.id, signal])),
      steps: this.#steps,
      failed: failedRuns(kept, fence),
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
    };
  }

  #rollUp(context: WatchContext, { followed, arrived }: Heard): ReturnType<typeof rollUp> {
    const { before, now } = context;
    const { dense, directory, config } = this.#knowledge;
    return rollUp({
      events: this.#ports.events,
      rollups: this.#ports.rollups,
      directory,
      signals: this.#counted,
      dense,
      config: config.detection,
      now,
      state: before.rollUp,
      arrived,
      delivery: new Map(followed.map(({ account, delivery }) => [account, delivery])),
      onChanges: (rows) => this.#noteLate(rows, context),
    });
  }

  /** Counts that models have gone past: they are examined if they may be too much by themselves, or are part of a finding. */
  async #noteLate(rows: readonly RollupRow[], context: WatchContext): Promise<void> {
    const { before, signals, pending, keptSince, cache } = context;
    for (const row of rows) {
      const signal = signals.get(row.signal);
      const through = before.accounts[row.entity.account]?.through ?? 0;
      if (!signal || row.bucket >= through || row.bucket + BUCKET < keptSince) continue;
      // Two buckets may reach a threshold together.
      const least = signal.thresholds ? signal.thresholds.low / 2 : signal.floor;
      const subject = anomalySubject(row);
      const known = cache.get(subject)?.findings ?? [];
      const isPart = known.some(({ window }) => row.bucket <= window.end && row.bucket + BUCKET >= window.start);
      if (!isPart && row.value < Math.max(least, Number.MIN_VALUE)) continue;
      pending.add({ subject, why: "an event came late", from: row.bucket, notBefore: null, seen: null });
    }
    await keepPending(context);
  }

  async #others(context: HeardContext): Promise<readonly Pending[]> {
    const { pending, now, followed, isLast } = context;
    for (const suspect of [...(await openSuspects(context)), ...reinterpretedSuspects(context)]) pending.add(suspect);
    // An account that is not known yet may come to be.
    const unknown = isLast ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return pending.due(now, (account) => followed.get(account)?.through ?? unknown);
  }
}

function reportOf({ now, writer }: WatchContext, { rollUp: kept, pending, catchUp }: WatchCheckpoint): WatchReport {
  const closed = Object.values(kept?.accounts ?? {}).map((closing) => closing.closed);
  return {
    at: now,
    steps: 1,
    caughtUpTo: catchUp?.until ?? null,
    arrived: 0,
    rollUp: { written: 0, removed: 0 },
    closedUntil: closed.length === 0 ? null : Math.max(...closed),
    examined: 0,
    deferred: 0,
    failed: [],
    changed: writer.written,
    pending: pending.length,
  };
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
