import type { Facet, FindingFacets } from "../domain/finding.ts";
import type { Incident } from "../domain/incident.ts";
import { dominant, shareOf } from "../incidents/facets.ts";
import { listed } from "./format.ts";
import { principalOf, principalWords } from "./principal.ts";
import { named } from "./visible.ts";

/** A caller who made this part of what a finding counts stands behind it. */
const BEHIND = 0.5;
/** Without such a one, those with at least this part of the incident's calls. */
const PART = 0.25;

/**
 * The callers who explain the incident, most calls first: those who stand behind one of its findings. Who merely called at
 * the same time is in the evidence, and not here. Never empty where {@link Incident.principals} is not.
 */
export function actorsOf({ principals, findings }: Pick<Incident, "principals" | "findings">): readonly Facet[] {
  const behind = new Set(
    findings
      .filter(({ severity }) => severity !== "info")
      .flatMap(({ facets }) => dominant(facets, "principals", BEHIND)),
  );
  const total = principals.reduce((sum, { count }) => sum + count, 0);
  const acting = principals.filter(({ value }) => behind.has(value));
  const large = principals.filter(({ count }) => count >= total * PART);
  return acting.length > 0 ? acting : large.length > 0 ? large : principals;
}

/** What Identity Center makes of a permission set: many people share it, and the session has the person's name. */
const SHARED_ROLE = /\/AWSReservedSSO_.+_[0-9a-f]{16}$/;

/** `ana@example.com (AdministratorAccess through Identity Center)`, `role deploy`: the person where there is one. */
export function actorWords(principal: string, findings: readonly { readonly facets: FindingFacets }[]): string {
  const words = principalWords(principal);
  if (!SHARED_ROLE.test(principal)) return words;
  const person = findings
    .filter(({ facets }) => shareOf(facets, "principals", principal) >= BEHIND)
    .flatMap(({ facets }) => dominant(facets, "sessions", BEHIND))[0];
  return person === undefined ? words : `${named(person)} (${words})`;
}

/** The callers in one line, each name once: `role release-target (3 accounts) and role release-orchestrator`. */
export function whoLine(incident: Pick<Incident, "principals" | "findings">, limit: number): string {
  const counts = new Map<string, number>();
  for (const { value } of actorsOf(incident)) {
    const words = actorWords(value, incident.findings);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return listed(
    [...counts].map(([words, count]) => (count === 1 ? words : `${words} (${count} accounts)`)),
    limit,
  );
}

/** The same, with the ARN of a single caller: what a person pastes into a search. */
export function whoInFull(incident: Pick<Incident, "principals" | "findings">, limit: number): string {
  const [only, another] = actorsOf(incident);
  if (!only || another || SHARED_ROLE.test(only.value)) return whoLine(incident, limit);
  const words = actorWords(only.value, incident.findings);
  return principalOf(only.value).name === only.value ? words : `${words}, ${named(only.value)}`;
}
