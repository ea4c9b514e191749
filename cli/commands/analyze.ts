import { accessSync, constants, existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { DuckDbResponseStore } from "#adapters/duckdb/response-store.ts";
import type { Config } from "#core/config/index.ts";
import type { Analysis } from "#core/domain/analysis.ts";
import type { Delays } from "#core/domain/as-delivered.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type Severity, severityRank } from "#core/domain/finding.ts";
import { redactAnalysis } from "#core/messages/redact.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { ReadSelection } from "#core/ports/event-source.ts";
import { analyseStore, redactReport, reportModel, writeReport } from "../analysis.ts";
import { countArgument, rangeArguments } from "../arguments.ts";
import type { AwsOptions } from "../aws.ts";
import { loadConfiguration, loadOrganization, withOpinionsWanted } from "../configuration.ts";
import { EXIT } from "../exit-codes.ts";
import { startFresh } from "../fresh.ts";
import { ingest } from "../ingest/index.ts";
import { insightRecords } from "../ingest/ledger.ts";
import { createProgress, type Progress } from "../progress.ts";
import { renderJson, renderNdjson } from "../render/json.ts";
import { renderMarkdown } from "../render/markdown.ts";
import { renderText } from "../render/text.ts";
import { withResponses } from "../responses.ts";
import { sourcesOf } from "../sources.ts";
import { withStore } from "../store.ts";
import { textOptions } from "../terminal.ts";
import { makeWorkspace, type Workspace } from "../workspace.ts";
import type { Format } from "./incidents.ts";

export interface AnalyzeOptions extends AwsOptions {
  readonly out: string;
  readonly config?: string;
  readonly organization?: string;
  readonly format: Format;
  readonly from?: string;
  readonly to?: string;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly eventName?: readonly string[];
  readonly workers?: string;
  /** A file, or whether to write one at all. */
  readonly report?: string | boolean;
  readonly secondOpinion?: boolean;
  readonly fresh?: boolean;
  readonly failOn?: Severity;
  readonly redact?: boolean;
  /** By which times events are replayed as they were delivered; not at all where it is left out. */
  readonly asDelivered?: Delays["times"];
  readonly quiet?: boolean;
}

export async function analyze(paths: readonly string[], options: AnalyzeOptions): Promise<void> {
  const config = withOpinionsWanted(loadConfiguration(options.config), options.secondOpinion);
  const directory = loadOrganization(options.organization, config);
  const selection = selectionOf(options);
  const sources = await sourcesOf(paths, options);
  const place = makeWorkspace(options.out);
  const reportFile = typeof options.report === "string" ? options.report : place.report;
  if (options.report !== false) checkWritable(reportFile);
  const said = options.fresh ? await startFresh(place, sources, selection) : [];

  const progress = createProgress(process.stderr, options.quiet ?? false);
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once("SIGINT", onSignal);
  try {
    const summary = await ingest({
      sources,
      selection,
      storePath: place.store,
      quarantinePath: place.quarantine,
      workers:
        options.workers === undefined
          ? Math.max(1, availableParallelism() - 1)
          : countArgument("--workers", options.workers),
      signal: interrupt.signal,
      onProgress: progress.reading,
    });
    // From here on nothing is lost by stopping at once: what was read is in the store.
    process.off("SIGINT", onSignal);
    if (summary.read === 0 && summary.files === 0 && summary.filesSkipped === 0) throw nothingRead(paths);
    const { found, settings } = await withStore(place, "write", async ({ instance, events, incidents }) => {
      for (const response of said) await new DuckDbResponseStore(instance).record(response);
      const about = { store: events, directory, config: await withResponses(config, instance) };
      const made = await analyseStore({
        ...about,
        ingest: summary,
        insights: await insightRecords(instance),
        onStep: progress.step,
      });
      await incidents.save(made.incidents);
      const kept = { ...made, incidents: await incidents.list() };
      if (options.report !== false) {
        progress.step("drawing");
        const model = await reportModel(kept, about);
        await writeReport(options.redact ? redactReport(model) : model, reportFile);
        progress.say(`report: ${reportFile}`);
      }
      return { found: kept, settings: about.config };
    });
    const analysis = await withDelivered(found, place, { ...options, settings, directory, progress });
    progress.done();
    process.stdout.write(render(options.redact ? redactAnalysis(analysis) : analysis, options.format));
    if (isMet(analysis, options.failOn)) process.exitCode = EXIT.failOn;
  } finally {
    progress.done();
    process.off("SIGINT", onSignal);
  }
}

async function withDelivered(
  analysis: Analysis,
  place: Workspace,
  {
    asDelivered: times,
    settings,
    directory,
    progress,
  }: Pick<AnalyzeOptions, "asDelivered"> & {
    readonly settings: Config;
    readonly directory: AccountDirectory;
    readonly progress: Progress;
  },
): Promise<Analysis> {
  if (times === undefined) return analysis;
  const { asDelivered } = await import("../as-delivered.ts");
  const about = { config: settings, directory, analysed: analysis.incidents, times };
  return { ...analysis, asDelivered: await asDelivered(place, { ...about, onRun: progress.replaying }) };
}

/** Before hours of work, not after them. */
function checkWritable(file: string): void {
  try {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (cause) {
    throw new TrailwatchError("USAGE", `the report cannot be written to ${file}`, "Name another file with --report.", {
      cause,
    });
  }
}

function selectionOf(options: AnalyzeOptions): ReadSelection {
  const { from, to } = rangeArguments(options);
  return {
    from,
    to,
    accounts: options.account,
    regions: options.region,
    eventNames: options.eventName,
  };
}

function render(analysis: Analysis, format: Format): string {
  switch (format) {
    case "text":
      return renderText(analysis, textOptions(process.stdout));
    case "json":
      return renderJson(analysis);
    case "ndjson":
      return renderNdjson(analysis);
    case "markdown":
      return renderMarkdown(analysis);
  }
}

const isMet = ({ incidents }: Analysis, failOn: Severity | undefined): boolean =>
  failOn !== undefined &&
  incidents.some(
    ({ severity, expected, mute }) =>
      !expected.expected && mute === null && severityRank(severity) >= severityRank(failOn),
  );

const nothingRead = (paths: readonly string[]): TrailwatchError =>
  new TrailwatchError(
    "NOTHING_READ",
    `no CloudTrail file under ${paths.join(", ")}`,
    "Check the path and the --from, --to, --account and --region that may leave everything out.",
  );
