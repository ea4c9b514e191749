import type { AccountContext } from "../domain/account.ts";
import type { Finding, Severity } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import type { ExpectedVerdict, IncidentDraft, MuteVerdict, PagingDecision } from "../domain/incident.ts";
import { type EpochMs, HOUR, isoTime, type TimeWindow } from "../domain/time.ts";
import { principalName } from "./actors.ts";
import type { IncidentResponse, IncidentsConfig, Mute } from "./config.ts";
import { matchesAnyGlob } from "./globs.ts";
import type { IncidentMaterial } from "./material.ts";

export type Lifecycle = Pick<IncidentDraft, "state" | "openedAt" | "updatedAt" | "closedAt">;

/** Open while its last event is younger than the quiet time at `now`, the end of the data. */
export function lifecycleOf(window: TimeWindow, now: EpochMs, config: Pick<IncidentsConfig, "quietHours">): Lifecycle {
  const quietAt = window.end + config.quietHours * HOUR;
  const closed = quietAt <= now;
  return {
    state: closed ? "closed" : "open",
    openedAt: window.start,
    updatedAt: window.end,
    closedAt: closed ? quietAt : null,
  };
}

/** Worth a page, budget or not: medium or higher, not expected, not muted. The reason is said either way. */
export function pagingOf(severity: Severity, expected: ExpectedVerdict, mute: MuteVerdict | null): PagingDecision {
  if (severityRank(severity) < severityRank("medium")) return notPaged(`: ${severity}, below medium`);
  if (mute !== null) {
    const until = mute.until === null ? "" : ` until ${isoTime(mute.until)}`;
    return notPaged(`: ${MUTED[mute.kind]}${until}: ${mute.reason}`);
  }
  if (expected.expected) return notPaged(`, in the digest: expected (${expected.reasons.join("; ")})`);
  const because = expected.reasons.length === 0 ? "" : `, because ${expected.reasons.join("; ")}`;
  return { paged: true, reason: `paged: ${severity} and not expected${because}`, heldBackBy: null };
}

const MUTED = { snooze: "snoozed", mute: "muted", acknowledged: "acknowledged" } as const;

const notPaged = (why: string): PagingDecision => ({ paged: false, reason: `not paged${why}`, heldBackBy: null });

/**
 * The first response to this incident, else the first mute whose scope holds, that had not ended when the incident was
 * last added to. What happened after a mute's end is not muted by it.
 */
export function muteOf(
  id: string,
  material: IncidentMaterial,
  config: Pick<IncidentsConfig, "mutes" | "responses">,
): MuteVerdict | null {
  const holds = (until: string | null): boolean => until === null || material.window.end <= Date.parse(until);
  const untilOf = (until: string | null): EpochMs | null => (until === null ? null : Date.parse(until));
  const response = config.responses.find(
    (candidate: IncidentResponse) => id.startsWith(candidate.incident) && holds(candidate.until),
  );
  if (response) return { kind: response.kind, reason: response.reason, until: untilOf(response.until) };
  const mute = config.mutes.find((candidate: Mute) => holds(candidate.until) && inScope(candidate.scope, material));
  return mute ? { kind: "mute", reason: mute.reason, until: untilOf(mute.until) } : null;
}

/** Everything that made the incident must be in scope: a mute for one account hides nothing that another one does too. */
function inScope(scope: Mute["scope"], { findings, accounts, principals, facets }: IncidentMaterial): boolean {
  const every = <T>(
    allowed: readonly string[] | undefined,
    values: readonly T[],
    matches: (allowed: readonly string[], value: T) => boolean,
  ): boolean =>
    allowed === undefined ||
    allowed.length === 0 ||
    (values.length > 0 && values.every((value) => matches(allowed, value)));
  const strong = findings.filter(({ severity }) => severity !== "info");
  const told = strong.length > 0 ? strong : findings;
  return (
    every(scope.accounts, accounts, (allowed, { id }) => allowed.includes(id)) &&
    every(scope.accountTypes, accounts, (allowed, { type }) => allowed.includes(type)) &&
    every(scope.ouPaths, accounts, underOu) &&
    every(scope.regions, told, (allowed, { region }) => allowed.includes(region)) &&
    every(scope.signals, told, (allowed, finding) => matchesAnyGlob(allowed, aboutOf(finding))) &&
    every(
      scope.principals,
      principals,
      (allowed, { value }) => matchesAnyGlob(allowed, value) || matchesAnyGlob(allowed, principalName(value)),
    ) &&
    every(scope.actions, facets.actions, (allowed, { value }) => matchesAnyGlob(allowed, value)) &&
    every(scope.networks, facets.networks, (allowed, { value }) => allowed.includes(value))
  );
}

const underOu = (allowed: readonly string[], { ouPath }: AccountContext): boolean =>
  ouPath !== null &&
  allowed.some((path) => ouPath === path || ouPath.startsWith(path.endsWith("/") ? path : `${path}/`));

/** What a finding is about, by the id that a person would write into a mute. */
export function aboutOf(finding: Finding): string {
  switch (finding.kind) {
    case "anomaly":
      return finding.signal;
    case "novelty":
      return finding.dimension;
    case "policy":
      return finding.policy;
    case "insight":
      return finding.insightType;
  }
}
