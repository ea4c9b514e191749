import type { AlertBudget } from "../budget/config.ts";
import type { DeliveredIncident } from "../domain/as-delivered.ts";
import type { BacktestIncident, BacktestPage, BacktestRun, BacktestWeek, KnownIncident } from "../domain/backtest.ts";
import { severityRank } from "../domain/finding.ts";
import type { IncidentDraft } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import { DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { Replayed, ReplayedMessage } from "../use-cases/replay-delivery.ts";
import { outcomesOf } from "./known-outcomes.ts";

const WEEK = 7 * DAY;

export interface SummariseContext {
  /** What lies outside is not counted. */
  readonly span: TimeWindow;
  readonly name: string;
  readonly alertBudget: AlertBudget | null;
  readonly directory: AccountDirectory;
  /** `null` where nobody said what happened. */
  readonly known: readonly KnownIncident[] | null;
}

/** What a replay says of the configuration it ran under. */
export function summariseReplay({ incidents, messages }: Replayed, context: SummariseContext): BacktestRun {
  const { span, name, alertBudget, directory, known } = context;
  const isCounted = (time: EpochMs): boolean => time >= span.start && time < span.end;
  const all = pagesOf(messages, incidents);
  const pages = all.filter(({ at }) => isCounted(at));
  const paged = new Set(all.map(({ id }) => id));
  const standing = incidents.filter(
    ({ draft, foundAt, withdrawnAt }) => isCounted(foundAt) && withdrawnAt === null && !paged.has(draft.id),
  );
  const grave = standing.filter(({ draft }) => severityRank(draft.severity) >= severityRank("medium"));
  const held = grave
    .map(({ draft, summary }) => told(draft, summary))
    .sort((a, b) => a.window.start - b.window.start || compareText(a.id, b.id));
  return {
    name,
    budget: alertBudget === null ? null : budgetWords(alertBudget),
    pages,
    held,
    quiet: standing.length - grave.length,
    weeks: weeksOf(span, pages, held),
    accounts: accountsOf(pages, directory),
    known: known && outcomesOf(known, pages, held),
  };
}

const budgetWords = ({ pages, per }: AlertBudget): string => `${pages} ${pages === 1 ? "page" : "pages"} a ${per}`;

/** The first message of an incident is its page, as it was then; the others are updates. An incident that became part of another is that one. */
function pagesOf(
  messages: readonly ReplayedMessage[],
  incidents: readonly DeliveredIncident[],
): readonly BacktestPage[] {
  const now = new Map(
    incidents.flatMap(({ draft, formerIds }) => [draft.id, ...formerIds].map((id) => [id, draft.id])),
  );
  const pages = new Map<string, BacktestPage>();
  for (const { at, incident } of messages) {
    const id = now.get(incident.id) ?? incident.id;
    const before = pages.get(id);
    if (before) {
      pages.set(id, { ...before, updates: before.updates + 1 });
      continue;
    }
    const page = { ...told(incident, incident.explanation.summary), id };
    pages.set(id, { ...page, at, after: at - incident.window.start, updates: 0 });
  }
  return [...pages.values()].sort((a, b) => a.at - b.at || compareText(a.id, b.id));
}

const told = (
  { id, severity, window, accounts, eventIds, paging }: IncidentDraft,
  summary: string,
): BacktestIncident => ({ id, severity, summary, window, accounts: accounts.map((one) => one.id), eventIds, paging });

function weeksOf(
  span: TimeWindow,
  pages: readonly BacktestPage[],
  held: readonly BacktestIncident[],
): readonly BacktestWeek[] {
  const within = (start: EpochMs, times: readonly EpochMs[]): number =>
    times.filter((time) => time >= start && time < start + WEEK).length;
  const paged = pages.map(({ at }) => at);
  const quiet = held.map(({ window }) => window.start);
  const weeks: BacktestWeek[] = [];
  for (let start = span.start; start < span.end; start += WEEK) {
    weeks.push({ start, pages: within(start, paged), held: within(start, quiet) });
  }
  return weeks;
}

function accountsOf(pages: readonly BacktestPage[], directory: AccountDirectory): BacktestRun["accounts"] {
  const counts = new Map<string, number>();
  for (const { accounts } of pages) for (const id of accounts) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts]
    .map(([id, count]) => ({ id, alias: directory.account(id).alias, pages: count }))
    .sort((a, b) => b.pages - a.pages || compareText(a.id, b.id));
}
