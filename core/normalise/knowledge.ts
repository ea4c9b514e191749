import type { EventCategory, EventMark } from "../domain/usage-event.ts";
import { MARKS_BY_ACTION } from "./marks/by-action.ts";
import { GUARDRAIL_RULES } from "./marks/guardrails.ts";
import { changesIdentity, IDENTITY_RULES } from "./marks/identity.ts";
import { NETWORK_MARK_RULES } from "./marks/network.ts";
import { SHARING_RULES } from "./marks/sharing.ts";
import { COMPUTE_RULES } from "./quantities/compute.ts";
import { DATA_RULES } from "./quantities/data.ts";
import { DATABASE_RULES } from "./quantities/databases.ts";
import { EC2_RULES } from "./quantities/ec2.ts";
import { MACHINE_LEARNING_RULES } from "./quantities/machine-learning.ts";
import { NETWORK_RULES } from "./quantities/network.ts";
import { resourceParameters } from "./resources.ts";
import type { Rule, SubDocument } from "./rule.ts";

/** The sub-documents of a record that normalising reads; what is not needed may be left out unparsed. */
export interface DetailNeeds {
  readonly requestParameters: boolean;
  readonly responseElements: boolean;
  readonly additionalEventData: boolean;
}

/** All that the names of a service and an action say by themselves, worked out once. */
export interface ActionKnowledge {
  readonly service: string;
  readonly action: string;
  /** For records that do not say. */
  readonly readOnly: boolean;
  /** For records that do not say. */
  readonly category: EventCategory;
  readonly marks: readonly EventMark[];
  readonly rules: readonly Rule[];
  /** The request's parameters that name resources; `null` where they name none worth keeping. */
  readonly resourceParameters: ReadonlyMap<string, string> | null;
  readonly needs: DetailNeeds;
}

const RULES: ReadonlyMap<string, readonly Rule[]> = (() => {
  const found = new Map<string, Rule[]>();
  for (const rule of [
    ...EC2_RULES,
    ...NETWORK_RULES,
    ...DATABASE_RULES,
    ...COMPUTE_RULES,
    ...MACHINE_LEARNING_RULES,
    ...DATA_RULES,
    ...SHARING_RULES,
    ...NETWORK_MARK_RULES,
    ...GUARDRAIL_RULES,
    ...IDENTITY_RULES,
  ]) {
    for (const action of rule.actions) {
      const key = `${rule.service}:${action}`;
      found.set(key, [...(found.get(key) ?? []), rule]);
    }
  }
  return found;
})();

const API_VERSION = /20\d\d_?\d\d_?\d\d(?:v\d+)?$/;
const READS =
  /^(?:Describe|Get|List|Head|Lookup|Search|BatchGet|BatchDescribe|BatchCheck|Query|Scan|Check|View|Simulate|Select|Validate|Estimate|Preview|Download|Discover|Detect)/;
/** Verbs of reading that CloudTrail itself logs as changes, and the reverse. */
const READ_ONLY_EXCEPTIONS: ReadonlyMap<string, boolean> = new Map([
  ["sts:GetFederationToken", false],
  ["sts:GetSessionToken", false],
  ["signin:GetSigninToken", false],
  ["sts:AssumeRole", true],
  ["sts:AssumeRoleWithSAML", true],
  ["sts:AssumeRoleWithWebIdentity", true],
  ["kms:Decrypt", true],
  ["kms:GenerateDataKey", true],
  ["kms:GenerateDataKeyWithoutPlaintext", true],
]);

/** Inventory calls name filters, not resources, and are the bulk of most logs. */
const INVENTORY = /^(?:Describe|List|Lookup|Search|BatchDescribe|GetBucket|GetAccelerate)/;
/** Inventory calls of one resource that attackers like. */
const NAMES_ALL_THE_SAME = new Set([
  "ec2:DescribeInstanceAttribute",
  "ec2:DescribeSnapshotAttribute",
  "secretsmanager:DescribeSecret",
]);
/** Named by `resources` already, in large numbers. */
const NAMED_BY_RESOURCES = new Set([
  "kms:Decrypt",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:DescribeKey",
]);

/** Data events from before records had a category. */
const DATA_EVENTS = new Set(
  "s3:GetObject s3:PutObject s3:DeleteObject s3:DeleteObjects s3:HeadObject s3:CopyObject s3:UploadPart s3:CompleteMultipartUpload s3:CreateMultipartUpload lambda:Invoke dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:Query dynamodb:Scan dynamodb:BatchGetItem dynamodb:BatchWriteItem dynamodb:GetRecords".split(
    " ",
  ),
);

function learn(eventSource: string, eventName: string): ActionKnowledge {
  const service = eventSource.replace(/\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/, "");
  const action = eventName.replace(API_VERSION, "") || eventName;
  const key = `${service}:${action}`;
  const rules = RULES.get(key) ?? [];
  const readOnly = READ_ONLY_EXCEPTIONS.get(key) ?? READS.test(action);
  const namesResources = !NAMED_BY_RESOURCES.has(key) && (!INVENTORY.test(action) || NAMES_ALL_THE_SAME.has(key));
  const marks = [...(MARKS_BY_ACTION.get(key) ?? [])];
  if (changesIdentity(service, action)) marks.push("identity-changed");
  const reads = (part: SubDocument): boolean => rules.some((rule) => rule.reads.includes(part));
  // Whether a sign-in succeeded, and with a second factor, stands only there.
  const isSignIn = service === "signin";
  return {
    service,
    action,
    readOnly,
    category: DATA_EVENTS.has(key) ? "data" : "management",
    marks,
    rules,
    resourceParameters: namesResources ? resourceParameters(service) : null,
    needs: {
      requestParameters: namesResources || reads("request"),
      responseElements: isSignIn || reads("response"),
      additionalEventData: isSignIn || reads("additional"),
    },
  };
}

/** AWS has some 15,000 operations; beyond that many names, somebody invents them. */
const MOST_NAMES = 30_000;
const known = new Map<string, Map<string, ActionKnowledge>>();
let names = 0;
/** A reader asks which parts of a record are needed before the record is normalised. */
let last = { eventSource: "", eventName: "", knowledge: learn("", "") };

export function knowledgeOf(eventSource: string, eventName: string): ActionKnowledge {
  if (last.eventName === eventName && last.eventSource === eventSource) return last.knowledge;
  const knowledge = recalled(eventSource, eventName);
  last = { eventSource, eventName, knowledge };
  return knowledge;
}

function recalled(eventSource: string, eventName: string): ActionKnowledge {
  const ofSource = known.get(eventSource);
  const found = ofSource?.get(eventName);
  if (found !== undefined) return found;
  const learned = learn(eventSource, eventName);
  if (names >= MOST_NAMES) {
    known.clear();
    names = 0;
  }
  names += 1;
  const actions = known.get(eventSource);
  if (actions) actions.set(eventName, learned);
  else known.set(eventSource, new Map([[eventName, learned]]));
  return learned;
}

/**
 * Which sub-documents `normaliseRecord` reads for an action (names as logged, `ec2.amazonaws.com`, `RunInstances`). A
 * record without the others gives the same event. A record without `eventID` must come whole: its id is its hash.
 */
export const detailNeeds = (eventSource: string, eventName: string): DetailNeeds =>
  knowledgeOf(eventSource, eventName).needs;
