import type { Finding } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { DAY, isoTime } from "#core/domain/time.ts";

/**
 * Where an incident has been, in pairs that an aggregation can count: an incident of two accounts and two days need not
 * have been in both accounts on both days, which lists of accounts and of days cannot tell. Each pair stands once.
 */
export interface IncidentFootprint {
  /** `<account>|<YYYY-MM-DD>`, every day that a finding's window touches. */
  readonly account_days: readonly string[];
  /** `<account>|<region>`; `global` and `*` too. */
  readonly account_regions: readonly string[];
  /** `<account>|<signal>`, `<account>|first-<dimension>`, `<account>|policy`, `<account>|insight`. */
  readonly account_findings: readonly string[];
}

export function incidentFootprint({ findings }: Pick<Incident, "findings">): IncidentFootprint {
  const pairs = (of: (finding: Finding) => readonly string[]): string[] => [
    ...new Set(findings.flatMap((finding) => of(finding).map((value) => `${finding.account}|${value}`))),
  ];
  return {
    account_days: pairs(daysOf),
    account_regions: pairs(({ region }) => [region]),
    account_findings: pairs((finding) => [kindOf(finding)]),
  };
}

function daysOf({ window }: Finding): string[] {
  const days: string[] = [];
  for (let day = Math.floor(window.start / DAY) * DAY; day < window.end; day += DAY) {
    days.push(isoTime(day).slice(0, 10));
  }
  return days;
}

function kindOf(finding: Finding): string {
  switch (finding.kind) {
    case "anomaly":
      return finding.signal;
    case "novelty":
      return `first-${finding.dimension}`;
    default:
      return finding.kind;
  }
}
