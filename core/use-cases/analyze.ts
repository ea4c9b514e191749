import type { Config } from "../config/index.ts";
import { deliveryHealth } from "../detection/delivery-health.ts";
import type { AnalysedAccount, Analysis, SpendFigures } from "../domain/analysis.ts";
import { inOrder } from "../domain/in-order.ts";
import type { Incident } from "../domain/incident.ts";
import type { IngestSummary } from "../domain/ingest.ts";
import type { InsightRecord } from "../domain/insight.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, type TimeWindow } from "../domain/time.ts";
import { explainIncident } from "../explain/explain-incident.ts";
import { buildIncidents } from "../incidents/build-incidents.ts";
import { resolvePolicies } from "../policies/index.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { DetectorEngine } from "../ports/detector-engine.ts";
import type { AccountCoverage, EventStore } from "../ports/event-store.ts";
import type { PriceBook } from "../ports/price-book.ts";
import type { SecondOpinions } from "../ports/second-opinion.ts";
import { gatherFindings } from "./gather-findings.ts";
import { addSpend, rollUpAccounts } from "./roll-up-accounts.ts";

export type AnalysisStep = "counting" | "grouping" | "explaining";

export interface AnalyzeInput {
  /** Of Trailwatch, for the analysis to name. */
  readonly version: string;
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly priceBook: PriceBook;
  readonly engine: DetectorEngine;
  readonly config: Config;
  /** Those that a detector watches. */
  readonly signals: readonly Signal[];
  readonly ingest: IngestSummary;
  readonly insights: readonly InsightRecord[];
  /** Of a forest beside the count model; without it none is spoken of. */
  readonly secondOpinion?: SecondOpinions;
  readonly onStep?: (step: AnalysisStep) => void;
}

/**
 * From a settled store to all there is to say about it. The end of the data stands for "now", so the same store and
 * configuration give the same analysis whenever it is run.
 */
export async function analyze(input: AnalyzeInput): Promise<Analysis> {
  const { store, directory, priceBook } = input;
  const span = await store.span();
  const coverage = await store.coverage();
  const spends = new Map((await store.spend()).map(({ account, ...spend }) => [account, spend]));
  const accounts = coverage.map((covered) => analysed(covered, spends.get(covered.account), directory));
  const spend = {
    ...addSpend(accounts.map((account) => account.spend)),
    pricesAsOf: priceBook.asOf,
    sources: priceBook.sources,
  };
  const found = span ? await findIncidents(input, span, coverage) : { incidents: [], unknownWindows: [] };
  return {
    version: input.version,
    span,
    ingest: input.ingest,
    accounts,
    ...found,
    spend,
    rollups: rollUpAccounts(accounts, found.incidents),
  };
}

async function findIncidents(
  { store, directory, priceBook, engine, config, signals, insights, secondOpinion, onStep = () => {} }: AnalyzeInput,
  span: TimeWindow,
  coverage: readonly AccountCoverage[],
): Promise<Pick<Analysis, "incidents" | "unknownWindows">> {
  onStep("counting");
  const policies = resolvePolicies(config.policies);
  const health = await deliveryHealth(store.deliveries(BUCKET), span, config.detection, directory);
  const about = { store, directory, coverage, span };
  const findings = await gatherFindings({
    ...about,
    engine,
    config,
    signals,
    policies,
    health,
    insights,
    ...(secondOpinion ? { secondOpinion } : {}),
  });
  onStep("grouping");
  const { incidents: rules, alertBudget } = config;
  const drafts = await buildIncidents({ ...about, findings, config: rules, alertBudget, now: span.end });
  onStep("explaining");
  const incidents: Incident[] = [];
  const context = { store, directory, priceBook, signals, policies, span };
  for await (const incident of inOrder(drafts, (draft) => explainIncident(draft, context))) incidents.push(incident);
  return { incidents, unknownWindows: health.unknownWindows };
}

const NOTHING: SpendFigures = {
  addedPerHour: { low: "0", high: "0" },
  removedPerHour: { low: "0", high: "0" },
  once: { low: "0", high: "0" },
  unpricedEvents: 0,
};

const analysed = (
  coverage: AccountCoverage,
  spend: SpendFigures | undefined,
  directory: AccountDirectory,
): AnalysedAccount => ({
  context: directory.account(coverage.account),
  coverage,
  spend: spend ?? NOTHING,
});
