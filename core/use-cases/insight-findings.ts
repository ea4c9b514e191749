import type { InsightFinding } from "../domain/finding.ts";
import type { InsightRecord } from "../domain/insight.ts";
import { HOUR, MINUTE } from "../domain/time.ts";
import { shortHash } from "../incidents/identifier.ts";
import { amount } from "../messages/format.ts";
import type { EventStore } from "../ports/event-store.ts";

const FINDING_EVENT_IDS = 25;

/** An Insights event whose end was never logged is taken to last this long. */
const UNENDED = HOUR;

/**
 * CloudTrail's own Insights as findings: the record of the start and that of the end are one. They are low by
 * themselves, since AWS compares a rate with seven days of one account and knows neither cost nor context; they join
 * the incidents of what they were about.
 */
export async function insightFindings(records: readonly InsightRecord[], store: EventStore): Promise<InsightFinding[]> {
  const findings: InsightFinding[] = [];
  for (const [key, pair] of insightPairs(records)) findings.push(await insightFinding(key, pair, store));
  return findings;
}

/** Records of one Insight, in time order: of its start, of its end, or both. */
export type InsightPair = readonly [InsightRecord, ...InsightRecord[]];

export async function insightFinding(key: string, pair: InsightPair, store: EventStore): Promise<InsightFinding> {
  const [first] = pair;
  const last = pair.at(-1) ?? first;
  const start = first.time;
  const lasting = last.durationMinutes === null ? UNENDED : last.durationMinutes * MINUTE;
  const window = {
    start,
    end: last.state === "end" && last !== first ? Math.max(last.time, start + MINUTE) : start + lasting,
  };
  const { facets, eventIds } = await store.facets({
    window,
    accounts: [first.account],
    filter: { actions: [`${first.service}:${first.action}`] },
  });
  return {
    kind: "insight",
    id: `insight-${shortHash(key)}`,
    account: first.account,
    region: first.region,
    window,
    severity: "low",
    severityReasons: [reason(last)],
    eventIds: eventIds.slice(0, FINDING_EVENT_IDS),
    facets,
    insightType: first.insightType,
    service: first.service,
    action: first.action,
    baselinePerMinute: last.baseline,
    insightPerMinute: last.insight,
  };
}

/** By what the records of one Insight share. */
export function insightPairs(records: readonly InsightRecord[]): ReadonlyMap<string, InsightPair> {
  const pairs = new Map<string, InsightPair>();
  for (const record of [...records].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))) {
    const key = `${record.account} ${record.sharedEventId ?? record.id}`;
    const before = pairs.get(key);
    pairs.set(key, before ? [...before, record] : [record]);
  }
  return pairs;
}

function reason({ insightType, baseline, insight }: InsightRecord): string {
  const what = insightType.includes("Error") ? "error rate" : "call rate";
  const rates =
    baseline === null || insight === null ? "" : `: ${amount(insight)} a minute where ${amount(baseline)} was usual`;
  return `CloudTrail Insights found an unusual ${what}${rates}`;
}
