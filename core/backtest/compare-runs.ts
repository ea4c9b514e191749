import type { BacktestDifference, BacktestPage, BacktestRun } from "../domain/backtest.ts";

/** What one of two runs would have paged and the other not, each way; by time of the page. */
export function compareRuns(a: BacktestRun, b: BacktestRun): readonly BacktestDifference[] {
  return [...onlyIn(a, b), ...onlyIn(b, a)].sort((x, y) => x.page.at - y.page.at);
}

function onlyIn(run: BacktestRun, other: BacktestRun): readonly BacktestDifference[] {
  const isPaged = (page: BacktestPage): boolean => other.pages.some((candidate) => isSame(candidate, page));
  return run.pages
    .filter((page) => !isPaged(page))
    .map((page) => {
      const held = other.held.find((candidate) => isSame(candidate, page));
      const reason = held?.paging.reason ?? "no incident of medium or more";
      return { paged: run.name, other: other.name, page, reason };
    });
}

/** By id, or where configurations group otherwise, with an event in common. */
const isSame = (a: Pick<BacktestPage, "id" | "eventIds">, b: Pick<BacktestPage, "id" | "eventIds">): boolean =>
  a.id === b.id || a.eventIds.some((id) => b.eventIds.includes(id));
