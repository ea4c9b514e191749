import { analyseStore, redactReport, reportModel, writeReport } from "../analysis.ts";
import { loadConfiguration, loadOrganization } from "../configuration.ts";
import { ingestSummary, insightRecords } from "../ingest/ledger.ts";
import { withResponses } from "../responses.ts";
import { withStore } from "../store.ts";
import { workspace } from "../workspace.ts";

interface ReportOptions {
  readonly out: string;
  readonly config?: string;
  readonly organization?: string;
  readonly report?: string;
  readonly redact?: boolean;
}

export async function report(options: ReportOptions): Promise<void> {
  const place = workspace(options.out);
  const config = loadConfiguration(options.config);
  const directory = loadOrganization(options.organization, config);
  const file = options.report ?? place.report;
  await withStore(place, "read", async ({ instance, events }) => {
    const about = { store: events, directory, config: await withResponses(config, instance) };
    const analysis = await analyseStore({
      ...about,
      ingest: await ingestSummary(instance),
      insights: await insightRecords(instance),
    });
    const model = await reportModel(analysis, about);
    await writeReport(options.redact ? redactReport(model) : model, file);
  });
  process.stderr.write(`report: ${file}\n`);
}
