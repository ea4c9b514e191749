import type { AsDelivered, DeliveredDifference, DeliveredMessage } from "#core/domain/as-delivered.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { amount, counted, duration, utc } from "#core/messages/format.ts";

/** What is said of a replay in every format: plain text, one line each. */
export function asDeliveredSummary({ every, runs, delays, same, differences }: AsDelivered): readonly string[] {
  const { times, events, late, lateAfter, median, p95, longest } = delays;
  const by = times === "files" ? "as the names of the files say" : "as CloudTrail's published delays let expect";
  return [
    `A deployment that looked every ${duration(every)}, ${counted(runs, "time")}, at ${counted(events, "event")} delivered ${by}: half of them within ${duration(median)}, 95 of 100 within ${duration(p95)}, the last after ${duration(longest)}`,
    `${counted(late, "event")} came more than ${duration(lateAfter)} late`,
    `${amount(same.length)} of ${counted(same.length + inAnalysis(differences), "incident")} of the analysis ${same.length === 1 ? "is" : "are"} the same in id, accounts, principals, window, severity and paging`,
  ];
}

const inAnalysis = (differences: readonly DeliveredDifference[]): number =>
  differences.filter(({ id }) => id !== null).length;

/** `an incident's name, in which way it differs`. */
export const differenceHead = ({ id, deliveredId, what }: DeliveredDifference): string =>
  `${id ?? deliveredId}: ${what.join("; ")}`;

/** What a message of its opening says is told, and how long people waited for it; of others that they were. */
export function messageLine(message: DeliveredMessage): string {
  const { at, occasion, incident, severity, summary } = message;
  const what = occasion === "opened" ? `${summary} (${waitingTime(message)})` : severity;
  return `${utc(at)}  ${incident} ${occasion}: ${what}`;
}

/** `6 minutes after its newest event, 1 hour after its first` */
export function waitingTime({ at, newest, first }: DeliveredMessage): string {
  const after = (time: EpochMs, what: string): string => `${duration(Math.max(0, at - time))} after its ${what}`;
  return [...(newest === null ? [] : [after(newest, "newest event")]), after(first, "first")].join(", ");
}

/** How long people waited who were told that something had begun; `null` where nobody was. */
export function waitingWords({ messages }: AsDelivered): string | null {
  const opened = messages.filter(({ occasion }) => occasion === "opened");
  if (opened.length === 0) return null;
  const waits = opened.flatMap(({ at, newest }) => (newest === null ? [] : [at - newest])).sort((a, b) => a - b);
  const middle = waits[Math.floor((waits.length - 1) / 2)];
  const within = middle === undefined ? "" : `, half of them within ${duration(middle)} of their newest event`;
  return `${counted(opened.length, "incident")} paged${within}`;
}
