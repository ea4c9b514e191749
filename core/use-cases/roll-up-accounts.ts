import type { AnalysedAccount, RollupGroup, Rollups, SpendFigures } from "../domain/analysis.ts";
import { SEVERITIES, type Severity } from "../domain/finding.ts";
import type { Incident } from "../domain/incident.ts";
import { parseUsdText, type UsdRange, usdText } from "../domain/money.ts";

/** Counts, money and incidents of the organization by unit, type and cost center, each sorted by key. */
export function rollUpAccounts(accounts: readonly AnalysedAccount[], incidents: readonly Incident[]): Rollups {
  const by = (keys: (account: AnalysedAccount) => readonly string[]): RollupGroup[] =>
    groupsBy(accounts, incidents, keys);
  return {
    byOu: by(({ context }) => (context.ouPath === null ? ["unknown"] : withParents(context.ouPath))),
    byType: by(({ context }) => [context.type]),
    byCostCenter: by(({ context }) => [context.costCenter ?? "unknown"]),
  };
}

/** `/Workloads/Production` counts in `/`, `/Workloads` and `/Workloads/Production`. */
function withParents(path: string): string[] {
  const names = path.split("/").filter(Boolean);
  return ["/", ...names.map((_, depth) => `/${names.slice(0, depth + 1).join("/")}`)];
}

function groupsBy(
  accounts: readonly AnalysedAccount[],
  incidents: readonly Incident[],
  keys: (account: AnalysedAccount) => readonly string[],
): RollupGroup[] {
  const groups = new Map<string, AnalysedAccount[]>();
  for (const account of accounts) {
    for (const key of keys(account)) groups.set(key, [...(groups.get(key) ?? []), account]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => {
      const ids = new Set(members.map(({ context }) => context.id));
      const touching = incidents.filter(
        (incident) => incident.mute === null && incident.accounts.some(({ id }) => ids.has(id)),
      );
      return {
        key,
        accounts: members.length,
        events: members.reduce((sum, { coverage }) => sum + coverage.events, 0),
        incidents: countBySeverity(touching),
        spend: addSpend(members.map(({ spend }) => spend)),
      };
    });
}

function countBySeverity(incidents: readonly Incident[]): Readonly<Record<Severity, number>> {
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
  for (const { severity } of incidents) counts[severity] += 1;
  return counts;
}

/** Exact sums. */
export function addSpend(all: readonly SpendFigures[]): SpendFigures {
  const add = (pick: (spend: SpendFigures) => UsdRange): UsdRange => ({
    low: usdText(all.reduce((sum, spend) => sum + parseUsdText(pick(spend).low), 0n)),
    high: usdText(all.reduce((sum, spend) => sum + parseUsdText(pick(spend).high), 0n)),
  });
  return {
    addedPerHour: add((spend) => spend.addedPerHour),
    removedPerHour: add((spend) => spend.removedPerHour),
    once: add((spend) => spend.once),
    unpricedEvents: all.reduce((sum, spend) => sum + spend.unpricedEvents, 0),
  };
}
