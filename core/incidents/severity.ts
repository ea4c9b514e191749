import type { Finding, Severity } from "../domain/finding.ts";
import { maxSeverity, severityRank } from "../domain/finding.ts";
import { ESCALATIONS, type EscalationInput } from "./escalations.ts";

export interface SeverityVerdict {
  readonly severity: Severity;
  /** What made it so, gravest first. */
  readonly reasons: readonly string[];
}

/** More reasons than this no one reads at night. */
const REASONS = 4;

/** The gravest finding, raised by the written rules of {@link ESCALATIONS}; each thing gives one reason, however many findings and rules say it. */
export function incidentSeverity(input: EscalationInput): SeverityVerdict {
  const { findings } = input.material;
  const raised = ESCALATIONS.flatMap((escalation) => escalation(input) ?? []);
  const gravest = findings.reduce<Severity>((worst, finding) => maxSeverity(worst, finding.severity), "info");
  const severity = raised.reduce<Severity>((worst, verdict) => maxSeverity(worst, verdict.severity), gravest);
  const told = [
    ...raised,
    ...[...findings]
      .filter((finding) => finding.severity === gravest)
      .sort((a, b) => kindOrder(a) - kindOrder(b) || lengthOf(a) - lengthOf(b))
      .map((finding) => ({
        severity: finding.severity,
        reason: finding.severityReasons.join("; "),
        about: aboutOf(finding),
      })),
  ].filter(({ reason }) => reason !== "");
  told.sort((a, b) => severityRank(b.severity) - severityRank(a.severity));
  const about = new Set<string>();
  const reasons = told.filter((one) => !about.has(one.about) && about.add(one.about)).map(({ reason }) => reason);
  return { severity, reasons: [...new Set(reasons)].slice(0, REASONS) };
}

/** The same calls are counted by place, by principal and by resource, and over several windows: the shortest is the most telling. */
function aboutOf(finding: Finding): string {
  if (finding.kind === "anomaly") return finding.signal.replace(/-by-[a-z]+$/, "");
  const said = finding.kind === "policy" ? SAID_BY_OTHERS[finding.policy] : undefined;
  return said ?? finding.severityReasons.join("; ");
}

/** Dangers that a count or a rule of {@link ESCALATIONS} tells better, where it speaks. */
const SAID_BY_OTHERS: Readonly<Record<string, string>> = {
  "danger/secrets-sweep": "secrets-read",
  "danger/admin-granted": "administrator",
  "danger/credential-for-other": "administrator",
};

/** A number is more telling than a rule's sentence. */
const kindOrder = ({ kind }: Finding): number => (kind === "anomaly" ? 0 : 1);

const lengthOf = ({ window }: Finding): number => window.end - window.start;
