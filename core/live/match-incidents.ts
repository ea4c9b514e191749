import type { Finding } from "../domain/finding.ts";
import type { FindingGroup } from "../incidents/group-findings.ts";
import type { KeptIncident } from "../ports/live-incidents.ts";

/** What a finding is about, whenever it happened: the same thing seen better is found again by it. */
function threadOf(finding: Finding): string {
  const { kind, account } = finding;
  switch (kind) {
    case "anomaly": {
      const { signal, direction, entity } = finding;
      return JSON.stringify([kind, signal, direction, account, entity.region, entity.principal, entity.resource]);
    }
    case "policy":
      return JSON.stringify([kind, finding.policy, account, finding.facets.principals[0]?.value ?? null]);
    case "novelty":
    case "insight":
      return JSON.stringify([kind, finding.id]);
  }
}

const goesOn = (a: Finding, b: Finding): boolean => a.window.start <= b.window.end && b.window.start <= a.window.end;

/**
 * Which group of findings each kept incident has become: that of its first finding, else that with most of its findings. A
 * finding is the same by its id, or where the same thing departs in a window that overlaps: the first bucket of a rise may
 * be another one when more of it is known.
 * @returns kept incidents by position of their group; those of which no finding is left are in none
 */
export function matchIncidents(
  groups: readonly FindingGroup[],
  kept: readonly KeptIncident[],
): ReadonlyMap<number, readonly KeptIncident[]> {
  const byId = new Map<string, number>();
  const byThread = new Map<string, { readonly finding: Finding; readonly group: number }[]>();
  for (const [group, { findings }] of groups.entries()) {
    for (const finding of findings) {
      byId.set(finding.id, group);
      const thread = threadOf(finding);
      byThread.set(thread, [...(byThread.get(thread) ?? []), { finding, group }]);
    }
  }
  const groupOf = (finding: Finding): number | undefined =>
    byId.get(finding.id) ?? byThread.get(threadOf(finding))?.find((one) => goesOn(one.finding, finding))?.group;
  const matched = new Map<number, KeptIncident[]>();
  for (const incident of [...kept].sort((a, b) => (a.draft.id < b.draft.id ? -1 : 1))) {
    const group = bestOf(incident.draft.findings.map(groupOf));
    if (group !== undefined) matched.set(group, [...(matched.get(group) ?? []), incident]);
  }
  return matched;
}

function bestOf([first, ...others]: readonly (number | undefined)[]): number | undefined {
  if (first !== undefined) return first;
  const counts = new Map<number, number>();
  for (const group of others) if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
  return [...counts].sort(([a, few], [b, many]) => many - few || a - b)[0]?.[0];
}
