import { TrailwatchError } from "../domain/errors.ts";
import { type EpochMs, isoTime } from "../domain/time.ts";

/** What is to be given again, as RedriveFunction understands it. */
export type ReplayRequest =
  | { readonly from: "queue" }
  | { readonly from: "failed"; readonly start?: string; readonly end?: string }
  | { readonly from: "trail"; readonly start: string; readonly end: string };

/** Sums of what one or several calls of the function did. */
export interface ReplayCounts {
  /** Pieces that were worked off: batches, or parts of a time range. */
  readonly redriven: number;
  readonly failed: number;
  /** Another function's, or not to be had any more. */
  readonly passedOver: number;
  /** Of what the ingest answered, which says nothing of batches that come as they came first. */
  readonly records: number;
  readonly created: number;
  readonly duplicates: number;
}

/** What RedriveFunction answers. */
export interface ReplayStep extends ReplayCounts {
  readonly reasons: readonly string[];
  /** To be given with the next call; `null`: nothing is left. */
  readonly next: string | null;
}

export interface ReplayOutcome extends ReplayCounts {
  readonly calls: number;
  readonly reasons: readonly string[];
  /** False where it was given up, because nothing could be worked off any more. */
  readonly complete: boolean;
}

const KEPT_REASONS = 10;

/**
 * Calls until nothing is left, or until a call works nothing off: what stands in the way then is not one bad batch. All of
 * it can be done again: what is stored already is found to be there.
 */
export async function replay(
  call: (next: string | null) => Promise<ReplayStep>,
  onStep: (outcome: ReplayOutcome) => void,
): Promise<ReplayOutcome> {
  let outcome: ReplayOutcome = {
    calls: 0,
    redriven: 0,
    failed: 0,
    passedOver: 0,
    records: 0,
    created: 0,
    duplicates: 0,
    reasons: [],
    complete: false,
  };
  let next: string | null = null;
  for (;;) {
    const step: ReplayStep = await call(next);
    outcome = added(outcome, step);
    onStep(outcome);
    if (step.next === null || (step.redriven === 0 && step.failed > 0)) return outcome;
    next = step.next;
  }
}

const added = (before: ReplayOutcome, step: ReplayStep): ReplayOutcome => ({
  calls: before.calls + 1,
  redriven: before.redriven + step.redriven,
  failed: before.failed + step.failed,
  passedOver: before.passedOver + step.passedOver,
  records: before.records + step.records,
  created: before.created + step.created,
  duplicates: before.duplicates + step.duplicates,
  reasons: [...new Set([...before.reasons, ...step.reasons])].slice(0, KEPT_REASONS),
  complete: step.next === null,
});

export interface ReplayChoice {
  readonly queue?: boolean;
  readonly failed?: boolean;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** What was meant. Throws TrailwatchError `USAGE` where that is not one thing. */
export function replayRequest({ queue = false, failed = false, from, to }: ReplayChoice, now: EpochMs): ReplayRequest {
  if (queue && (failed || from !== undefined || to !== undefined)) {
    throw usage("--queue stands alone: a queue knows no time ranges");
  }
  if (from !== undefined && from >= (to ?? now)) throw usage("--from is not before --to");
  if (queue) return { from: "queue" };
  const start = from === undefined ? {} : { start: isoTime(from) };
  if (failed) return { from: "failed", ...start, ...(to === undefined ? {} : { end: isoTime(to) }) };
  if (from === undefined) throw usage("it is not said what is to be given again");
  return { from: "trail", start: isoTime(from), end: isoTime(to ?? now) };
}

const usage = (message: string): TrailwatchError =>
  new TrailwatchError(
    "USAGE",
    message,
    "Give --queue (queues of what failed), --failed (kept batches), or --from and --to (what the trail delivered).",
  );
