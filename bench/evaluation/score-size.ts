import { withinBudget } from "#core/budget/budget.ts";
import type { AlertBudget } from "#core/budget/config.ts";
import type { Analysis } from "#core/domain/analysis.ts";
import type { Incident } from "#core/domain/incident.ts";
import { DAY } from "#core/domain/time.ts";
import type { Truth } from "#simulator/index.ts";
import { scoreBudget } from "./score-budget.ts";
import { isPage, scoreWorld } from "./score-world.ts";

/** What one organization would have been paged under a budget. */
export interface SizeScore {
  readonly accounts: number;
  readonly budget: AlertBudget | null;
  /** Of each week from the first: pages, and those of them none of whose events was planted. */
  readonly weeks: readonly { readonly planted: boolean; readonly pages: number; readonly unplanted: number }[];
  /** Planted incidents found and planted, as `score-world.ts` counts. */
  readonly found: number;
  readonly planted: number;
  /** Planted incidents of at least high that no one was paged for, since the cap held them back. */
  readonly held: number;
  readonly severe: number;
  readonly benignPaged: number;
}

const WEEK = 7 * DAY;

/**
 * Holds what was found in a world against what was planted, under each budget: who is paged is decided anew for every one,
 * by the product's own rule, of the same incidents.
 */
export function scoreSize(
  truth: Truth,
  { incidents, span }: Pick<Analysis, "incidents" | "span">,
  budgets: readonly (AlertBudget | null)[],
): readonly SizeScore[] {
  const past = { earlier: [], told: new Set<string>(), silent: new Set<string>(), since: span?.start ?? 0 };
  return budgets.map((budget) => {
    const decided = new Map(withinBudget(incidents, budget, past).drafts.map(({ id, paging }) => [id, paging]));
    const paged = incidents.map((one): Incident => ({ ...one, paging: decided.get(one.id) ?? one.paging }));
    const world = scoreWorld(truth, paged);
    const { severe, held } = scoreBudget(truth, paged);
    return {
      accounts: truth.options.accounts,
      budget,
      weeks: weeksOf(truth, paged.filter(isPage), new Set(world.falsePages)),
      found: world.incidents.filter(({ failings }) => failings.length === 0).length,
      planted: world.incidents.length,
      severe,
      held: held.length,
      benignPaged: world.benign.filter(({ pages }) => pages.length > 0).length,
    };
  });
}

function weeksOf(truth: Truth, pages: readonly Incident[], unplanted: ReadonlySet<Incident>): SizeScore["weeks"] {
  const start = Date.parse(truth.start);
  const weeks = Math.round((Date.parse(truth.end) - start) / WEEK);
  const stories = truth.planted.filter(({ kind }) => kind === "incident");
  return Array.from({ length: weeks }, (_, week) => {
    const [from, to] = [start + week * WEEK, start + (week + 1) * WEEK];
    const within = pages.filter(({ openedAt }) => openedAt >= from && openedAt < to);
    return {
      planted: stories.some((one) => Date.parse(one.start) < to && Date.parse(one.end) >= from),
      pages: within.length,
      unplanted: within.filter((page) => unplanted.has(page)).length,
    };
  });
}
