import { MemoryFirstUses } from "#adapters/memory/first-uses.ts";
import { MemoryInsightLog } from "#adapters/memory/insight-log.ts";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import type { Config } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import type { Finding } from "#core/domain/finding.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { DAY } from "#core/domain/time.ts";
import type { Drill } from "#core/drill/drill.ts";
import { IncidentKeeper } from "#core/live/keep-incidents.ts";
import type { KeeperReport } from "#core/live/keeper-run.ts";
import { underLease } from "#core/live/lease.ts";
import { OutboxSweep, type SayReport } from "#core/live/say.ts";
import { UsageWatch } from "#core/live/watch.ts";
import type { Steps } from "#core/live/watch-context.ts";
import type { WatchReport } from "#core/live/watch-report.ts";
import { resolvePolicies } from "#core/policies/index.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { Fence } from "#core/ports/leases.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { METER_SIGNALS } from "#core/signals/definitions.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { Faults } from "../../fakes/faults.ts";
import { GrowingEventStore } from "../../fakes/growing-event-store.ts";
import { MemoryCheckpoints } from "../../fakes/memory-checkpoints.ts";
import { MemoryFindingStore } from "../../fakes/memory-finding-store.ts";
import { MemoryIncidentMirror } from "../../fakes/memory-incident-mirror.ts";
import { MemoryLeases } from "../../fakes/memory-leases.ts";
import { MemoryLiveIncidents } from "../../fakes/memory-live-incidents.ts";
import { MemoryModelStates } from "../../fakes/memory-model-states.ts";
import { MemoryNotifier } from "../../fakes/memory-notifier.ts";
import { TestClock } from "../../fakes/test-clock.ts";
import { riskyAction } from "./simulated.ts";

const LASTING = DAY;

/** A deployment in memory, under a clock that the test sets. */
export class Deployment {
  readonly faults = new Faults();
  readonly clock = new TestClock(0);
  readonly events = new GrowingEventStore(riskyAction);
  readonly rollups = new MemoryRollupStore();
  readonly leases = new MemoryLeases(this.clock);
  readonly checkpoints = new MemoryCheckpoints(this.faults);
  readonly states = new MemoryModelStates(this.faults);
  readonly findings = new MemoryFindingStore(this.faults);
  readonly firstUses = new MemoryFirstUses(this.clock);
  readonly insights = new MemoryInsightLog();
  readonly incidents = new MemoryLiveIncidents(this.faults);
  readonly mirror = new MemoryIncidentMirror();
  readonly notifier = new MemoryNotifier("memory", this.faults);
  /** The last drill that somebody sent. */
  drill: Drill | null = null;
  readonly config: Config;
  readonly directory: AccountDirectory;
  #watch: UsageWatch;
  #keeper: IncidentKeeper;
  #sweep: OutboxSweep;

  #steps: Steps | undefined;

  constructor(config: Config, directory: AccountDirectory, steps?: Steps) {
    this.#steps = steps;
    this.config = config;
    this.directory = directory;
    [this.#watch, this.#keeper, this.#sweep] = this.#processes();
  }

  /** As in other processes, which hold nothing. */
  restart(steps = this.#steps): void {
    this.#steps = steps;
    [this.#watch, this.#keeper, this.#sweep] = this.#processes();
  }

  watch(now: EpochMs, until?: EpochMs): Promise<WatchReport> {
    return this.#holding("watch", now, (fence) => this.#watch.run(fence, until));
  }

  keep(now: EpochMs): Promise<KeeperReport> {
    return this.#holding("incidents", now, (fence) => this.#keeper.run(fence));
  }

  say(now: EpochMs): Promise<SayReport> {
    return this.#holding("say", now, () => this.#sweep.run(100));
  }

  async #holding<T>(name: string, now: EpochMs, run: (fence: Fence) => Promise<T>): Promise<T> {
    this.clock.time = now;
    const result = await underLease(this.leases, { name, holder: "test", lasting: LASTING }, run);
    if (result === null) throw new Error(`the lease ${name} is held by another`);
    return result;
  }

  keptFindings(): readonly Finding[] {
    return this.findings
      .all()
      .flatMap(({ findings }) => findings)
      .sort((a, b) => a.window.start - b.window.start || (a.id < b.id ? -1 : 1));
  }

  #processes(): [UsageWatch, IncidentKeeper, OutboxSweep] {
    const { events, rollups, checkpoints, states, findings, firstUses, insights, incidents, clock, mirror } = this;
    const { config, directory, notifier } = this;
    const signals = resolveSignals(config.signals);
    const knowledge = {
      config,
      directory,
      engine: createCountEngine(),
      signals,
      meters: METER_SIGNALS,
      dense: [...new Set(watchedSignals(config.opensearch, signals).map(({ signal }) => signal.id))],
      policies: resolvePolicies(config.policies),
      priceBook: createPriceBook(),
    };
    const drills = { last: async () => this.drill };
    const shared = { events, findings, firstUses, incidents, checkpoints, clock };
    return [
      new UsageWatch({ ...shared, arrivals: events, rollups, states, insights, drills }, knowledge, this.#steps),
      new IncidentKeeper(shared, knowledge),
      new OutboxSweep({ ...shared, notifiers: [notifier], mirror }, knowledge, {
        costAnalysis: true,
        rootCauseAnalysis: true,
        lookBackMinutes: 80,
      }),
    ];
  }
}
