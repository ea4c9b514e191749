import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Analysis } from "#core/domain/analysis.ts";
import { analyseStore } from "../../cli/analysis.ts";
import { loadConfiguration, loadOrganization } from "../../cli/configuration.ts";
import { ingest } from "../../cli/ingest/index.ts";
import { insightRecords } from "../../cli/ingest/ledger.ts";
import { sourcesOf } from "../../cli/sources.ts";
import { withStore } from "../../cli/store.ts";
import { workspace } from "../../cli/workspace.ts";

/**
 * What `trailwatch analyze` says of these CloudTrail records when they are all there is: default configuration, no
 * organization file, an empty store. The same functions in the same order as the command, without a process for each.
 */
export async function analyseRecords(records: readonly unknown[]): Promise<Analysis> {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-records-"));
  try {
    const file = join(folder, "records.json");
    writeFileSync(file, JSON.stringify({ Records: records }));
    const place = workspace(folder);
    const config = loadConfiguration(undefined);
    const directory = loadOrganization(undefined, config);
    const sources = await sourcesOf([file], {});
    const summary = await ingest({ sources, selection: {}, storePath: place.store, workers: 0 });
    return await withStore(place, "read", async ({ instance, events }) =>
      analyseStore({
        store: events,
        directory,
        config,
        ingest: summary,
        insights: await insightRecords(instance),
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
