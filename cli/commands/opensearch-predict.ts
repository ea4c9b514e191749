import { countArgument } from "../arguments.ts";
import { loadConfiguration, loadOrganization } from "../configuration.ts";
import { createProgress } from "../progress.ts";
import { renderPrediction } from "../render/prediction.ts";
import type { ForestMode } from "../second-opinion/detector-forest.ts";
import { closingsIn, specsOf } from "../second-opinion/index.ts";
import { predict } from "../second-opinion/predict.ts";
import { withStore } from "../store.ts";
import { textOptions } from "../terminal.ts";
import { workspace } from "../workspace.ts";

interface PredictOptions {
  readonly out: string;
  readonly config?: string;
  readonly organization?: string;
  readonly mode: ForestMode;
  readonly runs: string;
  readonly format: "text" | "json";
  readonly quiet?: boolean;
}

/** What the detectors of a configuration would report of the counts in a store; no cluster is asked. */
export async function predictDetectors(options: PredictOptions): Promise<void> {
  const config = loadConfiguration(options.config);
  const directory = loadOrganization(options.organization, config);
  const runs = countArgument("--runs", options.runs);
  const progress = createProgress(process.stderr, options.quiet ?? false);
  const specs = specsOf(config);
  const prediction = await withStore(workspace(options.out), "read", async ({ events }) => {
    const span = await events.span();
    if (!span) return null;
    const { historyDays } = config.opensearch.forest;
    const closings = await closingsIn(events, config);
    const about = { specs, directory, closings, mode: options.mode, historyDays, runs, span };
    return predict(events, { ...about, onModel: progress.learning });
  });
  progress.done();
  process.stdout.write(
    options.format === "json"
      ? `${JSON.stringify(prediction, null, 2)}\n`
      : renderPrediction(prediction, { specs, directory }, textOptions(process.stdout)),
  );
}
