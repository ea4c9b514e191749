import type { AccountContext } from "../domain/account.ts";
import { FACET_NAMES, type FindingFacets, type PolicyViolation } from "../domain/finding.ts";
import type { Evidence, IncidentDraft } from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";
import { utc } from "../messages/format.ts";
import type { KeptIncident, LiveExplanation, LiveIncident } from "../ports/live-incidents.ts";
import { DRILL_ACCOUNT, type Drill } from "./drill.ts";

const TITLE = "Drill";
const REASON = "a drill: as grave as what wakes somebody, so that it takes the same way";

const account: AccountContext = {
  id: DRILL_ACCOUNT,
  alias: "DRILL, no real account",
  type: "unknown",
  ouPath: null,
  costCenter: null,
  owner: null,
  tags: {},
  known: false,
};

/** What the watch finds of a drill. */
export const drillFinding = ({ id, by, arrivedAt }: Drill): PolicyViolation => ({
  kind: "policy",
  policy: "drill",
  title: TITLE,
  id,
  account: DRILL_ACCOUNT,
  region: "global",
  window: { start: arrivedAt, end: arrivedAt + 1 },
  severity: "medium",
  severityReasons: [REASON],
  eventIds: [id],
  facets: { ...NO_FACETS, events: 1, principals: [{ value: by, count: 1 }] },
});

const NO_FACETS = {
  events: 0,
  ...Object.fromEntries(FACET_NAMES.map((name) => [name, []])),
} as unknown as FindingFacets;

/** What is made of it: an incident that says what it is in its first word, and that nothing is to be done. */
export function drillIncident(finding: PolicyViolation, now: EpochMs): LiveIncident {
  const draft = draftOf(finding, now);
  return {
    draft,
    formerIds: [],
    saidRevision: 0,
    said: null,
    explained: explanationOf(draft, now),
    notBefore: null,
    withdrawnAt: null,
  };
}

function draftOf(finding: PolicyViolation, now: EpochMs): IncidentDraft {
  const { id, window, severity, severityReasons, facets, eventIds } = finding;
  return {
    id,
    revision: 1,
    state: "open",
    openedAt: now,
    updatedAt: now,
    closedAt: null,
    window,
    severity,
    severityReasons,
    accounts: [account],
    regions: ["global"],
    principals: facets.principals,
    findings: [finding],
    joinedBy: [],
    expected: { expected: false, reasons: ["a drill"] },
    expectedLoss: { usd: 0, because: ["a drill costs nothing"] },
    paging: { paged: true, reason: "paged: a drill shows whether a page arrives", heldBackBy: null },
    mute: null,
    label: null,
    eventIds,
    eventCount: 1,
  };
}

function explanationOf({ id, revision, principals, window }: IncidentDraft, now: EpochMs): LiveExplanation {
  const by = principals[0]?.value ?? "somebody";
  const evidence: Evidence = {
    id: "E1",
    statement: `the marked record ${id} was sent at ${utc(window.start)} by ${by}`,
    eventIds: [id],
    query: null,
    mentions: [by],
  };
  return {
    revision,
    at: now,
    cost: { status: "none" },
    evidence: [evidence],
    explanation: {
      summary: `DRILL: nothing happened, this message shows that Trailwatch works, sent by ${by}`,
      causes: [{ id: "drill", title: "A drill", confidence: "HIGH", for: ["E1"], against: [] }],
      actions: [
        {
          title: "Nothing is to be done",
          detail: "It is in no account, in no count and in no model, and is over by itself within half an hour.",
          consoleUrl: null,
          command: null,
        },
      ],
    },
  };
}

/** The same when it is over, of which nobody has to be told. */
export function drillOver({ version: _, ...before }: KeptIncident, now: EpochMs): LiveIncident {
  return {
    ...before,
    draft: { ...before.draft, state: "closed", updatedAt: now, closedAt: now },
    saidRevision: before.draft.revision,
    said: before.said && { ...before.said, occasion: "closed" },
    withdrawnAt: now,
  };
}
