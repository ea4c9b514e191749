import type { BacktestRun, KnownOutcome } from "../domain/backtest.ts";
import { counted, duration } from "../messages/format.ts";

/** What is said of a run in every format: plain text, one line each. */
export function backtestSummary({ budget, pages, held, weeks, known }: BacktestRun): readonly string[] {
  const perWeek = pages.length / Math.max(1, weeks.length);
  const waits = pages.map(({ after }) => Math.max(0, after)).sort((a, b) => a - b);
  const middle = waits[Math.floor((waits.length - 1) / 2)];
  const capped = held.filter(({ paging }) => paging.heldBackBy === "cap").length;
  const below = held.filter(({ paging }) => paging.heldBackBy === "calibration").length;
  const because = [
    ...(capped > 0 ? [`${capped} because it was used up`] : []),
    ...(below > 0 ? [`${below} below the loss it is calibrated to`] : []),
  ].join(", ");
  return [
    `${counted(pages.length, "page")} in ${counted(weeks.length, "week")}, ${perWeek.toFixed(1)} a week${middle === undefined ? "" : `, half of them within ${duration(middle)} of the incident's first event`}`,
    budget === null
      ? "No alert budget: severity alone decides"
      : `A budget of ${budget} held back ${because === "" ? "nothing" : because}`,
    ...(known === null ? [] : [knownSummary(known)]),
  ];
}

function knownSummary(known: readonly KnownOutcome[]): string {
  const incidents = known.filter(({ known: { kind } }) => kind === "incident");
  const count = (outcome: KnownOutcome["outcome"]): number => incidents.filter((one) => one.outcome === outcome).length;
  const benign = known.length - incidents.length;
  return [
    `Of ${counted(incidents.length, "known incident")} ${count("paged")} paged, ${count("held")} held back, ${count("missed")} missed`,
    ...(benign > 0 ? [`of ${benign} known to be benign ${known.filter(isWronglyPaged).length} paged`] : []),
  ].join("; ");
}

export const isWronglyPaged = ({ known, outcome }: KnownOutcome): boolean =>
  known.kind === "benign" && outcome === "paged";
