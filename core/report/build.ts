import type { Analysis } from "../domain/analysis.ts";
import { maxSeverity, SEVERITIES, type Severity, severityRank } from "../domain/finding.ts";
import type { Incident } from "../domain/incident.ts";
import { parseUsdText } from "../domain/money.ts";
import { DAY, type EpochMs, HOUR, isoTime, type TimeWindow } from "../domain/time.ts";
import { accountName } from "../messages/phrases.ts";
import { accountCorrelations } from "./correlation.ts";
import type { IncidentTimeline, ReportModel } from "./model.ts";
import type { HeatMapRow, RankingRow, SpendRow, TypeComparisonRow } from "./rows.ts";

/** Rows and columns beyond which a picture cannot be read; the tables beside it have all accounts. */
const MOST_ACCOUNTS = 40;
const MOST_CORRELATED = 20;
const MOST_INTERVALS = 120;

export interface SpendPoint {
  readonly time: EpochMs;
  readonly change: "added" | "removed";
  readonly usdPerHour: number;
}

export interface ReportInput {
  readonly analysis: Analysis;
  /** Events of every hour of the span, by account; `null` where delivery was not healthy. */
  readonly hourlyEvents: ReadonlyMap<string, readonly (number | null)[]>;
  readonly spend: readonly SpendPoint[];
  readonly timelines: Readonly<Record<string, IncidentTimeline>>;
}

export function buildReportModel({ analysis, hourlyEvents, spend, timelines }: ReportInput): ReportModel {
  const names = uniqueNames(analysis);
  const nameOf = (id: string): string => names.get(id) ?? id;
  const ranked = rankAccounts(analysis.incidents);
  // The most affected first, then the others.
  const everyone = [...new Set([...ranked.keys(), ...analysis.accounts.map(({ context }) => context.id)])];
  const shown = new Set(everyone.filter((id) => hourlyEvents.has(id)).slice(0, MOST_CORRELATED));
  return {
    analysis,
    heat: analysis.span ? heatRows(analysis.incidents, everyone.slice(0, MOST_ACCOUNTS), analysis.span, nameOf) : [],
    ranking: rankingRows(ranked, nameOf),
    types: typeRows(analysis),
    correlation: accountCorrelations(new Map([...hourlyEvents].filter(([id]) => shown.has(id)))).map((row) => ({
      ...row,
      a: nameOf(row.a),
      b: nameOf(row.b),
    })),
    spend: analysis.span ? spendRows(spend, analysis.span) : [],
    timelines,
  };
}

/** Names for axes; accounts that share a name get their id beside it. */
function uniqueNames({ accounts }: Analysis): Map<string, string> {
  const taken = new Map<string, number>();
  for (const { context } of accounts) taken.set(accountName(context), (taken.get(accountName(context)) ?? 0) + 1);
  return new Map(
    accounts.map(({ context }) => {
      const name = accountName(context);
      return [context.id, taken.get(name) === 1 ? name : `${name} ${context.id}`];
    }),
  );
}

/** Incidents by severity for every account that has any, the most affected first: by worst, then by number, then by id. */
function rankAccounts(incidents: readonly Incident[]): Map<string, Map<Severity, number>> {
  const counts = new Map<string, Map<Severity, number>>();
  for (const incident of incidents) {
    for (const { id } of incident.accounts) {
      const own = counts.get(id) ?? new Map<Severity, number>();
      own.set(incident.severity, (own.get(incident.severity) ?? 0) + 1);
      counts.set(id, own);
    }
  }
  const byGravity = [...SEVERITIES].reverse();
  return new Map(
    [...counts].sort(([a, left], [b, right]) => {
      for (const severity of byGravity) {
        const difference = (right.get(severity) ?? 0) - (left.get(severity) ?? 0);
        if (difference !== 0) return difference;
      }
      return a < b ? -1 : 1;
    }),
  );
}

function rankingRows(
  ranked: ReadonlyMap<string, ReadonlyMap<Severity, number>>,
  nameOf: (id: string) => string,
): RankingRow[] {
  return [...ranked]
    .slice(0, MOST_ACCOUNTS)
    .flatMap(([id, counts]) =>
      [...counts].map(([severity, incidents]) => ({ account: nameOf(id), severity, incidents })),
    );
}

/** A cell for every day and account: the most severe incident with a finding of the account on that day, or none. */
function heatRows(
  incidents: readonly Incident[],
  accounts: readonly string[],
  span: TimeWindow,
  nameOf: (id: string) => string,
): HeatMapRow[] {
  const cells = new Map<string, { severity: Severity; incidents: Set<string> }>();
  for (const incident of incidents) {
    for (const { account, window } of incident.findings) {
      for (let day = dayOf(window.start); day < window.end; day += DAY) {
        const key = `${account} ${day}`;
        const cell = cells.get(key) ?? { severity: "info", incidents: new Set() };
        cell.severity = maxSeverity(cell.severity, incident.severity);
        cell.incidents.add(incident.id);
        cells.set(key, cell);
      }
    }
  }
  const days = Array.from(
    { length: Math.ceil((span.end - dayOf(span.start)) / DAY) },
    (_, at) => dayOf(span.start) + at * DAY,
  );
  return accounts.flatMap((account) =>
    days.map((day) => {
      const cell = cells.get(`${account} ${day}`);
      return {
        account: nameOf(account),
        day: isoTime(day),
        severity: cell?.severity ?? "none",
        incidents: cell?.incidents.size ?? 0,
      };
    }),
  );
}

const dayOf = (time: EpochMs): EpochMs => Math.floor(time / DAY) * DAY;

function typeRows({ accounts, incidents, span }: Analysis): TypeComparisonRow[] {
  if (!span) return [];
  const days = Math.max(1, (span.end - span.start) / DAY);
  const types = [...new Set(accounts.map(({ context }) => context.type))].sort();
  return types.flatMap((type) => {
    const own = accounts.filter(({ context }) => context.type === type);
    const ids = new Set(own.map(({ context }) => context.id));
    const touching = incidents.filter(
      (incident) =>
        severityRank(incident.severity) >= severityRank("low") && incident.accounts.some(({ id }) => ids.has(id)),
    ).length;
    const events = own.reduce((sum, { coverage }) => sum + coverage.events, 0);
    const added = own.reduce(
      (sum, { spend }) => sum + (dollarsOf(spend.addedPerHour.low) + dollarsOf(spend.addedPerHour.high)) / 2,
      0,
    );
    return [
      { type, measure: "incidents per account and week", value: (touching / own.length / days) * 7 },
      { type, measure: "events per account and day", value: events / own.length / days },
      { type, measure: "USD/hour added per account and day", value: added / own.length / days },
    ] as const;
  });
}

/** For the length of a bar only; sums that people read stay exact. */
const dollarsOf = (text: string): number => Number(parseUsdText(text)) / 1e9;

function spendRows(points: readonly SpendPoint[], span: TimeWindow): SpendRow[] {
  const interval =
    [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY].find(
      (width) => (span.end - span.start) / width <= MOST_INTERVALS,
    ) ?? 28 * DAY;
  const sums = new Map<string, SpendRow>();
  for (const { time, change, usdPerHour } of points) {
    const start = isoTime(Math.floor(time / interval) * interval);
    const sum = sums.get(`${start} ${change}`)?.usdPerHour ?? 0;
    sums.set(`${start} ${change}`, {
      time: start,
      change,
      usdPerHour: sum + (change === "removed" ? -usdPerHour : usdPerHour),
    });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
