import type { EpochMs } from "../domain/time.ts";
import { allEvents } from "../incidents/events-in-order.ts";
import { LEAK_FILTERS, LeakFinder } from "../incidents/leaks.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import { subjectOf } from "./subjects.ts";

export interface LeakContext {
  readonly store: EventStore;
  /** What was made and freed before is not looked at. */
  readonly since: EpochMs;
  readonly keptSince: EpochMs;
  readonly now: EpochMs;
}

const leakSubject = (account: string): string => subjectOf("leaks", account);

/** What an account's principals have stopped to free, by all that was made and freed there. */
export async function examineLeaks(
  account: string,
  { store, since, keptSince, now }: LeakContext,
): Promise<SubjectFindings> {
  const finder = new LeakFinder();
  const window = { start: since, end: now + 1 };
  const [filter] = LEAK_FILTERS;
  for await (const event of allEvents(store, { window, accounts: [account], filter, counted: true })) finder.add(event);
  const findings = finder.finish(now).filter((finding) => finding.window.end >= keptSince);
  return { subject: leakSubject(account), findings, memo: null };
}
