import { OpenSearchArrivals } from "#adapters/opensearch/arrivals.ts";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import type { IndexNames } from "#adapters/opensearch/index-names.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import type { Config } from "#core/config/index.ts";
import { bucketStart, DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import { windowsAround } from "#core/live/time-windows.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import { EVERYTHING } from "#core/ports/arrivals.ts";
import { type RollUpState, rollUp } from "#core/use-cases/roll-up.ts";
import { watchKnowledge } from "#lambdas/shared/knowledge.ts";
import { riskyAction } from "#lambdas/shared/risk.ts";

/** What one step of a run took. */
export interface Step {
  readonly milliseconds: number;
  /** Of the node's process; `null` where the system does not say. */
  readonly cpu: number | null;
  readonly requests: number;
}

export interface LiveRun {
  readonly buckets: number;
  readonly written: number;
  /** Settled, with all that it bears on, and known what came into which bucket of which account. */
  readonly heard: Step;
  readonly rolledUp: Step;
  /** What was used for the first time in the buckets that something came into. */
  readonly firstUses: Step;
}

/** As in the core: what was written shortly before the last run may have been seen only after it. */
const OVERLAP = 2 * MINUTE;
const NEAR = 6 * HOUR;
/** How far behind the clock an account is heard. */
const BEHIND = 5 * MINUTE;

/** The part of a deployment's runs that asks and writes the cluster whatever happens, one run a minute. */
export class LiveRuns {
  readonly #events: OpenSearchEventStore;
  readonly #arrivals: OpenSearchArrivals;
  readonly #rollups: OpenSearchRollupStore;
  readonly #config: Config;
  readonly #directory: AccountDirectory;
  readonly #since: EpochMs;
  readonly #cpu: () => number | null;
  #state: RollUpState | null = null;
  #requests = 0;

  /** @param since beginning of what is there */
  constructor(
    connection: OpenSearchConnection,
    names: IndexNames,
    about: {
      readonly config: Config;
      readonly directory: AccountDirectory;
      readonly since: EpochMs;
      readonly cpu: () => number | null;
    },
  ) {
    const counted: OpenSearchConnection = {
      ...connection,
      send: (...request) => {
        this.#requests += 1;
        return connection.send(...request);
      },
    };
    this.#events = new OpenSearchEventStore(counted, names);
    this.#arrivals = new OpenSearchArrivals(counted, names, { riskyAction });
    this.#rollups = new OpenSearchRollupStore(counted, names);
    this.#config = about.config;
    this.#directory = about.directory;
    this.#since = about.since;
    this.#cpu = about.cpu;
  }

  /** All that there is. */
  async rollUpAll(now: EpochMs): Promise<number> {
    return (await this.#rollUp(now, [])).written;
  }

  async run(now: EpochMs): Promise<LiveRun> {
    let buckets: readonly EpochMs[] = [];
    let written = 0;
    const heard = await this.#timed(async () => {
      const window = { start: bucketStart(now - NEAR), end: bucketStart(now) + DAY };
      buckets = (await this.#arrivals.arrived(now - MINUTE - OVERLAP, window, EVERYTHING)).buckets;
      for (const near of windowsAround(buckets, HOUR)) await drained(this.#arrivals.deliveries(near));
    });
    const rolledUp = await this.#timed(async () => {
      written = (await this.#rollUp(now, buckets)).written;
    });
    const firstUses = await this.#timed(async () => {
      for (const window of windowsAround(buckets, 0)) await drained(this.#arrivals.firstUses(window));
    });
    return { buckets: buckets.length, written, heard, rolledUp, firstUses };
  }

  async #rollUp(now: EpochMs, arrived: readonly EpochMs[]) {
    const { signals, meters, dense } = watchKnowledge(this.#config, this.#directory);
    const delivery = { since: this.#since, until: now - BEHIND, unknown: [] };
    const summary = await rollUp({
      events: this.#events,
      rollups: this.#rollups,
      directory: this.#directory,
      signals: [...signals, ...meters],
      dense,
      config: this.#config.detection,
      now,
      state: this.#state,
      arrived,
      delivery: new Map(this.#directory.accounts().map(({ id }) => [id, delivery])),
    });
    this.#state = summary.state;
    return summary;
  }

  async #timed(work: () => Promise<void>): Promise<Step> {
    const [started, cpu, requests] = [performance.now(), this.#cpu(), this.#requests];
    await work();
    const after = this.#cpu();
    return {
      milliseconds: performance.now() - started,
      cpu: cpu === null || after === null ? null : after - cpu,
      requests: this.#requests - requests,
    };
  }
}

async function drained(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}
