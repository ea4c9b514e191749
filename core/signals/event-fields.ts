import type { QuantityChange, QuantityKind } from "../domain/usage-event.ts";

/**
 * Names of the fields of an event's document that can be asked for. What people and dashboards read: a name is never
 * given another meaning.
 */
export const EVENT_FIELDS = {
  /** Also the document's `_id`, by which it is found; this field is for sorting. */
  id: "event_id",
  /** When it happened, not when it was delivered. */
  time: "@timestamp",
  account: "account",
  /** As logged. */
  region: "region",
  signalRegion: "signal_region",
  service: "service",
  action: "action",
  /** `service:action` */
  call: "call",
  readOnly: "read_only",
  category: "category",
  outcome: "outcome",
  errorCode: "error_code",
  principalType: "principal_type",
  principal: "principal",
  principalName: "principal_name",
  principalArn: "principal_arn",
  session: "session",
  accessKeyId: "access_key_id",
  callerAccount: "caller_account",
  mfa: "mfa",
  invokedBy: "invoked_by",
  sourceIp: "source_ip",
  /** As logged. */
  sourceIpText: "source_ip.text",
  network: "network",
  userAgent: "user_agent",
  tool: "tool",
  vpcEndpoint: "vpc_endpoint",
  actor: "actor",
  /** The first of the resources, which counts per resource go by. */
  resource: "resource",
  resources: "resources",
  counterparties: "counterparties",
  marks: "marks",
  sharedEventId: "shared_event_id",
  requestId: "request_id",
  /** False for the copy of an action logged in two accounts that signals do not count. */
  counted: "counted",
  unpriced: "unpriced",
  /** `dimension\0value` of everything that the event could be the first of in its account. */
  firsts: "firsts",
  /** `kind item\0amount`, `kind\0amount` without an item: each kind and item once an event, its amounts added up. */
  itemAmounts: "item_amounts",
  accountType: "account_type",
  ouPath: "ou_path",
} as const;

/** Between the parts of `firsts` and `item_amounts`: a character that no stored text has. */
export const PART_SEPARATOR = "\0";

/** Sum of such quantities of the event; the field exists, be it 0, where the event has one. */
export const amountField = (kind: QuantityKind, change: QuantityChange): string => `amounts.${kind}.${change}`;

/** Low and high price an hour together, in billionths of a US dollar: twice the midpoint, as an integer. */
export const doubledNanosField = (direction: "added" | "removed"): string => `${direction}_doubled_nanos`;

/** What an estimate is about: USD an hour added or removed, USD once. */
export type UsdDirection = "added" | "removed" | "once";

/**
 * A price in two integers, so that the sums that a cluster makes of them in doubles stay exact: whole dollars, and the
 * billionths that remain.
 */
export const usdFields = (direction: UsdDirection): { readonly low: UsdFieldPair; readonly high: UsdFieldPair } => ({
  low: { usd: `${direction}_low_usd`, nanos: `${direction}_low_nanos` },
  high: { usd: `${direction}_high_usd`, nanos: `${direction}_high_nanos` },
});

export interface UsdFieldPair {
  readonly usd: string;
  readonly nanos: string;
}
