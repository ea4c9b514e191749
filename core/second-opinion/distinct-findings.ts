import type { ForestFinding } from "../domain/second-opinion.ts";
import { BUCKET, type TimeWindow } from "../domain/time.ts";
import type { DetectorResult, WatchedEntity } from "../ports/second-opinion.ts";

/** What a detector found, once. */
export interface DistinctFinding extends ForestFinding {
  readonly signal: string;
  readonly entity: WatchedEntity;
}

/**
 * Findings among results, each once: nothing without a grade, nothing of a model that warms up (its confidence is 0), and
 * of results of one entity whose windows share a bucket the strongest. A run over the past and a live one judge the same
 * windows, and after a restart the past ones are judged again at other starts. Sorted by start, then signal and entity.
 */
export function distinctFindings(results: readonly DetectorResult[]): readonly DistinctFinding[] {
  const byEntity = new Map<string, DistinctFinding[]>();
  for (const result of results) {
    const window = bucketsOf(result.window);
    if (!(result.grade > 0) || !(result.confidence > 0) || window.start >= window.end) continue;
    const key = `${result.signal} ${entityKey(result.entity)}`;
    byEntity.set(key, [...(byEntity.get(key) ?? []), { ...result, window }]);
  }
  return [...byEntity]
    .flatMap(([key, findings]) => strongest(findings).map((finding) => ({ key, finding })))
    .sort((a, b) => a.finding.window.start - b.finding.window.start || (a.key < b.key ? -1 : 1))
    .map(({ finding }) => finding);
}

/**
 * The roll-ups that a window holds: those that begin in it. Windows follow the start of the detector's job, not the clock,
 * and one may lie between two buckets and hold none: then it judged an emptiness of its own making.
 */
function bucketsOf({ start, end }: TimeWindow): TimeWindow {
  const next = (time: number): number => Math.ceil(time / BUCKET) * BUCKET;
  return { start: next(start), end: next(end) };
}

/** Of findings that overlap the strongest, whatever it overlaps with left out. */
function strongest(findings: readonly DistinctFinding[]): readonly DistinctFinding[] {
  const kept: DistinctFinding[] = [];
  for (const finding of [...findings].sort(byStrength)) {
    if (!kept.some(({ window }) => overlap(window, finding.window))) kept.push(finding);
  }
  return kept;
}

const byStrength = (a: ForestFinding, b: ForestFinding): number =>
  b.grade - a.grade || b.confidence - a.confidence || a.window.start - b.window.start || a.window.end - b.window.end;

export const overlap = (a: TimeWindow, b: TimeWindow): boolean => a.start < b.end && b.start < a.end;

export const strongestOf = <T extends ForestFinding>(findings: readonly T[]): T | undefined =>
  [...findings].sort(byStrength)[0];

function entityKey(entity: WatchedEntity): string {
  switch (entity.of) {
    case "region":
      return `region ${entity.account} ${entity.region}`;
    case "account-type":
      return `account-type ${entity.type}`;
    case "ou":
      return `ou ${entity.path}`;
  }
}
