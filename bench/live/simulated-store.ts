import { join } from "node:path";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import type { SimulationOptions } from "#simulator/index.ts";
import { writeWorld } from "#simulator/write.ts";
import { loadConfiguration, loadOrganization } from "../../cli/configuration.ts";
import { ingest } from "../../cli/ingest/index.ts";
import { makeWorkspace } from "../../cli/workspace.ts";

/** A simulated organization in a store, with what is known of its accounts, in a folder that the caller removes. */
export async function simulatedStore(folder: string, options: SimulationOptions) {
  const world = join(folder, "world");
  const { events } = writeWorld({ ...options, out: world });
  return { ...(await storeOf(world, join(folder, "kept"))), events };
}

/** A simulated organization that lies in a folder, in a store in another one. */
export async function storeOf(world: string, kept: string) {
  const place = makeWorkspace(kept);
  await ingest({
    sources: [new LocalEventSource(join(world, "AWSLogs"))],
    selection: {},
    storePath: place.store,
    quarantinePath: place.quarantine,
    workers: 1,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const config = loadConfiguration(undefined);
  return { place, config, directory: loadOrganization(join(world, "organization.json"), config) };
}

/** Of numbers in any order; NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
