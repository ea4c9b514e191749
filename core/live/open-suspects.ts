import { BUCKET, type EpochMs } from "../domain/time.ts";
import type { RollupRow } from "../ports/event-store.ts";
import type { Pending } from "./checkpoint.ts";
import { signatureOf } from "./open-counts.ts";
import { accountOf, isOfKind, seriesOf } from "./subjects.ts";
import type { HeardContext } from "./watch-context.ts";

/**
 * Entities whose count in two buckets that are still open reaches a threshold: the obvious need not wait until they close.
 * Those that were examined with the same counts are left out.
 */
export async function openSuspects(context: HeardContext): Promise<readonly Pending[]> {
  const { open, signals, closings, pending } = context;
  const suspects: Pending[] = [];
  if (context.reach < context.keptSince) return suspects;
  for (const [subject, rows] of await open.newest()) {
    const { thresholds = null } = signals.get(seriesOf(subject).signal) ?? {};
    const closed = closings[accountOf(subject)]?.closed ?? 0;
    const from = thresholds && firstReaching(rows, thresholds.low, closed);
    if (from === null) continue;
    const openRows = rows.filter(({ bucket }) => bucket >= closed);
    const before = pending.get(subject);
    if (before?.seen === signatureOf(openRows)) continue;
    const why = "its count in open buckets reaches a threshold";
    suspects.push({ subject, why, from: Math.min(from, before?.from ?? from), notBefore: null, seen: null });
  }
  return suspects;
}

/** The first open bucket that, with the one before it, reaches so much. */
function firstReaching(rows: readonly RollupRow[], least: number, closed: EpochMs): EpochMs | null {
  for (const [at, { bucket, value }] of rows.entries()) {
    const before = rows[at - 1];
    const both = value + (before?.bucket === bucket - BUCKET ? before.value : 0);
    if (bucket >= closed && both >= least) return bucket;
  }
  return null;
}

/** Entities with findings in a time of which it is known only now what was delivered. */
export function reinterpretedSuspects({ cache, followed }: HeardContext): readonly Pending[] {
  const suspects: Pending[] = [];
  for (const { subject, findings } of cache.sets) {
    if (!isOfKind(subject, "anomaly")) continue;
    const from = followed.get(accountOf(subject))?.reinterpretedFrom ?? null;
    if (from === null || !findings.some(({ window }) => window.end >= from)) continue;
    suspects.push({ subject, why: "delivery was not what it seemed", from, notBefore: null, seen: null });
  }
  return suspects;
}
