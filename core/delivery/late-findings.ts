import type { Finding } from "../domain/finding.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import { amount, counted, duration } from "../messages/format.ts";
import type { DeliveredEvents, Lateness } from "../ports/delivered-events.ts";
import type { EventQuery } from "../ports/event-store.ts";

/** Why a finding may be another one as events are delivered, in one clause. */
export type LatenessOf = (finding: Finding) => Promise<string>;

/** What was learnt longer ago hardly shows in what is usual. */
const LEARNT = 14 * DAY;

/**
 * By how late the events came that a finding is about, and those that its model had to learn from.
 * @param lateAfter a bucket that an event comes into later than this may have closed
 */
export const latenessOf =
  (delivered: DeliveredEvents, lateAfter: EpochMs): LatenessOf =>
  async (finding) => {
    const { window, account } = finding;
    const own = await delivered.lateness(ofFinding(finding, window), lateAfter);
    const subject = `the ${finding.kind} in ${account}`;
    if (own.late > 0) {
      return `${subject}: ${share(own)} came more than ${duration(lateAfter)} after they happened, the last ${duration(own.longest)}`;
    }
    const past = { start: window.start - LEARNT, end: window.start };
    const before = await delivered.lateness({ accounts: [account], window: past }, lateAfter);
    if (before.late > 0) {
      return `${subject}: none of its events came late, but ${share(before)} of the ${duration(LEARNT)} before did, and models do not go back`;
    }
    return `${subject}: no event came late, neither of it nor of the ${duration(LEARNT)} before`;
  };

const share = ({ late, events }: Lateness): string => `${amount(late)} of ${counted(events, "event")}`;

const ofFinding = ({ account, region }: Finding, window: EventQuery["window"]): EventQuery => ({
  accounts: [account],
  ...(window ? { window } : {}),
  ...(region === "*" ? {} : { regions: [region] }),
});
