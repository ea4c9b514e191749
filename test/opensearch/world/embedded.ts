import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "#core/config/index.ts";
import type { Incident } from "#core/domain/incident.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import { BUCKET } from "#core/domain/time.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { METER_SIGNALS } from "#core/signals/definitions.ts";
import type { Truth } from "#simulator/index.ts";
import { writeWorld } from "#simulator/write.ts";
import { analyseStore } from "../../../cli/analysis.ts";
import { loadConfiguration, loadOrganization } from "../../../cli/configuration.ts";
import { ingest } from "../../../cli/ingest/index.ts";
import { insightRecords } from "../../../cli/ingest/ledger.ts";
import { sourcesOf } from "../../../cli/sources.ts";
import { withStore } from "../../../cli/store.ts";
import { workspace } from "../../../cli/workspace.ts";

export interface WorldSize {
  readonly accounts: number;
  readonly days: number;
  readonly seed: number;
}

/** A simulated world and what the embedded way to run says of it. */
export interface EmbeddedWorld {
  /** Of the CloudTrail files. */
  readonly logs: string;
  readonly truth: Truth;
  readonly config: Config;
  readonly directory: AccountDirectory;
  readonly incidents: readonly Incident[];
  readonly insights: readonly InsightRecord[];
  /** Of every signal, and the spend meter. */
  readonly rollups: readonly RollupRow[];
  /** Events stored, each once. */
  readonly events: number;
  remove(): void;
}

export async function embeddedWorld(size: WorldSize): Promise<EmbeddedWorld> {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-cluster-world-"));
  const world = join(folder, "world");
  writeWorld({ ...size, out: world });
  const config = loadConfiguration(undefined);
  const directory = loadOrganization(join(world, "organization.json"), config);
  const logs = join(world, "AWSLogs");
  const place = workspace(folder);
  const summary = await ingest({
    sources: await sourcesOf([logs], {}),
    selection: {},
    storePath: place.store,
    workers: 0,
  });
  const found = await withStore(place, "write", async ({ instance, events }) => {
    const insights = await insightRecords(instance);
    const { incidents } = await analyseStore({ store: events, directory, config, ingest: summary, insights });
    const rollups: RollupRow[] = [];
    for await (const row of events.rollup([...resolveSignals(config.signals), ...METER_SIGNALS], BUCKET)) {
      rollups.push(row);
    }
    return { incidents, insights, rollups };
  });
  return {
    ...found,
    logs,
    truth: JSON.parse(readFileSync(join(world, "truth.json"), "utf8")),
    config,
    directory,
    events: summary.stored - summary.insights,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
