/**
 * Simulates worlds of eight weeks, analyses them under an alert budget, and says whether the budget is honest:
 *
 *   node bench/evaluate-budget.ts [--seeds 1-20] [--accounts 12] [--days 56] [--pages 2] [--worlds <folder>] [--write]
 *
 * Prints a line a world, then the limits; exit code 1 when one is broken. `--write` puts the table into
 * docs/evaluation.md. About a minute and a half a seed. Simulated worlds are kept, and used again, in `--worlds`.
 */
import { parseArgs } from "node:util";
import { budgetLimits, budgetSection } from "./evaluation/budget-tables.ts";
import { writeSection } from "./evaluation/document.ts";
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
    write: { type: "boolean", default: false },
  },
});

const pages = Number(values.pages);
const scores: BudgetScore[] = [];
for (const seed of seedsOf(values.seeds)) {
  const world = { accounts: Number(values.accounts), days: Number(values.days), seed };
  const { truth, analysis } = await runWorld({
    ...world,
    config: { alertBudget: { pages, per: "week" } },
    worlds: values.worlds,
  });
  const score = scoreBudget(truth, analysis.incidents);
  scores.push(score);
  const { calm, severe, held } = score;
  console.log(
    `seed ${seed}: above the threshold in calm weeks ${calm.join(", ")}; ` +
      `${held.length} of ${severe} planted severe incidents held back by the cap${held.length > 0 ? `: ${held.join(", ")}` : ""}`,
  );
}
holdTo(budgetLimits(scores, pages));
if (values.write) writeSection("budget", budgetSection(scores, pages));
