import type { Severity } from "#core/domain/finding.ts";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { type EpochMs, HOUR } from "#core/domain/time.ts";

/** An incident of which only what a budget looks at is told. */
export function draft(
  id: string,
  openedAt: EpochMs,
  severity: Severity,
  usd: number,
  more: Partial<IncidentDraft> = {},
): IncidentDraft {
  const window = { start: openedAt, end: openedAt + HOUR };
  return {
    id,
    revision: 1,
    state: "open",
    openedAt,
    updatedAt: window.end,
    closedAt: null,
    window,
    severity,
    severityReasons: [],
    accounts: [],
    regions: [],
    principals: [],
    findings: [],
    joinedBy: [],
    expected: { expected: false, reasons: [] },
    expectedLoss: { usd, because: [] },
    paging: { paged: false, reason: "not decided", heldBackBy: null },
    mute: null,
    label: null,
    eventIds: [],
    eventCount: 0,
    ...more,
  };
}
