import type { Finding } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import { inOrder } from "../domain/in-order.ts";
import type { ExpectedVerdict, IncidentDraft } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import { type EpochMs, isoTime, type TimeWindow } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { AccountCoverage, EventStore } from "../ports/event-store.ts";
import { attributeMoney } from "./attribute-money.ts";
import { gatherCommonness } from "./commonness.ts";
import type { IncidentsConfig } from "./config.ts";
import { expectedVerdict } from "./expected.ts";
import { has } from "./facets.ts";
import { type FindingGroup, groupFindings } from "./group-findings.ts";
import { gatherHistory, type IncidentHistory } from "./history.ts";
import { shortHash } from "./identifier.ts";
import { lifecycleOf, muteOf, pagingOf } from "./lifecycle.ts";
import { gatherMaterial, type IncidentMaterial } from "./material.ts";
import { incidentSeverity } from "./severity.ts";

export interface IncidentsInput {
  /** Anomalies, novelties, violations (dangers too) and insights, in any order. */
  readonly findings: readonly Finding[];
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly coverage: readonly AccountCoverage[];
  readonly span: TimeWindow;
  readonly config: IncidentsConfig;
  /** End of the data: the core has no clock. */
  readonly now: EpochMs;
}

const EVENT_IDS = 200;

const NO_HISTORY: IncidentHistory = { principals: new Map(), deployments: [] };

const NOT_ASKED: ExpectedVerdict = {
  expected: false,
  reasons: ["below medium, so whether it was expected was not asked"],
};

/**
 * Groups findings into incidents and decides each one's severity, expectedness, muting and paging. Most severe first,
 * then newest first, then id. Groups below the configured severity are left out; revisions are the store's business.
 */
export async function buildIncidents(input: IncidentsInput): Promise<IncidentDraft[]> {
  const { store, directory, coverage, span, config, now } = input;
  const findings = await attributeMoney(store, input.findings);
  const commonness = await gatherCommonness(store, findings);
  const loggedAccounts = new Set(coverage.map(({ account }) => account));
  const accountSince = new Map(coverage.map(({ account, first }) => [account, first]));
  const groups = groupFindings(findings, { directory, loggedAccounts, commonness, config, span });
  const incidents: IncidentDraft[] = [];
  const ids = new Set<string>();
  const judge = async (group: FindingGroup) => {
    const material = await gatherMaterial(store, group, directory);
    const known = { material, commonness, config, span };
    const before = incidentSeverity({ ...known, history: NO_HISTORY });
    // The past is asked only about what may page, or may once it is known.
    const asked = severityRank(before.severity) >= severityRank("medium") || readsSecrets(material);
    const judged = { ...known, history: asked ? await gatherHistory(store, material, span, config) : NO_HISTORY };
    const { severity, reasons } = asked ? incidentSeverity(judged) : before;
    const expected = asked ? expectedVerdict({ ...judged, accountSince }) : NOT_ASKED;
    return { group, material, severity, reasons, expected };
  };
  for await (const { group, material, severity, reasons, expected } of inOrder(groups.filter(mayMatter), judge)) {
    if (severityRank(severity) < severityRank(config.minimumSeverity)) continue;
    const id = uniqueId(group, ids);
    const mute = muteOf(id, material, config);
    incidents.push({
      id,
      revision: 1,
      ...lifecycleOf(material.window, now, config),
      window: material.window,
      severity,
      severityReasons: reasons,
      accounts: material.accounts,
      regions: material.regions,
      principals: material.principals,
      findings: group.findings,
      joinedBy: group.joinedBy,
      expected,
      paging: pagingOf(severity, expected, mute),
      mute,
      eventIds: material.events.slice(0, EVENT_IDS).map((event) => event.id),
      eventCount: material.eventCount,
    });
  }
  return incidents.sort(
    (a, b) =>
      severityRank(b.severity) - severityRank(a.severity) || b.window.start - a.window.start || compareText(a.id, b.id),
  );
}

const readsSecrets = ({ facets }: IncidentMaterial): boolean =>
  has(facets, "marks", "secret-read") || has(facets, "marks", "parameter-read");

/** A single first that is only context is not worth a question to the store. */
const mayMatter = ({ findings }: FindingGroup): boolean =>
  findings.length > 1 || findings.some(({ severity }) => severity !== "info");

/** `20261103-1k2j3h4g5f6d7`: the day it began and its first finding. */
function uniqueId({ findings }: FindingGroup, taken: Set<string>): string {
  const [first] = findings;
  const day = isoTime(first?.window.start ?? 0)
    .slice(0, 10)
    .replaceAll("-", "");
  let id = `${day}-${shortHash(first?.id ?? "").slice(0, 8)}`;
  for (let more = 2; taken.has(id); more++) id = `${day}-${shortHash(first?.id ?? "", String(more)).slice(0, 8)}`;
  taken.add(id);
  return id;
}
