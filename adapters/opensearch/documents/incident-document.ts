import { severityRank } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { eventsLink } from "./events-link.ts";
import { incidentFootprint } from "./incident-footprint.ts";
import { termOf } from "./long-text.ts";

/**
 * The document of an incident: what dashboards filter, count and sort by, and the incident itself, which nothing looks
 * into.
 */
export function incidentDocument(incident: Incident, writtenAt: EpochMs): Readonly<Record<string, unknown>> {
  const { accounts, cost } = incident;
  const perMonth = cost.status === "priced" ? cost.perMonth : null;
  return {
    incident_id: incident.id,
    severity: incident.severity,
    severity_rank: severityRank(incident.severity),
    state: incident.state,
    opened_at: incident.openedAt,
    updated_at: incident.updatedAt,
    ...(incident.closedAt === null ? {} : { closed_at: incident.closedAt }),
    window_start: incident.window.start,
    window_end: incident.window.end,
    accounts: accounts.map(({ id }) => id),
    account_names: accounts.map(({ alias }) => alias),
    account_types: different(accounts.map(({ type }) => type)),
    ou_paths: different(accounts.flatMap(({ ouPath }) => ouPath ?? [])),
    regions: incident.regions,
    principals: incident.principals.map(({ value }) => termOf(value)),
    signals: different(incident.findings.flatMap((finding) => (finding.kind === "anomaly" ? finding.signal : []))),
    ...incidentFootprint(incident),
    events_link: eventsLink(incident),
    causes: incident.explanation.causes.map(({ id }) => id),
    summary: incident.explanation.summary,
    paged: incident.paging.paged,
    expected: incident.expected.expected,
    muted: incident.mute !== null,
    revision: incident.revision,
    findings: incident.findings.length,
    event_count: incident.eventCount,
    ...(perMonth ? { cost_month_low: Number(perMonth.low), cost_month_high: Number(perMonth.high) } : {}),
    unpriced: cost.status === "unpriced",
    written_at: writtenAt,
    document: incident,
  };
}

const different = (values: readonly string[]): readonly string[] => [...new Set(values)];
