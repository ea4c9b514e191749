/**
 * Simulates worlds of eight weeks, analyses them under an alert budget, and says whether the budget is honest:
 *
 *   node bench/evaluate-budget.ts [--seeds 1-20] [--accounts 12] [--days 56] [--pages 2] [--write]
 *                                 [--worlds <folder>] [--lanes 2]
 *
 * Prints a line a world, then the limits; exit code 1 when one is broken. `--write` puts the table into
 * docs/evaluation.md. About a minute of a core a seed; `--lanes` are worlds at a time. Simulated worlds are kept, and used
 * again, in `--worlds`.
 */
import { parseArgs } from "node:util";
import { budgetLimits, budgetSection } from "./evaluation/budget-tables.ts";
import { writeSection } from "./evaluation/document.ts";
import { inParallel } from "./evaluation/in-parallel.ts";
import { holdTo } from "./evaluation/limits.ts";
import { runWorld } from "./evaluation/run-world.ts";
import { type BudgetScore, scoreBudget } from "./evaluation/score-budget.ts";
import { seedsOf } from "./evaluation/seeds.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1-20" },
    accounts: { type: "string", default: "12" },
    days: { type: "string", default: "56" },
    pages: { type: "string", default: "2" },
    worlds: { type: "string" },
    lanes: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});

const pages = Number(values.pages);
const scores = await inParallel(seedsOf(values.seeds), Number(values.lanes), async (seed): Promise<BudgetScore> => {
  const world = { accounts: Number(values.accounts), days: Number(values.days), seed };
  const { truth, analysis } = await runWorld({
    ...world,
    config: { alertBudget: { pages, per: "week" } },
    worlds: values.worlds,
  });
  const score = scoreBudget(truth, analysis.incidents);
  const { calm, severe, held } = score;
  console.log(
    `seed ${seed}: above the threshold in calm weeks ${calm.join(", ")}; ` +
      `${held.length} of ${severe} planted severe incidents held back by the cap${held.length > 0 ? `: ${held.join(", ")}` : ""}`,
  );
  return score;
});
holdTo(budgetLimits(scores, pages));
if (values.write) writeSection("budget", budgetSection(scores, pages));
