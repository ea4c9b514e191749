import { expectedLossOf } from "../budget/expected-loss.ts";
import type { Severity } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import type { ExpectedVerdict, IncidentDraft, IncidentLabel } from "../domain/incident.ts";
import { type EpochMs, isoTime, type TimeWindow } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventStore, LoggedAccount } from "../ports/event-store.ts";
import type { KeyCommonness } from "./commonness.ts";
import type { IncidentsConfig } from "./config.ts";
import { expectedVerdict, neverExpected } from "./expected.ts";
import { has } from "./facets.ts";
import type { FindingGroup } from "./group-findings.ts";
import { gatherHistory, type IncidentHistory } from "./history.ts";
import { shortHash } from "./identifier.ts";
import { judgementsOf, labelOf } from "./labels.ts";
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
  /** Why nothing that was said of its like excuses it, where there is such a reason. */
  readonly refusal: string | null;
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
  if (!asked) return { group, material, ...before, expected: NOT_ASKED, refusal: null };
  const judged = { ...known, history: await gatherHistory(store, material, span, config) };
  const accountSince = new Map(coverage.map(({ account, first }) => [account, first]));
  const expected = expectedVerdict({ ...judged, accountSince });
  return { group, material, ...incidentSeverity(judged), expected, refusal: neverExpected(judged) };
}

/** The incident that a judged group is, of the first revision. */
export function draftOf(judged: JudgedGroup, id: string, now: EpochMs, config: IncidentsConfig): IncidentDraft {
  const { group, material, severity, reasons } = judged;
  const mute = muteOf(id, material, config);
  const label = labelOf(id, material, config);
  const expected = label ? byLabel(label, id, judged) : judged.expected;
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
      judged: judgementsOf(material, config),
    }),
    paging: pagingOf(severity, expected, mute),
    mute,
    label: label && { incident: label.incident, verdict: label.verdict, note: label.note },
    eventIds: material.events.slice(0, EVENT_IDS).map((event) => event.id),
    eventCount: material.eventCount,
  };
}

/** What a person said of an incident holds for it; of another one with its pattern, only where nothing makes it worse. */
function byLabel({ incident, verdict, note }: IncidentLabel, id: string, judged: JudgedGroup): ExpectedVerdict {
  const isOwn = id === incident;
  const said = `labelled ${verdict}${isOwn ? "" : `, as incident ${incident} with the same pattern was`}: ${note}`;
  if (verdict === "true") return { expected: false, reasons: [said] };
  if (isOwn) return { expected: true, reasons: [said] };
  if (judged.refusal !== null) return { expected: false, reasons: [`although ${said}, ${judged.refusal}`] };
  if (judged.severity === "critical") return { expected: false, reasons: [`although ${said}, it is critical`] };
  return { expected: true, reasons: [said] };
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
