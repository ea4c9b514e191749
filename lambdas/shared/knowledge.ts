import type { Config } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import type { WatchKnowledge } from "#core/live/watch-context.ts";
import { resolvePolicies } from "#core/policies/index.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { METER_SIGNALS } from "#core/signals/definitions.ts";
import { createCountEngine } from "#engine/count-engine.ts";

/** What the configuration says of how a deployment watches. */
export function watchKnowledge(config: Config, directory: AccountDirectory): WatchKnowledge {
  const signals = resolveSignals(config.signals);
  return {
    config,
    directory,
    engine: createCountEngine(),
    signals,
    meters: METER_SIGNALS,
    dense: [...new Set(watchedSignals(config.opensearch, signals).map(({ signal }) => signal.id))],
    policies: resolvePolicies(config.policies),
  };
}
