import type { Finding } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";

/** What an incident is made of, so that a miss or a false page can be traced: `anomaly instances-launched x2 (medium)`. */
export function findingWords({ findings }: Incident): readonly string[] {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const words = `${kindWords(finding)} (${finding.severity})`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].map(([words, count]) => (count === 1 ? words : `${count} x ${words}`));
}

function kindWords(finding: Finding): string {
  switch (finding.kind) {
    case "anomaly":
      return finding.signal;
    case "novelty":
      return `first ${finding.dimension} ${finding.value}`;
    case "policy":
      return finding.policy;
    case "insight":
      return `${finding.insightType} ${finding.action}`;
  }
}

/** For the terminal: all that one needs to find out why. */
export function incidentLines(incident: Incident): string {
  const { severity, expected, accounts, principals, explanation, severityReasons, joinedBy, eventCount } = incident;
  return [
    `${severity}${expected.expected ? ", expected" : ""}: ${explanation.summary}`,
    `  accounts ${accounts.map(({ alias }) => alias).join(", ")}; principals ${principals
      .slice(0, 3)
      .map(({ value, count }) => `${value} (${count})`)
      .join(", ")}; ${eventCount} events`,
    `  because ${severityReasons.join("; ")}`,
    ...(expected.expected ? [`  expected: ${expected.reasons.join("; ")}`] : []),
    ...(joinedBy.length > 0 ? [`  joined by ${joinedBy.join("; ")}`] : []),
    `  findings: ${findingWords(incident).join(", ")}`,
  ].join("\n");
}
