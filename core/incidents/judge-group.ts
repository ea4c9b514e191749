import { expectedLossOf } from "../budget/expected-loss.ts";
import type { Severity } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import type { ExpectedVerdict, IncidentDraft } from "../domain/incident.ts";
import { type EpochMs, isoTime, type TimeWindow } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventStore, LoggedAccount } from "../ports/event-store.ts";
import type { KeyCommonness } from "./commonness.ts";
import type { IncidentsConfig } from "./config.ts";
import { expectedVerdict } from "./expected.ts";
import { has } from "./facets.ts";
import type { FindingGroup } from "./group-findings.ts";
import { gatherHistory, type IncidentHistory } from "./history.ts";
import { shortHash } from "./identifier.ts";
import { lifecycleOf, muteOf, pagingOf } from "./lifecycle.ts";
import { gatherMaterial, type IncidentMaterial } from "./material.ts";
import { peakAddedPerHour } from "./money.ts";
import { incidentSeverity } from "./severity.ts";

export interface JudgingContext {
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly coverage: readonly LoggedAccount[];
  readonly span: TimeWindow;
  readonly config: IncidentsConfig;
}

export interface JudgedGroup {
  readonly group: FindingGroup;
  readonly material: IncidentMaterial;
  readonly severity: Severity;
  readonly reasons: readonly string[];
  readonly expected: ExpectedVerdict;
}

const EVENT_IDS = 200;

const NO_HISTORY: IncidentHistory = { principals: new Map(), deployments: [] };

const NOT_ASKED: ExpectedVerdict = {
  expected: false,
  reasons: ["below medium, so whether it was expected was not asked"],
};

/** How grave findings that belong together are, and whether they were expected. The past is asked only about what may page, or may once it is known. */
export async function judgeGroup(
  group: FindingGroup,
  commonness: KeyCommonness,
  { store, directory, coverage, span, config }: JudgingContext,
): Promise<JudgedGroup> {
  const material = await gatherMaterial(store, group, directory);
  const known = { material, commonness, config, span };
  const before = incidentSeverity({ ...known, history: NO_HISTORY });
  const asked = severityRank(before.severity) >= severityRank("medium") || readsSecrets(material);
  if (!asked) return { group, material, ...before, expected: NOT_ASKED };
  const judged = { ...known, history: await gatherHistory(store, material, span, config) };
  const accountSince = new Map(coverage.map(({ account, first }) => [account, first]));
  return { group, material, ...incidentSeverity(judged), expected: expectedVerdict({ ...judged, accountSince }) };
}

/** The incident that a judged group is, of the first revision. */
export function draftOf(
  { group, material, severity, reasons, expected }: JudgedGroup,
  id: string,
  now: EpochMs,
  config: IncidentsConfig,
): IncidentDraft {
  const mute = muteOf(id, material, config);
  return {
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
    expectedLoss: expectedLossOf({
      severity,
      findings: group.findings,
      expected,
      addedPerHour: peakAddedPerHour(material.events),
    }),
    paging: pagingOf(severity, expected, mute),
    mute,
    eventIds: material.events.slice(0, EVENT_IDS).map((event) => event.id),
    eventCount: material.eventCount,
  };
}

const readsSecrets = ({ facets }: IncidentMaterial): boolean =>
  has(facets, "marks", "secret-read") || has(facets, "marks", "parameter-read");

/** A single first that is only context is not worth a question to the store. */
export const mayMatter = ({ findings }: FindingGroup): boolean =>
  findings.length > 1 || findings.some(({ severity }) => severity !== "info");

/** `20261103-1k2j3h4g5f6d7`: the day it began and its first finding. */
export function uniqueId({ findings }: FindingGroup, taken: Set<string>): string {
  const [first] = findings;
  const day = isoTime(first?.window.start ?? 0)
    .slice(0, 10)
    .replaceAll("-", "");
  let id = `${day}-${shortHash(first?.id ?? "").slice(0, 8)}`;
  for (let more = 2; taken.has(id); more++) id = `${day}-${shortHash(first?.id ?? "", String(more)).slice(0, 8)}`;
  taken.add(id);
  return id;
}
