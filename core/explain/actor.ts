import { isAwsHost, isAwsService, isIdentityCenterRole } from "../incidents/actors.ts";
import { isLongTermKey, principalList, principalWords } from "../messages/principal.ts";
import { named } from "../messages/visible.ts";
import type { Case } from "./case.ts";
import { capital } from "./facts-of-findings.ts";
import { isDanger } from "./topics.ts";

/** `One role (release-target)`: a name that callers of every account share, to begin a sentence with; `null` where they share none. */
export function actorOf({ facets, accessKey, findings }: Case): string | null {
  if (accessKey !== null && isLongTermKey(accessKey)) return `Access key ${named(accessKey)}`;
  const [session, another] = facets.sessions;
  const people = facets.principals.every(({ value }) => isIdentityCenterRole(value));
  if (people && session && !another) return `${named(session.value)} (through Identity Center)`;
  const dangerous = findings.filter((finding) => finding.kind === "policy" && isDanger(finding.policy));
  const names = new Set(
    dangerous.flatMap((finding) => finding.facets.principals.slice(0, 1).map(({ value }) => principalWords(value))),
  );
  const [words] = names;
  if (words === undefined || names.size > 1) return null;
  const [, kind, name] = /^(role|user) (.*)$/s.exec(words) ?? [];
  return kind === undefined ? capital(words) : `One ${kind} (${name})`;
}

/** `by role deploy`, `with access key AKIA… of user ci`: the narrowest name of who it was; empty where the sentence has it. */
export function callerWords(subject: Case): string {
  const { principal, accessKey, facets } = subject;
  const [lead] = subject.leads;
  if (lead?.kind === "novelty" && lead.dimension === "principal") return "";
  if (accessKey !== null && isLongTermKey(accessKey)) {
    const owner = principal === null ? "" : ` of ${principalWords(principal)}`;
    return `with access key ${named(accessKey)}${owner}`;
  }
  if (principal === null) {
    const callers = facets.principals.map(({ value }) => value);
    return callers.length === 0 ? "" : `by ${principalList(callers, 2)}`;
  }
  if (isIdentityCenterRole(principal) && subject.session !== null) {
    return `by ${named(subject.session)} (${principalWords(principal)})`;
  }
  if (isAwsHost(principal)) return `by ${named(principal)}`;
  const behalf = facets.invokedBy[0];
  if (behalf && isAwsService(principal)) return `by ${named(behalf.value)}`;
  const through = behalf && behalf.count >= facets.events / 2 ? ` through ${named(behalf.value)}` : "";
  return `by ${principalWords(principal)}${through}`;
}
