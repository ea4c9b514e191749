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
  readonly outcome: Outcome;
  /** Somebody said that it was worth the page: no reason to page for less. */
  readonly confirmed: boolean;
}

/** `beyond`: critical, although the budget was used up. `unsaid`: paged by the rules, and over before anybody could be told. */
type Outcome = "paged" | "overdrawn" | "beyond" | "held" | "unsaid";

export interface Budgeted {
  readonly drafts: readonly IncidentDraft[];
  /** What later decisions look back on, oldest first. */
  readonly ledger: readonly Candidate[];
}

export interface BudgetPast {
  /** The ledger so far; of incidents that are among the drafts too, under their ids of now. */
  readonly earlier: readonly Candidate[];
  /** Ids of incidents that people have been paged for: they stay so. */
  readonly told: ReadonlySet<string>;
  /** Ids of incidents that nobody will be told of, since they were over when they were found. */
  readonly silent: ReadonlySet<string>;
  /** When what is known begins. */
  readonly since: EpochMs;
}

const PERIOD: Readonly<Record<AlertBudget["per"], EpochMs>> = { day: DAY, week: 7 * DAY, month: 30 * DAY };

/** Overdrawn are so many budgets at most, in as many periods: enough for a bad week, and no more than twice the budget in the long run. */
const OVERDRAFT = 5;

/**
 * Decides who is paged, in the order in which incidents opened, each by what opened before it and by what people have been
 * told already.
 *
 * 1. Critical is always paged.
 * 2. What is medium, and less worth than the {@link lossFloor} that the weeks before calibrate the budget to, goes to the
 *    digest.
 * 3. The rest is paged while fewer pages than the budget were in the period before.
 * 4. Beyond it incidents of at least high overdraw, by at most {@link OVERDRAFT} budgets in as many periods.
 */
export function withinBudget(drafts: readonly IncidentDraft[], budget: AlertBudget | null, past: BudgetPast): Budgeted {
  if (budget === null) return { drafts: drafts.map((draft) => ({ ...draft, paging: byItself(draft) })), ledger: [] };
  const { earlier, told, silent, since } = past;
  const ids = new Set(drafts.map(({ id }) => id));
  const ledger = earlier.filter(({ id }) => !ids.has(id));
  const words = `the budget of ${budget.pages} ${budget.pages === 1 ? "page" : "pages"} a ${budget.per}`;
  const decided = new Map<string, PagingDecision>();
  for (const draft of drafts.filter(({ id }) => told.has(id))) {
    const outcome = earlier.find((one) => one.id === draft.id && isPage(one))?.outcome ?? "paged";
    decided.set(draft.id, withWords(byItself(draft), outcome, words));
    ledger.push(candidateOf(draft, outcome));
  }
  const others = drafts.filter(({ id }) => !told.has(id));
  for (const draft of others.sort((a, b) => a.openedAt - b.openedAt || compareText(a.id, b.id))) {
    const paging = byItself(draft);
    decided.set(draft.id, paging);
    if (!paging.paged) continue;
    if (silent.has(draft.id)) {
      ledger.push(candidateOf(draft, "unsaid"));
      continue;
    }
    const { outcome, held } = decide(draft, budget, ledger, since);
    decided.set(draft.id, held ? notPaged(held.by, `${words} ${held.why}`) : withWords(paging, outcome, words));
    ledger.push(candidateOf(draft, outcome));
  }
  const newest = Math.max(since, ...ledger.map(({ openedAt }) => openedAt));
  return {
    drafts: drafts.map((draft) => ({ ...draft, paging: decided.get(draft.id) ?? draft.paging })),
    ledger: ledger
      .filter(({ openedAt }) => openedAt > newest - HISTORY_PERIODS * PERIOD[budget.per])
      .sort((a, b) => a.openedAt - b.openedAt || compareText(a.id, b.id)),
  };
}

const byItself = ({ severity, expected, mute }: IncidentDraft): PagingDecision => pagingOf(severity, expected, mute);

const isPage = ({ outcome }: Candidate): boolean => outcome !== "held" && outcome !== "unsaid";

const candidateOf = ({ id, openedAt, expectedLoss, label }: IncidentDraft, outcome: Outcome): Candidate => ({
  id,
  openedAt,
  usd: expectedLoss.usd,
  outcome,
  confirmed: label?.verdict === "true",
});

function withWords(paging: PagingDecision, outcome: Outcome, words: string): PagingDecision {
  if (!paging.paged) return paging;
  const more = {
    overdrawn: `; ${words} is overdrawn, as grave incidents may`,
    beyond: `, beyond ${words}: critical is never held back`,
    paged: "",
    held: "",
    unsaid: "",
  };
  return { ...paging, reason: `${paging.reason}${more[outcome]}` };
}

const notPaged = (heldBackBy: "calibration" | "cap", why: string): PagingDecision => ({
  paged: false,
  reason: `not paged, in the digest: ${why}`,
  heldBackBy,
});

interface Decided {
  readonly outcome: Outcome;
  readonly held: { readonly by: "calibration" | "cap"; readonly why: string } | null;
}

function decide(
  { severity, openedAt, expectedLoss: { usd } }: IncidentDraft,
  { pages, per }: AlertBudget,
  ledger: readonly Candidate[],
  since: EpochMs,
): Decided {
  const period = PERIOD[per];
  // What is later in the ledger has been said already.
  const lately = ledger.filter((one) => isPage(one) && Math.abs(one.openedAt - openedAt) < period);
  const isUsedUp = lately.length >= pages;
  if (severity === "critical") return { outcome: isUsedUp ? "beyond" : "paged", held: null };
  const loss = `an expected loss of ${grouped(usd)} USD`;
  if (severity !== "high") {
    const before = ledger.filter((one) => one.openedAt <= openedAt && !one.confirmed);
    const floor = lossFloor(before, pages, period, { start: since, end: openedAt });
    if (usd < floor) {
      const why = `leaves room for losses of ${grouped(floor)} USD and more, by what opened before, and ${loss} is less`;
      return { outcome: "held", held: { by: "calibration", why } };
    }
  }
  if (!isUsedUp) return { outcome: "paged", held: null };
  if (severity !== "high") {
    return { outcome: "held", held: { by: "cap", why: `is used up, and ${loss} is no reason to overdraw it` } };
  }
  const overdrawn = ledger.filter(
    (one) => one.outcome === "overdrawn" && Math.abs(one.openedAt - openedAt) < OVERDRAFT * period,
  );
  if (overdrawn.length < OVERDRAFT * pages) return { outcome: "overdrawn", held: null };
  return { outcome: "held", held: { by: "cap", why: "is used up, and overdrawn already" } };
}
