import { DAY, type EpochMs, HOUR } from "../domain/time.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import type { InsightLog } from "../ports/insight-log.ts";
import { insightFinding, insightPairs } from "../use-cases/insight-findings.ts";
import type { FindingCache } from "./finding-cache.ts";
import { subjectOf } from "./subjects.ts";

export interface InsightContext {
  readonly store: EventStore;
  readonly insights: InsightLog;
  readonly keptSince: EpochMs;
  readonly now: EpochMs;
}

/** An Insight that has not ended may have begun so long before. */
const LASTING = 2 * DAY;
/** Calls of a window that ended so recently may still come in. */
const SETTLING = HOUR;

interface Memo {
  /** Of the records. */
  readonly ids: readonly string[];
  readonly final: boolean;
}

/** CloudTrail's Insights of the last days as findings: those that are new, have ended since, or whose calls may still come in. */
export async function insightSets(
  cache: FindingCache,
  { store, insights, keptSince, now }: InsightContext,
): Promise<readonly SubjectFindings[]> {
  const sets: SubjectFindings[] = [];
  const records = await insights.records({ start: keptSince - LASTING, end: now + 1 });
  for (const [key, pair] of insightPairs(records)) {
    const subject = subjectOf("insight", key);
    const ids = pair.map(({ id }) => id);
    const before = cache.get(subject)?.memo ?? null;
    if (before !== null && isDone(JSON.parse(before) as Memo, ids)) continue;
    const finding = await insightFinding(key, pair, store);
    if (finding.window.end < keptSince) continue;
    const memo: Memo = { ids, final: finding.window.end + SETTLING <= now };
    sets.push({ subject, findings: [finding], memo: JSON.stringify(memo) });
  }
  return sets;
}

const isDone = ({ ids: before, final }: Memo, ids: readonly string[]): boolean =>
  final && before.length === ids.length && before.every((id, at) => id === ids[at]);
