import type { IncidentDraft, PagingDecision } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import { pagingOf } from "../incidents/lifecycle.ts";
import { grouped } from "../messages/format.ts";
import { HISTORY_PERIODS, lossFloor } from "./calibration.ts";
import type { AlertBudget } from "./config.ts";

/** An incident that was worth a page by its severity, and what the budget made of it. */
export interface Candidate {
  readonly id: string;
  readonly openedAt: EpochMs;
  /** Of {@link ExpectedLoss}. */
  readonly usd: number;
  readonly outcome: "paged" | "overdrawn" | "held";
  /** Somebody said that it was worth the page: no reason to page for less. */
  readonly confirmed: boolean;
}

export interface Budgeted {
  readonly drafts: readonly IncidentDraft[];
  /** What later decisions look back on, oldest first. */
  readonly ledger: readonly Candidate[];
}

const PERIOD: Readonly<Record<AlertBudget["per"], EpochMs>> = { day: DAY, week: 7 * DAY, month: 30 * DAY };

/** Overdrawn are so many budgets at most, in as many periods: enough for a bad week, and no more than twice the budget in the long run. */
const OVERDRAFT = 5;

export interface BudgetPast {
  /** Of incidents that are not among the drafts any more. */
  readonly earlier: readonly Candidate[];
  /** Ids of incidents that people have been paged for: they stay so. */
  readonly told: ReadonlySet<string>;
  /** When what is known begins. */
  readonly since: EpochMs;
}

/**
 * Decides who is paged, in the order in which incidents opened, each by what opened before it.
 *
 * 1. Critical is always paged.
 * 2. What is not worth the {@link lossFloor} that the weeks before calibrate the budget to goes to the digest.
 * 3. The rest is paged while fewer pages than the budget were in the period before.
 * 4. Beyond it incidents of at least high overdraw, by at most {@link OVERDRAFT} budgets in as many periods.
 */
export function withinBudget(
  drafts: readonly IncidentDraft[],
  budget: AlertBudget | null,
  { earlier, told, since }: BudgetPast,
): Budgeted {
  if (budget === null) return { drafts: drafts.map((draft) => ({ ...draft, paging: byItself(draft) })), ledger: [] };
  const period = PERIOD[budget.per];
  const ids = new Set(drafts.map(({ id }) => id));
  const ledger = earlier.filter(({ id }) => !ids.has(id));
  const decided = new Map<string, PagingDecision>();
  for (const draft of [...drafts].sort((a, b) => a.openedAt - b.openedAt || compareText(a.id, b.id))) {
    const paging = byItself(draft);
    const before = ledger.filter(({ openedAt }) => openedAt <= draft.openedAt);
    const decision = !paging.paged
      ? { paging, outcome: null }
      : told.has(draft.id)
        ? { paging, outcome: "paged" as const }
        : decide(draft, paging, budget, before, since);
    decided.set(draft.id, decision.paging);
    if (decision.outcome === null) continue;
    ledger.push({
      id: draft.id,
      openedAt: draft.openedAt,
      usd: draft.expectedLoss.usd,
      outcome: decision.outcome,
      confirmed: draft.label?.verdict === "true",
    });
  }
  const newest = Math.max(since, ...ledger.map(({ openedAt }) => openedAt));
  return {
    drafts: drafts.map((draft) => ({ ...draft, paging: decided.get(draft.id) ?? draft.paging })),
    ledger: ledger
      .filter(({ openedAt }) => openedAt > newest - HISTORY_PERIODS * period)
      .sort((a, b) => a.openedAt - b.openedAt || compareText(a.id, b.id)),
  };
}

const byItself = ({ severity, expected, mute }: IncidentDraft): PagingDecision => pagingOf(severity, expected, mute);

interface Decided {
  readonly paging: PagingDecision;
  readonly outcome: Candidate["outcome"];
}

function decide(
  { severity, openedAt, expectedLoss: { usd } }: IncidentDraft,
  paging: PagingDecision,
  budget: AlertBudget,
  before: readonly Candidate[],
  since: EpochMs,
): Decided {
  const words = `the budget of ${budget.pages} ${budget.pages === 1 ? "page" : "pages"} a ${budget.per}`;
  const period = PERIOD[budget.per];
  const lately = before.filter((candidate) => candidate.openedAt > openedAt - period && candidate.outcome !== "held");
  if (severity === "critical") {
    const beyond = lately.length < budget.pages ? "" : `, beyond ${words}: critical is never held back`;
    return { paging: { ...paging, reason: `${paging.reason}${beyond}` }, outcome: "paged" };
  }
  const doubtful = before.filter(({ confirmed }) => !confirmed);
  const floor = lossFloor(doubtful, budget.pages, period, { start: since, end: openedAt });
  const loss = `an expected loss of ${grouped(usd)} USD`;
  if (usd < floor) {
    const why = `${loss} is below the ${grouped(floor)} USD that keep to ${words} by what opened before`;
    return held("calibration", why);
  }
  if (lately.length < budget.pages) return { paging, outcome: "paged" };
  const overdrawn = before.filter((one) => one.outcome === "overdrawn" && one.openedAt > openedAt - OVERDRAFT * period);
  if (severity !== "high") return held("cap", `${words} is used up, and ${loss} is no reason to overdraw it`);
  if (overdrawn.length >= OVERDRAFT * budget.pages) return held("cap", `${words} is used up, and overdrawn already`);
  const over = lately.length + 1 - budget.pages;
  return {
    paging: { ...paging, reason: `${paging.reason}; ${words} is overdrawn by ${over}, as grave incidents may` },
    outcome: "overdrawn",
  };
}

const held = (heldBackBy: "calibration" | "cap", why: string): Decided => ({
  paging: { paged: false, reason: `not paged, in the digest: ${why}`, heldBackBy },
  outcome: "held",
});
