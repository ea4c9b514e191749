import { DuckDbDeliveredEvents } from "#adapters/duckdb/delivered-events.ts";
import { tellingStoreErrors } from "#adapters/duckdb/store-error.ts";
import { MemoryCheckpoints } from "#adapters/memory/checkpoints.ts";
import { MemoryFindingStore } from "#adapters/memory/finding-store.ts";
import { MemoryFirstUses } from "#adapters/memory/first-uses.ts";
import { MemoryInsightLog } from "#adapters/memory/insight-log.ts";
import { MemoryLiveIncidents } from "#adapters/memory/live-incidents.ts";
import { MemoryModelStates } from "#adapters/memory/model-states.ts";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import type { Config } from "#core/config/index.ts";
import { modelledDelivery, modelledInsightDelivery } from "#core/delivery/delay-model.ts";
import type { AsDelivered, Delays } from "#core/domain/as-delivered.ts";
import type { Incident } from "#core/domain/incident.ts";
import { type EpochMs, MINUTE } from "#core/domain/time.ts";
import { resolvePolicies } from "#core/policies/index.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { Clock } from "#core/ports/clock.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { analyzeAsDelivered } from "#core/use-cases/analyze-as-delivered.ts";
import type { ReplayInput, ReplayStores } from "#core/use-cases/replay-delivery.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { forestInReplay } from "./second-opinion/index.ts";
import { riskyAction } from "./store.ts";
import type { Workspace } from "./workspace.ts";

export interface AsDeliveredOptions {
  readonly config: Config;
  readonly directory: AccountDirectory;
  readonly analysed: readonly Incident[];
  readonly times: Delays["times"];
  readonly onRun?: ReplayInput["onRun"];
}

/** A deployment looks every minute; so seldom is done sooner, and a message comes at most four minutes later. */
export const EVERY = 5 * MINUTE;

export interface OpenReplay {
  readonly input: ReplayInput & { readonly delivered: DuckDbDeliveredEvents };
  readonly close: () => Promise<void>;
}

/** A replay from its beginning of the events of a store that nobody has open. */
export async function openReplay(
  { store }: Workspace,
  { config, directory, times, onRun }: Omit<AsDeliveredOptions, "analysed">,
): Promise<OpenReplay> {
  const delivered = await DuckDbDeliveredEvents.open(store, {
    times,
    riskyAction,
    modelledDelivery,
    modelledInsightDelivery,
  });
  try {
    const insights = await delivered.insights();
    const knowledge = {
      config,
      directory,
      engine: createCountEngine(),
      signals: resolveSignals(config.signals),
      // No charts read these roll-ups, and the forest knows where their zeros are.
      meters: [],
      dense: [],
      policies: resolvePolicies(config.policies),
      priceBook: createPriceBook(),
    };
    const secondOpinion = (stores: ReplayStores, begin: EpochMs) =>
      forestInReplay(stores, begin, { config, directory });
    const settings = { keep, riskyAction, every: EVERY, knowledge, secondOpinion, ...(onRun ? { onRun } : {}) };
    return { input: { delivered, insights, ...settings }, close: () => delivered.close() };
  } catch (error) {
    await delivered.close();
    throw error;
  }
}

/** What a deployment would have found in the events of a store that nobody has open, beside what an analysis found in them. */
export function asDelivered(place: Workspace, { analysed, ...about }: AsDeliveredOptions): Promise<AsDelivered> {
  return tellingStoreErrors(async () => {
    const { input, close } = await openReplay(place, about);
    try {
      return await analyzeAsDelivered({ ...input, analysed, times: about.times });
    } finally {
      await close();
    }
  });
}

const keep = (clock: Clock): ReplayStores => ({
  rollups: new MemoryRollupStore(),
  firstUses: new MemoryFirstUses(clock),
  insights: new MemoryInsightLog(),
  states: new MemoryModelStates(),
  findings: new MemoryFindingStore(),
  checkpoints: new MemoryCheckpoints(),
  incidents: new MemoryLiveIncidents(),
});
