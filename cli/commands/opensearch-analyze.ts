import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { OpenSearchForest } from "#adapters/opensearch/forest/forest-results.ts";
import { OpenSearchIncidentStore } from "#adapters/opensearch/incident-store.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { detectorSpecs } from "#adapters/opensearch/provisioning/detectors.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { analyseStore } from "../analysis.ts";
import { loadOrganization } from "../configuration.ts";
import { configurationWith, connectCluster } from "../opensearch/connect-cluster.ts";
import { createProgress } from "../progress.ts";
import { renderIncidentsJson } from "../render/json.ts";
import { renderIncidentList } from "../render/text.ts";
import { textOptions } from "../terminal.ts";
import type { OpenSearchCommandOptions } from "./opensearch.ts";

export interface ClusterAnalysisOptions extends OpenSearchCommandOptions {
  readonly organization?: string;
  readonly quiet?: boolean;
}

/** Finds the incidents in a cluster's events, with the forest as a second opinion, and keeps them there. */
export async function analyzeCluster(options: ClusterAnalysisOptions): Promise<void> {
  const config = configurationWith(options);
  const directory = loadOrganization(options.organization, config);
  const names = indexNames(options.namespace);
  const progress = createProgress(process.stderr, options.quiet ?? false);
  const { connection, close } = connectCluster(options);
  try {
    const watched = watchedSignals(config.opensearch, resolveSignals(config.signals));
    const { latenessMinutes } = config.detection;
    const specs = detectorSpecs(watched, { config: config.opensearch, names, latenessMinutes });
    const { incidents } = await analyseStore({
      store: new OpenSearchEventStore(connection, names),
      directory,
      config,
      insights: [],
      ...(specs.length === 0 ? {} : { secondOpinion: await OpenSearchForest.open(connection, names, specs) }),
      onStep: progress.step,
    });
    const store = new OpenSearchIncidentStore(connection, names);
    await store.save(incidents);
    const kept = await store.list();
    progress.done();
    process.stdout.write(
      options.format === "json" ? renderIncidentsJson(kept) : renderIncidentList(kept, textOptions(process.stdout)),
    );
  } finally {
    progress.done();
    await close();
  }
}
