import type { AccountContext } from "../domain/account.ts";
import { type Anomaly, type Finding, type FindingFacets, severityRank } from "../domain/finding.ts";
import type { IncidentDraft } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import type { Signal } from "../domain/signal.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { QuantityKind } from "../domain/usage-event.ts";
import { dominant, mergeFacets } from "../incidents/facets.ts";
import type { EventQuery } from "../ports/event-store.ts";
import { prominence, type Topic, topicsOf } from "./topics.ts";

/** An incident laid out for explaining: what leads it, who is behind it, what it is about. */
export interface Case {
  readonly draft: IncidentDraft;
  /** Most telling first. */
  readonly findings: readonly Finding[];
  readonly lead: Finding;
  /** The lead and its likes: the same signal, policy or novelty, in other regions and accounts; one per entity. */
  readonly leads: readonly Finding[];
  /** Of {@link leads} together. */
  readonly facets: FindingFacets;
  readonly topics: ReadonlySet<Topic>;
  /** Of the findings that would page by themselves. */
  readonly graveTopics: ReadonlySet<Topic>;
  readonly leadTopics: readonly Topic[];
  readonly signals: ReadonlyMap<string, Signal>;
  readonly accounts: readonly AccountContext[];
  readonly accountIds: readonly string[];
  /** Who made most of the lead's calls; `null` where nobody did. */
  readonly principal: string | null;
  readonly session: string | null;
  readonly accessKey: string | null;
  readonly network: string | null;
  readonly tool: string | null;
  /** Union of the leads' windows. */
  readonly window: TimeWindow;
}

/** From this part of the calls on, a caller, key or network stands for the incident. */
const STANDS_FOR = 0.5;

export function caseOf(draft: IncidentDraft, signals: readonly Signal[]): Case {
  const byId = new Map(signals.map((signal) => [signal.id, signal]));
  const findings = [...draft.findings].sort(
    (a, b) =>
      weight(b, byId) - weight(a, byId) ||
      actualOf(b) - actualOf(a) ||
      a.window.start - b.window.start ||
      compareText(a.id, b.id),
  );
  const gravest = findings[0];
  if (!gravest) throw new RangeError(`incident ${draft.id} has no finding`);
  const lead = tellerOf(gravest, findings, byId);
  const leads = onePerEntity(findings.filter((finding) => alike(finding, lead)));
  const facets = mergeFacets(leads.map((finding) => finding.facets));
  const standing = (name: "principals" | "sessions" | "accessKeys" | "networks" | "tools"): string | null =>
    dominant(facets, name, STANDS_FOR)[0] ?? null;
  return {
    draft,
    findings,
    lead,
    leads,
    facets,
    topics: new Set(findings.flatMap((finding) => topicsOf(finding, signalOf(finding, byId)))),
    graveTopics: new Set(
      findings
        .filter(({ severity }) => severityRank(severity) >= severityRank("medium"))
        .flatMap((finding) => topicsOf(finding, signalOf(finding, byId))),
    ),
    leadTopics: topicsOf(lead, signalOf(lead, byId)),
    signals: byId,
    accounts: draft.accounts,
    accountIds: draft.accounts.map(({ id }) => id),
    principal: standing("principals"),
    session: standing("sessions"),
    accessKey: standing("accessKeys"),
    network: standing("networks"),
    tool: standing("tools"),
    window: unionOf(leads.map(({ window }) => window)),
  };
}

export const signalOf = (finding: Finding, signals: ReadonlyMap<string, Signal>): Signal | undefined =>
  finding.kind === "anomaly" ? signals.get(finding.signal) : undefined;

const weight = (finding: Finding, signals: ReadonlyMap<string, Signal>): number =>
  prominence(finding, signalOf(finding, signals), severityRank(finding.severity));

const actualOf = (finding: Finding): number => (finding.kind === "anomaly" ? finding.actual : finding.facets.events);

function alike(a: Finding, b: Finding): boolean {
  if (a.kind === "anomaly") return b.kind === "anomaly" && a.signal === b.signal && a.direction === b.direction;
  if (a.kind === "novelty") return b.kind === "novelty" && a.dimension === b.dimension && a.value === b.value;
  if (a.kind === "policy") return b.kind === "policy" && a.policy === b.policy;
  return b.kind === "insight" && a.insightType === b.insightType && a.action === b.action;
}

/** People count volumes, then their size, and fear for secrets, then for parameters, whichever departs more. */
const TOLD_BY: Readonly<Partial<Record<QuantityKind, QuantityKind>>> = {
  "volume-gib": "volumes",
  "parameters-read": "secrets-read",
};

function tellerOf(gravest: Finding, findings: readonly Finding[], signals: ReadonlyMap<string, Signal>): Finding {
  const kindOf = (finding: Finding): QuantityKind | null => {
    const value = signalOf(finding, signals)?.value;
    return value?.of === "quantity" ? value.kind : null;
  };
  const kind = kindOf(gravest);
  const better = kind === null ? undefined : TOLD_BY[kind];
  if (better === undefined) return gravest;
  const teller = findings.find(
    (finding) =>
      kindOf(finding) === better &&
      finding.account === gravest.account &&
      finding.region === gravest.region &&
      finding.severity !== "info" &&
      finding.window.start < gravest.window.end &&
      gravest.window.start < finding.window.end,
  );
  return teller ?? gravest;
}

/** The same entity may depart in several windows that overlap; the greatest stands for it. Keeps the order given. */
function onePerEntity(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const entity = finding.kind === "anomaly" ? JSON.stringify(finding.entity) : `${finding.account} ${finding.region}`;
    if (seen.has(entity)) return false;
    seen.add(entity);
    return true;
  });
}

const unionOf = (windows: readonly TimeWindow[]): TimeWindow => ({
  start: Math.min(...windows.map(({ start }) => start)),
  end: Math.max(...windows.map(({ end }) => end)),
});

/** The events that a finding counts, as a question to the store. */
export function eventsOf(finding: Finding, signal: Signal | undefined): EventQuery {
  if (finding.kind !== "anomaly" || !signal) return { ids: finding.eventIds };
  const { entity } = finding;
  const { value } = signal;
  return {
    window: finding.window,
    counted: true,
    accounts: [entity.account],
    regions: [entity.region],
    filter: {
      ...signal.filter,
      ...(value.of === "quantity" ? { quantities: [value.kind], quantityChange: value.change } : {}),
      ...(value.of === "usd-per-hour" ? { quantityChange: value.change } : {}),
    },
    ...(entity.principal === null ? {} : { principals: [entity.principal] }),
    ...(entity.resource === null ? {} : { resources: [entity.resource] }),
  };
}

export const anomaliesOf = (findings: readonly Finding[]): readonly Anomaly[] =>
  findings.filter((finding) => finding.kind === "anomaly");
