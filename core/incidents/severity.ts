import type { Severity } from "../domain/finding.ts";
import { maxSeverity, severityRank } from "../domain/finding.ts";
import { ESCALATIONS, type EscalationInput } from "./escalations.ts";

export interface SeverityVerdict {
  readonly severity: Severity;
  /** What made it so, gravest first. */
  readonly reasons: readonly string[];
}

/** Reasons shown at most. */
const REASONS = 6;

/** The gravest finding, raised by the written rules of {@link ESCALATIONS}; every rule that speaks gives a reason. */
export function incidentSeverity(input: EscalationInput): SeverityVerdict {
  const { findings } = input.material;
  const raised = ESCALATIONS.flatMap((escalation) => escalation(input) ?? []);
  const gravest = findings.reduce<Severity>((worst, finding) => maxSeverity(worst, finding.severity), "info");
  const severity = raised.reduce<Severity>((worst, verdict) => maxSeverity(worst, verdict.severity), gravest);
  const told = [
    ...raised,
    ...findings
      .filter((finding) => finding.severity === gravest)
      .map((finding) => ({ severity: finding.severity, reason: finding.severityReasons.join("; ") })),
  ].filter(({ reason }) => reason !== "");
  told.sort((a, b) => severityRank(b.severity) - severityRank(a.severity));
  return { severity, reasons: [...new Set(told.map(({ reason }) => reason))].slice(0, REASONS) };
}
