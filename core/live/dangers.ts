import type { PolicyViolation } from "../domain/finding.ts";
import type { EpochMs } from "../domain/time.ts";
import {
  type Burst,
  type BurstOutline,
  BurstWatch,
  dangerOf,
  gradeOf,
  isHindsighted,
  type RoutineContext,
  whoOf,
} from "../incidents/danger-bursts.ts";
import type { Ownership } from "../incidents/danger-conditions.ts";
import { DANGER_RULES, type DangerRule } from "../incidents/danger-rules/index.ts";
import { allEvents } from "../incidents/events-in-order.ts";
import { dangersIn } from "../incidents/find-dangers.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import { beginningOf, isBefore, type Moment } from "./resumed.ts";
import { partsOf } from "./subjects.ts";

export interface DangerContext extends Ownership, RoutineContext {
  readonly store: EventStore;
  readonly keptSince: EpochMs;
  /** What happened later is not known. */
  readonly time: EpochMs;
}

/** A burst as it is remembered: what later ones are compared with, and where to go on from. */
interface KeptBurst extends BurstOutline {
  readonly networks: readonly string[];
  readonly opened: EpochMs;
  readonly openedBy: string;
  readonly last: EpochMs;
  /** Id of its finding. */
  readonly id: string;
}

/** A burst ends by itself after a day; what comes within the rule's window of its last event belongs to it. */
function resumeAt(bursts: readonly KeptBurst[], from: EpochMs, { window }: DangerRule): Moment {
  const open = bursts.find(({ opened, last }) => opened <= from && from - last <= window);
  return open ? { time: open.opened, id: open.openedBy } : beginningOf(from);
}

/**
 * Finds the bursts of one rule and principal again from the first event that is new, or from where the burst that it may
 * belong to opened: the same that one pass over everything finds. What was before stands as it was found.
 * @param from time of the first event that is new
 */
export async function examineDanger(
  subject: string,
  before: Pick<SubjectFindings, "findings" | "memo"> | null,
  from: EpochMs,
  context: DangerContext,
): Promise<SubjectFindings> {
  const [ruleId, account, principal, who] = partsOf(subject) as [string, string, string, string];
  const rule = DANGER_RULES.find(({ id }) => id === ruleId);
  if (!rule) return { subject, findings: [], memo: null };
  const known = burstsOf(before?.memo ?? null);
  const resume = resumeAt(known, from, rule);
  const watch = new BurstWatch(rule);
  const window = { start: resume.time - rule.window, end: context.time + 1 };
  const asked = { window, accounts: [account], principals: [principal], filter: rule.filter, counted: true } as const;
  for await (const event of allEvents(context.store, asked)) {
    if (whoOf(event) !== who || !dangersIn(event, context).includes(rule)) continue;
    if (isBefore(event, resume)) watch.precede(event);
    else watch.add(event);
  }
  const found = watch.finish();
  const kept = known.filter((burst) => isBefore({ time: burst.opened, id: burst.openedBy }, resume));
  const bursts = [...kept, ...found.map((burst) => keptOf(burst, rule))];
  const findings = [...(before?.findings ?? []), ...found.map((burst) => dangerOf(rule, burst))];
  return { subject, ...graded(rule, account, bursts, findings, context) };
}

const keptOf = (burst: Burst, rule: DangerRule): KeptBurst => ({
  start: burst.start,
  size: burst.size,
  networks: [...burst.networks].sort(),
  opened: burst.opened,
  openedBy: burst.openedBy,
  last: burst.last,
  id: dangerOf(rule, burst).id,
});

const burstsOf = (memo: string | null): readonly KeptBurst[] =>
  memo === null ? [] : (JSON.parse(memo) as KeptBurst[]);

/** Days on which what was found before may be graded otherwise though nothing new happened; `null` where nothing is. */
export function regradeDanger(set: SubjectFindings, context: DangerContext): SubjectFindings | null {
  const [ruleId, account] = partsOf(set.subject) as [string, string];
  const rule = DANGER_RULES.find(({ id }) => id === ruleId);
  if (!rule || !set.findings.some(({ window }) => isHindsighted(window.start, context.span))) return null;
  return { subject: set.subject, ...graded(rule, account, burstsOf(set.memo), set.findings, context) };
}

/** Findings of these bursts that are still of concern, graded among them all; of a burst that was found again the new one. */
function graded(
  rule: DangerRule,
  account: string,
  bursts: readonly KeptBurst[],
  findings: readonly object[],
  context: DangerContext,
): Pick<SubjectFindings, "findings" | "memo"> {
  const byId = new Map((findings as readonly PolicyViolation[]).map((finding) => [finding.id, finding]));
  return {
    memo: JSON.stringify(bursts),
    findings: bursts.flatMap((burst) => {
      const finding = byId.get(burst.id);
      if (!finding || finding.window.end < context.keptSince) return [];
      return [{ ...finding, ...gradeOf(rule, account, burst, bursts, context) }];
    }),
  };
}
