import { withinBudget } from "../budget/budget.ts";
import type { AlertBudget } from "../budget/config.ts";
import type { Finding } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import { inOrder } from "../domain/in-order.ts";
import type { IncidentDraft } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import type { EpochMs } from "../domain/time.ts";
import { gatherCommonness } from "./commonness.ts";
import { groupFindings } from "./group-findings.ts";
import { draftOf, type JudgingContext, judgeGroup, mayMatter, uniqueId } from "./judge-group.ts";

export interface IncidentsInput extends JudgingContext {
  /** Anomalies (those of money with the dearest calls), novelties, violations (dangers too) and insights, in any order. */
  readonly findings: readonly Finding[];
  readonly alertBudget: AlertBudget | null;
  /** End of the data: the core has no clock. */
  readonly now: EpochMs;
}

/**
 * Groups findings into incidents and decides each one's severity, expectedness, muting and paging. Most severe first,
 * then newest first, then id. Groups below the configured severity are left out; revisions are the store's business.
 */
export async function buildIncidents(input: IncidentsInput): Promise<IncidentDraft[]> {
  const { store, directory, coverage, span, config, now, findings, alertBudget } = input;
  const commonness = await gatherCommonness(store, store.firstSeen(), findings);
  const loggedAccounts = new Set(coverage.map(({ account }) => account));
  const groups = groupFindings(findings, { directory, loggedAccounts, commonness, config, span });
  const incidents: IncidentDraft[] = [];
  const ids = new Set<string>();
  for await (const judged of inOrder(groups.filter(mayMatter), (group) => judgeGroup(group, commonness, input))) {
    if (severityRank(judged.severity) < severityRank(config.minimumSeverity)) continue;
    incidents.push(draftOf(judged, uniqueId(judged.group, ids), now, config));
  }
  const past = { earlier: [], told: new Set<string>(), silent: new Set<string>(), since: span.start };
  return [...withinBudget(incidents, alertBudget, past).drafts].sort(
    (a, b) =>
      severityRank(b.severity) - severityRank(a.severity) || b.window.start - a.window.start || compareText(a.id, b.id),
  );
}
