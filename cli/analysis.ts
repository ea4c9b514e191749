import { writeFileSync } from "node:fs";
import type { Config } from "#core/config/index.ts";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import type { Analysis } from "#core/domain/analysis.ts";
import type { IngestSummary } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, HOUR, type TimeWindow } from "#core/domain/time.ts";
import { Redactor } from "#core/messages/redact.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { DetectorEngine } from "#core/ports/detector-engine.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import type { SecondOpinions } from "#core/ports/second-opinion.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { buildReportModel, type SpendPoint } from "#core/report/build.ts";
import type { ReportModel } from "#core/report/model.ts";
import { incidentTimelines } from "#core/report/timelines.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { METER_SIGNALS } from "#core/signals/definitions.ts";
import { type AnalysisStep, analyze } from "#core/use-cases/analyze.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { forestBesideStore } from "./second-opinion/index.ts";
import { VERSION } from "./version.ts";

export interface StoreAnalysisInput {
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly config: Config;
  /** Of what was read; left out where the store was filled by others. */
  readonly ingest?: IngestSummary;
  readonly insights: readonly InsightRecord[];
  /** Where somebody else has one; else the forest of this process is asked, as configured. */
  readonly secondOpinion?: SecondOpinions;
  readonly onStep?: (step: AnalysisStep) => void;
}

/** An analysis of a store with everything this way to run brings: the count engine and the bundled price book. */
export async function analyseStore(input: StoreAnalysisInput): Promise<Analysis> {
  const secondOpinion = input.secondOpinion ?? (await forestBesideStore(input.store, input));
  return analyze({
    ...input,
    ...(secondOpinion ? { secondOpinion } : {}),
    ingest: input.ingest ?? NOTHING_READ,
    version: VERSION,
    priceBook: createPriceBook(),
    engine: createCountEngine(),
    signals: resolveSignals(input.config.signals),
  });
}

const NOTHING_READ: IngestSummary = {
  files: 0,
  filesSkipped: 0,
  filesLeftOut: {},
  bytes: 0,
  read: 0,
  stored: 0,
  duplicates: 0,
  conflicts: 0,
  quarantined: {},
  leftOut: 0,
  insights: 0,
  first: null,
  last: null,
};

/** The analysis with the rows of its charts, and both redacted alike where asked. */
export async function reportModel(
  analysis: Analysis,
  { store, directory, config }: Pick<StoreAnalysisInput, "store" | "directory" | "config">,
): Promise<ReportModel> {
  const signals = resolveSignals(config.signals);
  const engine = createCountEngine();
  const { span } = analysis;
  const timelines = span ? await timelinesOf(analysis, { store, directory, config, signals, engine, span }) : {};
  return buildReportModel({
    analysis,
    hourlyEvents: span ? await hourlyEvents(store, analysis, span) : new Map(),
    spend: await meter(store),
    timelines,
  });
}

/** Consistent stand-ins for accounts, principals, addresses and names, in the texts and in the charts. */
export function redactReport(model: ReportModel): ReportModel {
  const redactor = new Redactor();
  for (const { context } of model.analysis.accounts) redactor.learnAccount(context);
  for (const incident of model.analysis.incidents) redactor.learn(incident);
  return redactor.apply(model);
}

export async function writeReport(model: ReportModel, file: string): Promise<void> {
  const { renderReport } = await import("#adapters/report/index.ts");
  writeFileSync(file, await renderReport(model));
}

async function timelinesOf(
  analysis: Analysis,
  {
    store,
    directory,
    config,
    signals,
    engine,
    span,
  }: Pick<StoreAnalysisInput, "store" | "directory" | "config"> & {
    readonly signals: readonly Signal[];
    readonly engine: DetectorEngine;
    readonly span: TimeWindow;
  },
): Promise<ReportModel["timelines"]> {
  const health = await deliveryHealth(store.deliveries(BUCKET), span, config.detection, directory);
  const rollup = store.rollup(signals, BUCKET);
  return incidentTimelines({ incidents: analysis.incidents, rollup, signals, health, engine, directory, span });
}

async function hourlyEvents(
  store: EventStore,
  { unknownWindows }: Analysis,
  span: TimeWindow,
): Promise<Map<string, (number | null)[]>> {
  const first = Math.floor(span.start / HOUR) * HOUR;
  const hours = Math.ceil((span.end - first) / HOUR);
  const counts = new Map<string, (number | null)[]>();
  for await (const { account, bucket, events } of store.deliveries(HOUR)) {
    const own = counts.get(account) ?? new Array<number | null>(hours).fill(0);
    own[(bucket - first) / HOUR] = events;
    counts.set(account, own);
  }
  for (const { account, window } of unknownWindows) {
    for (let hour = Math.floor((window.start - first) / HOUR); hour * HOUR + first < window.end; hour++) {
      const own = counts.get(account);
      if (own && hour < hours) own[hour] = null;
    }
  }
  return counts;
}

async function meter(store: EventStore): Promise<SpendPoint[]> {
  const points: SpendPoint[] = [];
  for await (const { signal, bucket, value } of store.rollup(METER_SIGNALS, BUCKET)) {
    const change = CHANGES[signal];
    if (change) points.push({ time: bucket, change, usdPerHour: value });
  }
  return points;
}

const CHANGES: Readonly<Record<string, SpendPoint["change"]>> = {
  "meter-usd-per-hour-added": "added",
  "meter-usd-per-hour-removed": "removed",
};
