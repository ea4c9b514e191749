import { indexNames } from "#adapters/opensearch/index-names.ts";
import { type DetectorSpec, detectorSpecs } from "#adapters/opensearch/provisioning/detectors.ts";
import type { Config } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import { BUCKET, type EpochMs, MINUTE } from "#core/domain/time.ts";
import { readWatch } from "#core/live/checkpoint.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { Checkpoints } from "#core/ports/checkpoints.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import type { RollupStore } from "#core/ports/rollup-store.ts";
import type { SecondOpinions } from "#core/ports/second-opinion.ts";
import { type Closings, closingsOf } from "#core/roll-up/closing.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { type CountSource, EmbeddedForest } from "./embedded-forest.ts";

interface About {
  readonly config: Config;
  readonly directory: AccountDirectory;
}

/** The detectors of a configuration as a cluster would get them. */
export const specsOf = (config: Config): readonly DetectorSpec[] =>
  detectorSpecs(watchedSignals(config.opensearch, resolveSignals(config.signals)), {
    config: config.opensearch,
    names: indexNames(""),
    latenessMinutes: config.detection.latenessMinutes,
  });

/** How far the roll-ups of a store would be written by the end of its data. */
export async function closingsIn(store: EventStore, { detection }: Config): Promise<Closings> {
  const span = await store.span();
  if (!span) return {};
  const { accounts } = await deliveryHealth(store.deliveries(BUCKET), span, detection);
  return closingsOf(accounts, detection.latenessMinutes * MINUTE, {});
}

/** The second opinion on the events of a store; `null` where the configuration wants none. */
export async function forestBesideStore(store: EventStore, about: About): Promise<SecondOpinions | null> {
  const span = await store.span();
  return forest(about, span?.start ?? 0, {
    counts: (signals, window) => store.rollup(signals, BUCKET, window),
    closings: () => closingsIn(store, about.config),
  });
}

/** The same in a replay, from what it has rolled up so far. */
export function forestInReplay(
  { rollups, checkpoints }: { readonly rollups: RollupStore; readonly checkpoints: Checkpoints },
  begin: EpochMs,
  about: About,
): SecondOpinions | null {
  return forest(about, begin, {
    counts: (signals, window) =>
      rollups.counts(
        window,
        signals.map(({ id }) => id),
      ),
    closings: async () => (await readWatch(checkpoints)).rollUp?.accounts ?? {},
  });
}

function forest({ config, directory }: About, begin: EpochMs, source: CountSource): SecondOpinions | null {
  const specs = specsOf(config);
  const { enabled, windowsPerDay } = config.secondOpinion;
  if (!enabled || specs.length === 0) return null;
  return new EmbeddedForest({
    specs,
    directory,
    source,
    begin,
    historyDays: config.opensearch.forest.historyDays,
    windowsPerDay,
  });
}
