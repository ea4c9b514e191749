import type { AccountContext } from "../domain/account.ts";
import type { Facet, Finding, FindingFacets } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventQuery, EventStore } from "../ports/event-store.ts";
import { facetsOf, mergeFacets } from "./facets.ts";
import type { FindingGroup } from "./group-findings.ts";

/** What decisions about an incident are made from: its findings and the events behind them. */
export interface IncidentMaterial {
  readonly findings: readonly Finding[];
  readonly joinedBy: readonly string[];
  readonly window: TimeWindow;
  /** Most events first. */
  readonly accounts: readonly AccountContext[];
  readonly regions: readonly string[];
  readonly principals: readonly Facet[];
  /** Of the events where all are at hand, else of the findings together. */
  readonly facets: FindingFacets;
  /** In time order; at most {@link EVENTS_PER_FINDING} a finding. */
  readonly events: readonly PricedUsageEvent[];
  /** How many there are; a lower bound where a finding has more than were read. */
  readonly eventCount: number;
}

/** Events read for one finding: enough to judge sizes by, little enough to hold. */
const EVENTS_PER_FINDING = 5000;

/** Reads the events behind a group of findings and sums up what they have in common. */
export async function gatherMaterial(
  store: EventStore,
  group: FindingGroup,
  directory: AccountDirectory,
): Promise<IncidentMaterial> {
  const { findings, joinedBy } = group;
  const byId = new Map<string, PricedUsageEvent>();
  let more = 0;
  for (const query of eventQueries(findings)) {
    const events = await store.events(query.query, EVENTS_PER_FINDING);
    for (const event of events) byId.set(event.id, event);
    if (events.length === EVENTS_PER_FINDING) more = Math.max(more, query.events - events.length);
  }
  const events = [...byId.values()].sort((a, b) => a.time - b.time || compareText(a.id, b.id));
  const complete = events.length > 0 && more === 0;
  const facets = complete ? facetsOf(events) : mergeFacets(findings.map((finding) => finding.facets));
  return {
    findings,
    joinedBy,
    window: {
      start: Math.min(...findings.map(({ window }) => window.start)),
      end: Math.max(...findings.map(({ window }) => window.end)),
    },
    accounts: accountsOf(findings, events, directory),
    regions: [...new Set([...facets.regions.map(({ value }) => value), ...findings.map(({ region }) => region)])]
      .filter((region) => region !== "*")
      .sort(compareText),
    principals: facets.principals,
    facets,
    events,
    eventCount: Math.max(events.length + more, 0),
  };
}

interface CountedQuery {
  readonly query: EventQuery;
  readonly events: number;
}

/** Findings that name all their events are asked for at once, by id; a larger one by what its events have in common. */
function eventQueries(findings: readonly Finding[]): CountedQuery[] {
  const ids = new Set<string>();
  const queries = new Map<string, CountedQuery>();
  for (const finding of findings) {
    for (const id of finding.eventIds) ids.add(id);
    if (finding.facets.events <= finding.eventIds.length || finding.kind === "novelty") continue;
    const query = describe(finding);
    queries.set(JSON.stringify(query), { query, events: finding.facets.events });
  }
  const all = [...queries.values()];
  if (ids.size > 0) all.push({ query: { ids: [...ids].sort(compareText) }, events: 0 });
  return all;
}

/** The calls that the finding's facets describe: same actions and outcomes by the same principals, then and there. */
function describe({ account, region, window, facets }: Finding): EventQuery {
  const values = (all: readonly Facet[]): string[] => all.map(({ value }) => value);
  return {
    window,
    accounts: [account],
    counted: true,
    ...(region === "*" ? {} : { regions: [region] }),
    filter: { actions: values(facets.actions), outcomes: facets.outcomes.map(({ value }) => value) },
    // A facet that is full may have left principals out; then nobody is excluded.
    ...(facets.principals.length < 20 ? { principals: values(facets.principals) } : {}),
  };
}

function accountsOf(
  findings: readonly Finding[],
  events: readonly PricedUsageEvent[],
  directory: AccountDirectory,
): AccountContext[] {
  const counts = new Map<string, number>(findings.map(({ account }) => [account, 0]));
  for (const { account } of events) counts.set(account, (counts.get(account) ?? 0) + 1);
  return [...counts]
    .sort(([left, a], [right, b]) => b - a || compareText(left, right))
    .map(([account]) => directory.account(account));
}
