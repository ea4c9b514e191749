import type { Config } from "../config/index.ts";
import type { DeliveryHealth } from "../detection/delivery-health.ts";
import { detectAnomalies } from "../detection/detect-anomalies.ts";
import type { Anomaly, Finding } from "../domain/finding.ts";
import { inOrder } from "../domain/in-order.ts";
import type { InsightRecord } from "../domain/insight.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, type TimeWindow } from "../domain/time.ts";
import { completeAnomaly } from "../incidents/complete-anomaly.ts";
import { scanDangers } from "../incidents/find-dangers.ts";
import { completeNovelties } from "../novelty/complete-novelties.ts";
import { findNovelties } from "../novelty/find-novelties.ts";
import { type Policy, scanPolicies } from "../policies/index.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { DetectorEngine } from "../ports/detector-engine.ts";
import type { AccountCoverage, EventStore } from "../ports/event-store.ts";
import type { SecondOpinions } from "../ports/second-opinion.ts";
import { consult } from "../second-opinion/consult.ts";
import { insightFindings } from "./insight-findings.ts";

export interface FindingsInput {
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly engine: DetectorEngine;
  readonly config: Config;
  /** Those that a detector watches. */
  readonly signals: readonly Signal[];
  readonly policies: readonly Policy[];
  readonly health: DeliveryHealth;
  readonly coverage: readonly AccountCoverage[];
  readonly insights: readonly InsightRecord[];
  readonly span: TimeWindow;
  /** Of a forest, where one is configured. */
  readonly secondOpinion?: SecondOpinions;
}

/** Everything that departs from what was usual, is new, is dangerous whoever does it, breaks a policy, or AWS itself found. */
export async function gatherFindings(input: FindingsInput): Promise<readonly Finding[]> {
  const { store, directory, config, coverage, span } = input;
  const loggedAccounts = new Set(coverage.map(({ account }) => account));
  // Not beside the roll-up: both are scans of everything, and memory is bounded.
  const firsts = await novelties(input);
  // Together: while the models walk through their series, the store answers the others.
  const found = await Promise.all([
    anomalies(input),
    firsts,
    scanDangers(store, { directory, loggedAccounts, span, config: config.incidents }),
    scanPolicies(store, span, input.policies, directory),
    insightFindings(input.insights, store),
  ]);
  return found.flat();
}

async function novelties({ store, directory, config, coverage, span }: FindingsInput): Promise<readonly Finding[]> {
  const firsts = [];
  for await (const row of store.firstSeen()) firsts.push(row);
  const drafts = findNovelties(firsts, { directory, coverage, span, config: config.novelty });
  return completeNovelties(store, drafts, config.novelty);
}

async function anomalies(input: FindingsInput): Promise<readonly Finding[]> {
  const { store, signals, health, engine, config, span, directory, secondOpinion: opinions } = input;
  const rollup = store.rollup(signals, BUCKET);
  const drafts = await detectAnomalies({ rollup, signals, health, engine, config: config.detection, span, directory });
  const findings: Anomaly[] = [];
  for await (const finding of inOrder(drafts, (draft) => completeAnomaly(draft, store, signals)))
    findings.push(finding);
  return opinions ? consult(findings, { ...input, opinions, config: config.detection }) : findings;
}
