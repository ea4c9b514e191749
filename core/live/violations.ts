import type { PolicyViolation } from "../domain/finding.ts";
import { DAY, type EpochMs, MINUTE, type TimeWindow } from "../domain/time.ts";
import { allEvents } from "../incidents/events-in-order.ts";
import { type Policy, policyQueries } from "../policies/index.ts";
import { MERGE_GAP, ViolationFinder, violates } from "../policies/violations.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { AccountCoverage, EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import { partsOf, subjectOf } from "./subjects.ts";

export interface ViolationContext {
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  readonly policies: readonly Policy[];
  readonly coverage: readonly AccountCoverage[];
  readonly keptSince: EpochMs;
  readonly now: EpochMs;
  /** What happened later is not known. */
  readonly time: EpochMs;
  readonly longMinutes: number;
}

export interface ViolationSuspect {
  readonly subject: string;
  /** Time of the first event of the windows. */
  readonly from: EpochMs;
}

/** Who violated which policy in the windows. */
export async function violationSuspects(
  windows: readonly TimeWindow[],
  { store, directory, policies, coverage }: Pick<ViolationContext, "store" | "directory" | "policies" | "coverage">,
): Promise<readonly ViolationSuspect[]> {
  const suspects = new Map<string, EpochMs>();
  for (const policy of policies) {
    for (const query of policyQueries(policy, directory, coverage)) {
      for (const window of windows) {
        for await (const event of allEvents(store, { ...query, window })) {
          if (!violates(policy, event, directory)) continue;
          const subject = subjectOf("policy", policy.id, event.account, event.principal.id);
          suspects.set(subject, Math.min(event.time, suspects.get(subject) ?? event.time));
        }
      }
    }
  }
  return [...suspects].map(([subject, from]) => ({ subject, from }));
}

/**
 * When a violation that has gone on for more than a day is to be looked at again; `null`: now. All its events are read
 * each time.
 */
export function waitsUntil(
  before: { readonly findings: SubjectFindings["findings"]; readonly changedAt: EpochMs } | null,
  { now, longMinutes }: ViolationContext,
): EpochMs | null {
  const last = before?.findings.at(-1);
  if (!before || !last || last.window.end - last.window.start < DAY) return null;
  const due = before.changedAt + longMinutes * MINUTE;
  return due > now ? due : null;
}

/**
 * Finds the violations of one policy by one principal again from the first event that is new, or from where the violation
 * began that it may belong to. What was before stands as it was found.
 */
export async function examineViolations(
  subject: string,
  before: Pick<SubjectFindings, "findings"> | null,
  from: EpochMs,
  { store, directory, policies, keptSince, time }: ViolationContext,
): Promise<SubjectFindings> {
  const [policyId, account, principal] = partsOf(subject) as [string, string, string];
  const policy = policies.find(({ id }) => id === policyId);
  if (!policy) return { subject, findings: [], memo: null };
  const known = (before?.findings ?? []) as readonly PolicyViolation[];
  // A violation's window ends a millisecond after its last event.
  const joined = known.find(({ window }) => window.start <= from && from - (window.end - 1) <= MERGE_GAP);
  const resume = joined?.window.start ?? from;
  const finder = new ViolationFinder([policy], directory);
  const { filter } = policy;
  const window = { start: resume, end: time + 1 };
  const asked = { window, accounts: [account], principals: [principal], filter };
  for await (const event of allEvents(store, asked)) finder.add(event);
  const kept = known.filter((finding) => finding.window.start < resume);
  const findings = [...kept, ...finder.finish()].filter((finding) => finding.window.end >= keptSince);
  return { subject, findings, memo: null };
}
