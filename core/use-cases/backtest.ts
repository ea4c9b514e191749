import { compareRuns } from "../backtest/compare-runs.ts";
import { summariseReplay } from "../backtest/summarise.ts";
import type { Config } from "../config/index.ts";
import type { Backtest, BacktestRun, KnownIncident } from "../domain/backtest.ts";
import type { EpochMs, TimeWindow } from "../domain/time.ts";
import { type ReplayInput, replayDelivery } from "./replay-delivery.ts";

/** A configuration under test. */
export interface Candidate {
  readonly name: string;
  readonly config: Config;
}

export interface BacktestInput {
  readonly candidates: readonly Candidate[];
  /** A replay of the whole history from its beginning under a configuration, and what to do when it has ended. */
  readonly open: (config: Config) => Promise<{ readonly input: ReplayInput; readonly close: () => Promise<void> }>;
  readonly events: number;
  readonly every: EpochMs;
  /** Pages outside are not counted: what came before is learnt from; `null` for the beginning or the end of the history. */
  readonly counted: { readonly start: EpochMs | null; readonly end: EpochMs | null };
  readonly known: readonly KnownIncident[] | null;
}

/**
 * Lets each configuration live through the history as it was delivered, one after the other, and compares what they would
 * have said. `null` where there is no event, or none in the time that is counted.
 */
export async function backtest({
  candidates,
  open,
  events,
  every,
  counted,
  known,
}: BacktestInput): Promise<Backtest | null> {
  const runs: BacktestRun[] = [];
  const { start: from, end: to } = counted;
  const meant = known?.filter(
    ({ window }) => (from === null || window.end > from) && (to === null || window.start < to),
  );
  let span: TimeWindow | null = null;
  for (const { name, config } of candidates) {
    const { input, close } = await open(config);
    try {
      const replayed = await replayDelivery(input);
      if (!replayed) return null;
      span = {
        start: Math.max(replayed.span.start, from ?? replayed.span.start),
        end: Math.min(replayed.span.end, to ?? replayed.span.end),
      };
      if (span.start >= span.end) return null;
      const { directory } = input.knowledge;
      runs.push(
        summariseReplay(replayed, { span, name, alertBudget: config.alertBudget, directory, known: meant ?? null }),
      );
    } finally {
      await close();
    }
  }
  const [first, ...others] = runs;
  if (!first || !span) return null;
  return { span, events, every, runs, differences: others.flatMap((other) => compareRuns(first, other)) };
}
