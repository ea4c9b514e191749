import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { tellingStoreErrors } from "#adapters/duckdb/store-error.ts";
import { knownIncidents } from "#core/backtest/known-incidents.ts";
import type { AlertBudget } from "#core/budget/config.ts";
import type { Delays } from "#core/domain/as-delivered.ts";
import type { KnownIncident } from "#core/domain/backtest.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { backtest as backtestOf, type Candidate } from "#core/use-cases/backtest.ts";
import { rangeArguments } from "../arguments.ts";
import { EVERY, openReplay } from "../as-delivered.ts";
import type { AwsOptions } from "../aws.ts";
import { loadConfiguration, loadOrganization, readText, withOpinionsWanted } from "../configuration.ts";
import { ingest } from "../ingest/index.ts";
import { createProgress } from "../progress.ts";
import { renderBacktest } from "../render/backtest.ts";
import { withResponses } from "../responses.ts";
import { sourcesOf } from "../sources.ts";
import { withStore } from "../store.ts";
import { textOptions } from "../terminal.ts";
import { makeWorkspace } from "../workspace.ts";

export interface BacktestOptions extends AwsOptions {
  readonly out: string;
  readonly config?: readonly string[];
  readonly organization?: string;
  readonly budget?: string;
  /** By which times events are replayed. */
  readonly delays: Delays["times"];
  readonly truth?: string;
  readonly from?: string;
  readonly to?: string;
  readonly secondOpinion?: boolean;
  readonly format: "text" | "json";
  readonly report?: string | boolean;
  readonly quiet?: boolean;
}

/** What each configuration would have paged in a history, replayed as it was delivered. */
export async function backtest(paths: readonly string[], options: BacktestOptions): Promise<void> {
  const budget = budgetOf(options.budget);
  const candidates = candidatesOf(options.config ?? [], budget).map(({ name, config }) => ({
    name,
    config: withOpinionsWanted(config, options.secondOpinion),
  }));
  const known = options.truth === undefined ? null : readKnown(options.truth);
  const { from = null, to = null } = rangeArguments(options);
  const sources = await sourcesOf(paths, options);
  const place = makeWorkspace(options.out);
  const progress = createProgress(process.stderr, options.quiet ?? false);
  try {
    const summary = await ingest({
      sources,
      selection: {},
      storePath: place.store,
      quarantinePath: place.quarantine,
      workers: Math.max(1, availableParallelism() - 1),
      signal: new AbortController().signal,
      onProgress: progress.reading,
    });
    if (summary.read === 0 && summary.files === 0 && summary.filesSkipped === 0) throw nothingReplayed(paths);
    const { labelled, events } = await withStore(place, "read", async ({ instance, events: store }) => ({
      labelled: await Promise.all(
        candidates.map(async ({ name, config }) => ({ name, config: await withResponses(config, instance) })),
      ),
      events: (await store.coverage()).reduce((sum, covered) => sum + covered.events, 0),
    }));
    const result = await tellingStoreErrors(() =>
      backtestOf({
        candidates: labelled,
        open: (config) =>
          openReplay(place, {
            config,
            directory: loadOrganization(options.organization, config),
            times: options.delays,
            onRun: progress.replaying,
          }),
        events,
        every: EVERY,
        counted: { start: from, end: to },
        known,
      }),
    );
    if (!result) throw nothingReplayed(paths);
    progress.done();
    if (options.report !== false) {
      const file = typeof options.report === "string" ? options.report : join(place.folder, "backtest.html");
      const { renderBacktestPage } = await import("#adapters/report/backtest-page.ts");
      writeFileSync(file, renderBacktestPage(result));
      progress.say(`page: ${file}`);
    }
    process.stdout.write(
      options.format === "json"
        ? `${JSON.stringify(result, null, 2)}\n`
        : renderBacktest(result, textOptions(process.stdout)),
    );
  } finally {
    progress.done();
  }
}

const BUDGET = /^(\d+)\s*(?:\/|per|a)\s*(day|week|month)$/;

function budgetOf(text: string | undefined): AlertBudget | null | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return null;
  const [, pages, per] = BUDGET.exec(text) ?? [];
  if (pages === undefined || Number(pages) < 1 || Number(pages) > 1000) {
    throw new TrailwatchError("USAGE", `--budget ${text} is no budget`, "Write it as 2/week, 1/day or none.");
  }
  return { pages: Number(pages), per: per as AlertBudget["per"] };
}

/** Named after their files; a budget on the command line stands for each one's own. */
function candidatesOf(files: readonly string[], budget: AlertBudget | null | undefined): readonly Candidate[] {
  const named =
    files.length === 0
      ? [{ name: "as configured by default", config: loadConfiguration(undefined) }]
      : files.map((file) => ({ name: basename(file), config: loadConfiguration(file) }));
  return named.map(({ name, config }, at) => ({
    name: named.some((other, place) => place < at && other.name === name) ? `${name} (${at + 1})` : name,
    config: budget === undefined ? config : { ...config, alertBudget: budget },
  }));
}

function readKnown(file: string): readonly KnownIncident[] {
  const text = readText(file, "the known incidents", "INPUT_UNREADABLE");
  try {
    return knownIncidents(JSON.parse(text));
  } catch (error) {
    if (error instanceof TrailwatchError) throw error;
    throw new TrailwatchError(
      "INPUT_UNREADABLE",
      `${file} is not JSON: ${(error as Error).message}`,
      "Mend it; docs/backtest.md has an example.",
      { cause: error },
    );
  }
}

const nothingReplayed = (paths: readonly string[]): TrailwatchError =>
  new TrailwatchError(
    "NOTHING_READ",
    `no CloudTrail event under ${paths.join(", ")} in the time that is to be counted`,
    "Check the path, and --from and --to.",
  );
