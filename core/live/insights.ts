import { DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import type { InsightLog } from "../ports/insight-log.ts";
import { insightFinding, insightPairs } from "../use-cases/insight-findings.ts";
import type { FindingCache } from "./finding-cache.ts";
import { subjectOf } from "./subjects.ts";
import { overlapsAny } from "./time-windows.ts";

export interface InsightContext {
  readonly store: EventStore;
  readonly insights: InsightLog;
  readonly keptSince: EpochMs;
  readonly now: EpochMs;
}

/** An Insight that has not ended may have begun so long before. */
const LASTING = 2 * DAY;
/**
 * CloudTrail's Insights of the last days as findings: those that are new or have ended since, and those of whose calls some
 * have come in.
 * @param arrived windows that events came into
 */
export async function insightSets(
  cache: FindingCache,
  arrived: readonly TimeWindow[],
  { store, insights, keptSince, now }: InsightContext,
): Promise<readonly SubjectFindings[]> {
  const sets: SubjectFindings[] = [];
  const records = await insights.records({ start: keptSince - LASTING, end: now + 1 });
  for (const [key, pair] of insightPairs(records)) {
    const subject = subjectOf("insight", key);
    const memo = JSON.stringify(pair.map(({ id }) => id));
    const before = cache.get(subject);
    if (before?.memo === memo && !before.findings.some(({ window }) => overlapsAny(window, arrived))) continue;
    const finding = await insightFinding(key, pair, store);
    if (finding.window.end < keptSince) continue;
    sets.push({ subject, findings: [finding], memo });
  }
  return sets;
}
