import { type Limit, limitsTable } from "./limits.ts";
import { table } from "./markdown.ts";
import type { BudgetScore } from "./score-budget.ts";

/** What is asked of a budget of so many pages a week, over all worlds. */
export function budgetLimits(scores: readonly BudgetScore[], pages: number): readonly Limit[] {
  const calm = scores.flatMap((score) => score.calm);
  const within = calm.filter((count) => count <= pages).length;
  const severe = sum(scores.map((score) => score.severe));
  const held = sum(scores.map((score) => score.held.length));
  const share = (part: number, of: number): string =>
    `${part} of ${of} (${((100 * part) / Math.max(1, of)).toFixed(1)} %)`;
  return [
    {
      what: `weeks without a planted incident in which no more than ${pages} incidents were above the calibrated threshold, before any cap`,
      wanted: "at least 95 %",
      measured: `${share(within, calm.length)}, ${(sum(calm) / Math.max(1, calm.length)).toFixed(2)} a week on the average`,
      kept: calm.length > 0 && within >= 0.95 * calm.length,
    },
    {
      what: "planted severe incidents (high or critical) that the cap held back",
      wanted: "less than 2 %",
      measured: share(held, severe),
      kept: severe > 0 && held < 0.02 * severe,
    },
  ];
}

/** The section of docs/evaluation.md. */
export const budgetSection = (scores: readonly BudgetScore[], pages: number): string =>
  [
    limitsTable(budgetLimits(scores, pages)),
    table(
      [
        "seed",
        "above the threshold, by calm week",
        "by week with planted incidents",
        "planted and severe",
        "held by the cap",
        "below the threshold",
      ],
      scores.map(({ seed, calm, stormy, severe, held, below }) => [
        seed,
        calm.join(", "),
        stormy.join(", "),
        severe,
        held.join(", ") || "-",
        below.join(", ") || "-",
      ]),
    ),
  ].join("\n\n");

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
