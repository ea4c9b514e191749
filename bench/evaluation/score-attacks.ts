import { type Severity, severityRank } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import type { LoggedRecord, RuleTest } from "./recordings.ts";
import { isPage } from "./score-world.ts";
import type { Technique } from "./techniques.ts";

export interface TechniqueScore {
  readonly technique: Technique;
  /** The gravest page that has a telling event. */
  readonly page: Incident | null;
  /** How the telling calls ended: `denied` is as telling as `success`. */
  readonly outcome: string;
  /** All incidents, gravest first, for the misses. */
  readonly incidents: readonly Incident[];
}

/** Incidents come gravest first, as an analysis has them. */
export function scoreTechnique(
  technique: Technique,
  records: readonly LoggedRecord[],
  incidents: readonly Incident[],
): TechniqueScore {
  const telling = records.filter(({ eventName }) => technique.telling.includes(eventName));
  const ids = new Set(telling.map(({ eventID }) => eventID));
  const page = incidents.find((incident) => isPage(incident) && eventIdsOf(incident).some((id) => ids.has(id)));
  const failed = telling.filter((record) => "errorCode" in record);
  const outcome = failed.length === 0 ? "succeeded" : failed.length === telling.length ? "refused" : "partly refused";
  return { technique, page: page ?? null, outcome, incidents };
}

const eventIdsOf = ({ eventIds, findings }: Incident): readonly string[] => [
  ...eventIds,
  ...findings.flatMap((finding) => finding.eventIds),
];

export interface RuleTestScore {
  readonly test: RuleTest;
  /** The gravest incident that nobody expects, `null` where there is none. */
  readonly incident: Incident | null;
}

export function scoreRuleTest(test: RuleTest, incidents: readonly Incident[]): RuleTestScore {
  return { test, incident: incidents.find(({ expected }) => !expected.expected) ?? null };
}

export const alertsFrom =
  (severity: Severity) =>
  ({ incident }: RuleTestScore): boolean =>
    incident !== null && severityRank(incident.severity) >= severityRank(severity);

/** What any product could do without looking further than the call's name. */
export const alertsOnRiskyCall = ({ test }: RuleTestScore): boolean =>
  riskRank(actionRisk(serviceOf(test.event), test.event.eventName).level) >= riskRank("medium");

export const alertsOnEveryChange = ({ test: { event } }: RuleTestScore): boolean =>
  event.readOnly === false || (event.readOnly === undefined && !/^(?:Get|List|Describe|Head)/.test(event.eventName));

const serviceOf = ({ eventSource = "" }: LoggedRecord): string => eventSource.replace(/\.amazonaws\.com$/, "");

export interface AlertRates {
  /** Tests that expect an alert, and those of them with one. */
  readonly expected: number;
  readonly right: number;
  /** Tests that expect none, and those of them with one. */
  readonly unexpected: number;
  readonly wrong: number;
}

export function alertRates(scores: readonly RuleTestScore[], alerts: (score: RuleTestScore) => boolean): AlertRates {
  const expected = scores.filter(({ test }) => test.expectedAlert);
  const unexpected = scores.filter(({ test }) => !test.expectedAlert);
  return {
    expected: expected.length,
    right: expected.filter(alerts).length,
    unexpected: unexpected.length,
    wrong: unexpected.filter(alerts).length,
  };
}

/** Share of right alerts minus share of wrong ones (Youden's J): 0 for chance, for "always" and for "never"; 1 is perfect. */
export const informedness = ({ expected, right, unexpected, wrong }: AlertRates): number =>
  (expected === 0 ? 0 : right / expected) - (unexpected === 0 ? 0 : wrong / unexpected);
