import type { QuarantineReason } from "../domain/ingest.ts";
import type { InsightRecord } from "../domain/insight.ts";
import type { EventCategory, EventMark, Outcome, Principal, UsageEvent } from "../domain/usage-event.ts";
import { canonicalJson } from "./canonical-json.ts";
import { parseEventTime } from "./event-time.ts";
import { accountField, flagField, objectField, textField } from "./field.ts";
import { isInsight, type RecordBase, readInsight } from "./insight.ts";
import { document, EMPTY, isObject, type Json, text } from "./json.ts";
import { type ActionKnowledge, knowledgeOf } from "./knowledge.ts";
import { originOf } from "./origin.ts";
import { outcomeOf } from "./outcome.ts";
import { type Caller, callerOf, serviceCaller, UNKNOWN_CALLER } from "./principal.ts";
import { readListedResources, readRequestedResources } from "./resources.ts";
import { type Detail, Sheet } from "./sheet.ts";
import { missing, shownValue, Unusable, wrongType } from "./unusable.ts";

export type Normalised =
  | { readonly kind: "event"; readonly event: UsageEvent }
  | { readonly kind: "insight"; readonly insight: InsightRecord }
  | { readonly kind: "rejected"; readonly reason: QuarantineReason; readonly detail: string };

/** The canonical text of a record in, a hexadecimal SHA-256 out. */
export type HashText = (canonical: string) => string;

/** An `eventID` is a UUID; something much longer is no id, and would fill indexes. */
const LONGEST_ID = 256;

function timeOf(record: Json): number {
  const value = record["eventTime"];
  if (value === undefined || value === null || value === "") throw missing("eventTime");
  const time = typeof value === "string" ? parseEventTime(value) : Number.NaN;
  if (Number.isNaN(time)) throw wrongType("eventTime", value, "a time like 2026-11-03T02:14:00Z");
  return time;
}

function baseOf(record: Json, caller: Caller, hash: HashText): RecordBase {
  const time = timeOf(record);
  const id = textField(record["eventID"], "eventID");
  return {
    id: id === null || id.length > LONGEST_ID ? `sha256:${hash(canonicalJson(record))}` : id,
    time,
    account: accountField(record["recipientAccountId"], "recipientAccountId") ?? caller.principal.account ?? "unknown",
    region: textField(record["awsRegion"], "awsRegion") ?? "unknown",
  };
}

function callerIn(record: Json): Caller {
  const identity = objectField(record["userIdentity"], "userIdentity");
  if (identity !== null) return callerOf(identity);
  const source = record["eventSource"];
  return record["eventType"] === "AwsServiceEvent" && typeof source === "string" && source !== ""
    ? serviceCaller(source)
    : UNKNOWN_CALLER;
}

/** Only sub-documents that are needed are looked at, so that a reader may leave the others out. */
function subDocument(value: unknown, name: string, needed: boolean): Json {
  if (!needed) return EMPTY;
  if (value === undefined || value === null) return EMPTY;
  if (isObject(value)) return value;
  if (typeof value === "string") return document(value) ?? EMPTY;
  throw wrongType(name, value, "an object");
}

interface Result {
  readonly outcome: Outcome;
  readonly errorCode: string | null;
}

/** Sign-ins carry no error code: the answer has the action's name and `Success` or `Failure`. */
function resultOf(record: Json, knowledge: ActionKnowledge, response: Json): Result {
  const errorCode = textField(record["errorCode"], "errorCode");
  if (errorCode !== null) return { outcome: outcomeOf(errorCode), errorCode };
  if (knowledge.service === "signin" && text(response[knowledge.action]) === "Failure") {
    return { outcome: "denied", errorCode: null };
  }
  return {
    outcome: textField(record["errorMessage"], "errorMessage") === null ? "success" : "failed",
    errorCode: null,
  };
}

/** `MFAUsed` of a sign-in says more than the session, which begins with it. */
function withSignInFactor(principal: Principal, knowledge: ActionKnowledge, additional: Json): Principal {
  if (knowledge.service !== "signin") return principal;
  const used = additional["MFAUsed"];
  const mfa = used === "Yes" ? true : used === "No" ? (principal.mfa ?? false) : principal.mfa;
  return mfa === principal.mfa ? principal : { ...principal, mfa };
}

function categoryOf(record: Json, knowledge: ActionKnowledge): EventCategory {
  const stated = record["eventCategory"];
  if (stated === "Management") return "management";
  if (stated === "Data") return "data";
  if (stated === "NetworkActivity" || record["eventType"] === "AwsVpceEvent") return "network";
  const management = flagField(record["managementEvent"], "managementEvent");
  return management === null ? knowledge.category : management ? "management" : "data";
}

/** Root at work by itself; what AWS does in its name is not. */
const isRootAtWork = (record: Json, { principal, invokedBy }: Caller): boolean =>
  principal.type === "root" &&
  record["eventType"] !== "AwsServiceEvent" &&
  (invokedBy === null || invokedBy === "signin.amazonaws.com");

function markPlainFacts(record: Json, caller: Caller, account: string, sheet: Sheet): void {
  if (isRootAtWork(record, caller)) sheet.mark("root");
  const from = caller.principal.account;
  if (from !== null && account !== "unknown" && from !== account) {
    sheet.mark("cross-account");
    sheet.counterparty(from, account);
  }
}

/** The call itself has a record of its own: one about its way through a VPC endpoint must not count it again. */
const isOnlyTraffic = (category: EventCategory): boolean => category === "network";

function runRules(detail: Detail, knowledge: ActionKnowledge, sheet: Sheet): void {
  if (detail.succeeded) for (const mark of knowledge.marks) sheet.mark(mark);
  for (const rule of knowledge.rules) {
    if (rule.when === "always" || (rule.when === "success") === detail.succeeded) rule.apply(detail, sheet);
  }
}

const NO_MARKS: readonly EventMark[] = Object.freeze([]);
const orNone = <T>(found: readonly T[]): readonly T[] => (found.length === 0 ? (NO_MARKS as readonly never[]) : found);

function readEvent(record: Json, base: RecordBase, caller: Caller): UsageEvent {
  const eventSource = textField(record["eventSource"], "eventSource");
  if (eventSource === null) throw missing("eventSource");
  const eventName = textField(record["eventName"], "eventName");
  if (eventName === null) throw missing("eventName");
  const knowledge = knowledgeOf(eventSource, eventName);
  const request = subDocument(record["requestParameters"], "requestParameters", knowledge.needs.requestParameters);
  const response = subDocument(record["responseElements"], "responseElements", knowledge.needs.responseElements);
  const additional = subDocument(
    record["additionalEventData"],
    "additionalEventData",
    knowledge.needs.additionalEventData,
  );
  const { outcome, errorCode } = resultOf(record, knowledge, response);
  const principal = withSignInFactor(caller.principal, knowledge, additional);
  const origin = originOf(record, caller);
  const { account } = base;
  const { action } = knowledge;
  const succeeded = outcome === "success";
  const detail: Detail = { request, response, additional, record, account, action, principal, origin, succeeded };
  const sheet = new Sheet();
  markPlainFacts(record, caller, account, sheet);
  const category = categoryOf(record, knowledge);
  if (!isOnlyTraffic(category)) runRules(detail, knowledge, sheet);
  readListedResources(record["resources"], account, sheet);
  if (knowledge.resourceParameters) readRequestedResources(request, knowledge.resourceParameters, sheet);
  return {
    id: base.id,
    time: base.time,
    account,
    region: base.region,
    service: knowledge.service,
    action,
    readOnly: flagField(record["readOnly"], "readOnly") ?? knowledge.readOnly,
    category,
    outcome,
    errorCode,
    principal,
    origin,
    resources: orNone(sheet.resources),
    quantities: orNone(sheet.quantities),
    marks: orNone(sheet.marks),
    counterparties: orNone(sheet.counterparties),
    sharedEventId: textField(record["sharedEventID"], "sharedEventID"),
    requestId: textField(record["requestID"], "requestID"),
  };
}

/**
 * One parsed CloudTrail record as a UsageEvent, as an Insights record, or the reason why it is neither. Never throws for
 * anything that JSON can hold.
 *
 * Rejected are records without a usable `eventTime`, `eventSource` or `eventName`, and records in which a field that we
 * rely on has a type that CloudTrail does not write (`userIdentity: 7`). Absent fields are read as logs really are:
 * no `recipientAccountId` means the caller's account, no `readOnly` goes by the action's name, an account id or flag may
 * also be a number or text, a sub-document may be its own JSON as text.
 */
export function normaliseRecord(record: unknown, hash: HashText): Normalised {
  if (!isObject(record)) {
    return { kind: "rejected", reason: "not-a-record", detail: `expected an object, found ${shownValue(record)}` };
  }
  try {
    const caller = callerIn(record);
    const base = baseOf(record, caller, hash);
    if (isInsight(record)) return { kind: "insight", insight: readInsight(record, base) };
    return { kind: "event", event: readEvent(record, base, caller) };
  } catch (error) {
    if (error instanceof Unusable) return { kind: "rejected", reason: error.reason, detail: error.message };
    throw error;
  }
}
