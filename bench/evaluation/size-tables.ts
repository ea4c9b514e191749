import { table } from "./markdown.ts";
import type { Taken } from "./measured-command.ts";
import type { SizeScore } from "./score-size.ts";

export interface SizeRun {
  readonly events: number;
  readonly days: number;
  readonly scores: readonly SizeScore[];
  /** What reading and analysing took. */
  readonly taken: Taken;
}

/** The section of docs/evaluation.md. */
export const sizeSection = (runs: readonly SizeRun[]): string =>
  [
    table(
      [
        "accounts",
        "budget",
        "pages a week, planted ones too",
        "not planted, a week",
        "pages by week (not planted)",
        "planted found",
        "severe held by the cap",
        "benign paged",
      ],
      runs.flatMap(({ scores }) => scores.map(rowOf)),
    ),
    table(
      ["accounts", "days", "events", "read and analysed in", "peak memory"],
      runs.map(({ events, days, scores, taken }) => [
        scores[0]?.accounts ?? 0,
        days,
        events,
        `${taken.cpuSeconds.toFixed(0)} s of CPU`,
        `${(taken.peakMiB / 1024).toFixed(1)} GiB`,
      ]),
    ),
  ].join("\n\n");

function rowOf({ accounts, budget, weeks, found, planted, severe, held, benignPaged }: SizeScore) {
  const mean = (of: (week: SizeScore["weeks"][number]) => number): string =>
    (weeks.reduce((sum, week) => sum + of(week), 0) / Math.max(1, weeks.length)).toFixed(1);
  return [
    accounts,
    budget === null ? "none" : `${budget.pages} a ${budget.per}`,
    mean(({ pages }) => pages),
    mean(({ unplanted }) => unplanted),
    weeks.map(({ pages, unplanted, planted: storm }) => `${pages} (${unplanted})${storm ? "*" : ""}`).join(", "),
    `${found} of ${planted}`,
    `${held} of ${severe}`,
    benignPaged,
  ];
}
