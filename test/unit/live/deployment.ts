import type { Config } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import type { Finding } from "#core/domain/finding.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { DAY } from "#core/domain/time.ts";
import { underLease } from "#core/live/lease.ts";
import { UsageWatch, type WatchReport } from "#core/live/watch.ts";
import { resolvePolicies } from "#core/policies/index.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { METER_SIGNALS } from "#core/signals/definitions.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { Faults } from "../../fakes/faults.ts";
import { GrowingEventStore } from "../../fakes/growing-event-store.ts";
import { MemoryCheckpoints } from "../../fakes/memory-checkpoints.ts";
import { MemoryFindingStore } from "../../fakes/memory-finding-store.ts";
import { MemoryFirstUses } from "../../fakes/memory-first-uses.ts";
import { MemoryInsightLog } from "../../fakes/memory-insight-log.ts";
import { MemoryLeases } from "../../fakes/memory-leases.ts";
import { MemoryModelStates } from "../../fakes/memory-model-states.ts";
import { MemoryRollupStore } from "../../fakes/memory-rollup-store.ts";
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
  readonly config: Config;
  readonly directory: AccountDirectory;
  #watch: UsageWatch;

  constructor(config: Config, directory: AccountDirectory) {
    this.config = config;
    this.directory = directory;
    this.#watch = this.#newWatch();
  }

  /** As in another process, which holds nothing. */
  restart(): void {
    this.#watch = this.#newWatch();
  }

  async watch(now: EpochMs): Promise<WatchReport> {
    this.clock.time = now;
    const lease = { name: "watch", holder: "test", lasting: LASTING };
    const report = await underLease(this.leases, lease, (fence) => this.#watch.run(fence));
    if (report === null) throw new Error("the lease is held by another");
    return report;
  }

  keptFindings(): readonly Finding[] {
    return this.findings
      .all()
      .flatMap(({ findings }) => findings)
      .sort((a, b) => a.window.start - b.window.start || (a.id < b.id ? -1 : 1));
  }

  #newWatch(): UsageWatch {
    const { events, rollups, checkpoints, states, findings, firstUses, insights, clock, config, directory } = this;
    const signals = resolveSignals(config.signals);
    return new UsageWatch(
      { events, arrivals: events, rollups, checkpoints, states, findings, firstUses, insights, clock },
      {
        config,
        directory,
        engine: createCountEngine(),
        signals,
        meters: METER_SIGNALS,
        dense: [...new Set(watchedSignals(config.opensearch, signals).map(({ signal }) => signal.id))],
        policies: resolvePolicies(config.policies),
      },
    );
  }
}
