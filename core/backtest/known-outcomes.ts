import type { BacktestIncident, BacktestPage, KnownIncident, KnownOutcome } from "../domain/backtest.ts";
import { HOUR } from "../domain/time.ts";

/** Times that people write down are not to the minute. */
const ABOUT = HOUR / 2;

/** What became of each incident that is known to have happened: in one of its accounts, at its time. */
export function outcomesOf(
  known: readonly KnownIncident[],
  pages: readonly BacktestPage[],
  held: readonly BacktestIncident[],
): readonly KnownOutcome[] {
  return known.map((one) => {
    const page = pages.find((candidate) => isOf(candidate, one));
    if (page) {
      const after = Math.max(0, page.at - one.window.start);
      return { known: one, outcome: "paged", incident: page.id, after, reason: null };
    }
    const quiet = held.find((candidate) => isOf(candidate, one));
    if (quiet) return { known: one, outcome: "held", incident: quiet.id, after: null, reason: quiet.paging.reason };
    const reason = "no incident of medium or more in its accounts at that time";
    return { known: one, outcome: "missed", incident: null, after: null, reason };
  });
}

const isOf = ({ accounts, window, eventIds }: BacktestIncident, known: KnownIncident): boolean =>
  known.eventIds.length > 0 && eventIds.length > 0
    ? eventIds.some((id) => known.eventIds.includes(id))
    : accounts.some((account) => known.accounts.includes(account)) &&
      window.start < known.window.end + ABOUT &&
      known.window.start - ABOUT < window.end;
