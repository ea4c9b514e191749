import { type EpochMs, isoTime, MINUTE } from "../domain/time.ts";
import type { UsageEvent } from "../domain/usage-event.ts";

/** No account of AWS has this number, so that what bears it was made up, and nothing real ever does. */
export const DRILL_ACCOUNT = "000000000000";

const SOURCE = "trailwatch";
const BEGIN = "Drill";
const END = "DrillOver";
const ID = /^drill-\d{8}t\d{6}z-[0-9a-f]{6}$/;

/** A drill that nobody ended is over by itself after this. */
export const LONGEST_DRILL: EpochMs = 30 * MINUTE;

/** A made-up incident that goes through a deployment to show that everything works. */
export interface Drill {
  /** Also of its event, and of its incident. */
  readonly id: string;
  /** Who sent it. */
  readonly by: string;
  /** By the sender's clock. */
  readonly sentAt: EpochMs;
  /** When the deployment was given it. */
  readonly arrivedAt: EpochMs;
  /** Whether its sender has seen what there was to see. */
  readonly over: boolean;
}

/** @param digits six hexadecimal digits that tell apart what is sent in the same second */
export const drillId = (time: EpochMs, digits: string): string =>
  `drill-${isoTime(time).replace(/[-:]/g, "").toLowerCase()}-${digits}`;

export const isDrillId = (id: string): boolean => ID.test(id);

/** The record that begins a drill, or ends it, in CloudTrail's form. */
export const drillRecord = (id: string, by: string, time: EpochMs, over: boolean): object => ({
  eventVersion: "1.10",
  userIdentity: { type: "IAMUser", arn: by, accountId: DRILL_ACCOUNT, userName: by },
  eventTime: isoTime(time),
  eventSource: `${SOURCE}.amazonaws.com`,
  eventName: over ? END : BEGIN,
  awsRegion: "us-east-1",
  sourceIPAddress: "192.0.2.1",
  userAgent: "trailwatch drill",
  requestParameters: null,
  responseElements: null,
  eventID: id,
  readOnly: true,
  eventType: "AwsApiCall",
  managementEvent: true,
  recipientAccountId: DRILL_ACCOUNT,
});

/** The drill that an event is the record of; `null` of all others, which is to say of everything that happened. */
export function drillOf(event: UsageEvent, arrivedAt: EpochMs): Drill | null {
  const { account, service, action, id, principal, time } = event;
  if (account !== DRILL_ACCOUNT || service !== SOURCE || !isDrillId(id)) return null;
  if (action !== BEGIN && action !== END) return null;
  return { id, by: principal.arn ?? principal.name, sentAt: time, arrivedAt, over: action === END };
}
