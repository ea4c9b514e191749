import { amount, flag, type Json, list, object, objects, text, texts } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import type { Detail, Sheet } from "../sheet.ts";

const offWhen =
  (holds: (request: Json) => boolean): Rule["apply"] =>
  ({ request }, sheet) => {
    if (holds(request)) sheet.mark("guardrail-off");
  };

const isOff = (value: unknown): boolean => flag(value) === false;

const TRAIL_SWITCHES = [
  "isMultiRegionTrail",
  "includeGlobalServiceEvents",
  "enableLogFileValidation",
  "isOrganizationTrail",
];

function trailUpdated({ request }: Detail, sheet: Sheet): void {
  if (TRAIL_SWITCHES.some((name) => isOff(request[name])) || request["cloudWatchLogsLogGroupArn"] === "") {
    sheet.mark("guardrail-off");
  }
  if (request["kmsKeyId"] === "") sheet.mark("encryption-off");
}

/** CloudTrail's defaults are all management events, read and write. Leaving out KMS and RDS data is AWS's own offer. */
const recordsManagement = (selector: Json): boolean =>
  !isOff(selector["includeManagementEvents"]) && (text(selector["readWriteType"]) ?? "All") === "All";

/** An advanced selector records all management events if it asks for the category and narrows by source at most. */
function recordsManagementAdvanced(selector: Json): boolean {
  const fields = objects(selector["fieldSelectors"]);
  const category = fields.find((field) => text(field["field"]) === "eventCategory");
  if (!category || !texts(category["equals"]).includes("Management")) return false;
  return fields.every((field) => {
    const name = text(field["field"]);
    return name === "eventCategory" || (name === "eventSource" && texts(field["equals"]).length === 0);
  });
}

/** No selector is left that records all management events. */
function selectorsNarrowed(request: Json): boolean {
  const basic = objects(request["eventSelectors"]);
  const advanced = objects(request["advancedEventSelectors"]);
  if (basic.length + advanced.length === 0) return false;
  return !basic.some(recordsManagement) && !advanced.some(recordsManagementAdvanced);
}

/** Recording of less than all supported types of resources. */
function recorderNarrowed(request: Json): boolean {
  const recorder = object(request["configurationRecorder"]);
  const group = object(recorder["recordingGroup"]);
  const strategy = text(object(group["recordingStrategy"])["useOnly"]);
  return isOff(group["allSupported"]) && strategy !== "ALL_SUPPORTED_RESOURCE_TYPES";
}

/** Expires a whole bucket within a week. */
function lifecycleSet({ request }: Detail, sheet: Sheet): void {
  for (const entry of list(object(request["LifecycleConfiguration"])["Rule"]).map(object)) {
    const filter = object(entry["Filter"]);
    const prefix = text(filter["Prefix"] ?? entry["Prefix"]);
    const days = amount(object(entry["Expiration"])["Days"]);
    const whole = (prefix === null || prefix === "*") && Object.keys(filter).every((name) => name === "Prefix");
    if (text(entry["Status"]) === "Enabled" && whole && days !== null && days <= 7) sheet.mark("destructive");
  }
}

const versioning = (request: Json): Json => object(request["VersioningConfiguration"]);

/** Where trails, flow logs and other audit logs usually go; a group's name is all that the record says of its use. */
const AUDIT_LOG = /cloudtrail|flow-?logs?|guardduty|audit|aws-waf-logs|route53|resolver-query|securityhub/i;

function logsDeleted({ request }: Detail, sheet: Sheet): void {
  if (AUDIT_LOG.test(text(request["logGroupName"]) ?? "")) sheet.mark("guardrail-off");
}

/** Target tracking removes its own alarms with its policy: then a service calls, and no watch is lost. */
function alarmsDeleted({ origin }: Detail, sheet: Sheet): void {
  if (origin.invokedBy === null) sheet.mark("guardrail-off");
}

/** A database without its final snapshot, backups or protection. */
function databaseDeleted({ request }: Detail, sheet: Sheet): void {
  if (flag(request["skipFinalSnapshot"]) === true || flag(request["deleteAutomatedBackups"]) === true) {
    sheet.mark("destructive");
  }
}

function databaseModified({ request }: Detail, sheet: Sheet): void {
  if (isOff(request["deletionProtection"]) || amount(request["backupRetentionPeriod"]) === 0)
    sheet.mark("guardrail-off");
}

const clusterLogging = (request: Json): boolean =>
  objects(object(request["logging"])["clusterLogging"]).some((entry) => isOff(entry["enabled"]));

function balancerAttributes(request: Json): boolean {
  const classic = object(object(request["loadBalancerAttributes"])["accessLog"]);
  return (
    isOff(classic["enabled"]) ||
    objects(request["attributes"]).some(
      (entry) =>
        ["access_logs.s3.enabled", "deletion_protection.enabled"].includes(text(entry["key"]) ?? "") &&
        isOff(entry["value"]),
    )
  );
}

function queueOrTopic({ request }: Detail, sheet: Sheet): void {
  const attributes = object(request["attributes"]);
  const cleared = text(request["attributeName"]) === "KmsMasterKeyId" && request["attributeValue"] === "";
  if (cleared || attributes["KmsMasterKeyId"] === "" || isOff(attributes["SqsManagedSseEnabled"])) {
    sheet.mark("encryption-off");
  }
}

const request = ["request"] as const;

/** Guardrails that an action switches off only with certain parameters. */
export const GUARDRAIL_RULES: readonly Rule[] = [
  rule("cloudtrail", "UpdateTrail", request, trailUpdated),
  rule("cloudtrail", "PutEventSelectors", request, offWhen(selectorsNarrowed)),
  rule(
    "cloudtrail",
    "PutInsightSelectors",
    request,
    offWhen((body) => Array.isArray(body["insightSelectors"]) && body["insightSelectors"].length === 0),
  ),
  rule(
    "cloudtrail",
    "UpdateEventDataStore",
    request,
    offWhen((body) =>
      ["multiRegionEnabled", "organizationEnabled", "terminationProtectionEnabled"].some((name) => isOff(body[name])),
    ),
  ),
  rule("config", "PutConfigurationRecorder", request, offWhen(recorderNarrowed)),
  rule(
    "guardduty",
    "UpdateDetector",
    request,
    offWhen((body) => isOff(body["enable"])),
  ),
  rule(
    "guardduty",
    "CreateIPSet UpdateIPSet",
    request,
    offWhen((body) => flag(body["activate"]) === true),
  ),
  rule(
    "guardduty",
    "CreateFilter UpdateFilter",
    request,
    offWhen((body) => text(body["action"]) === "ARCHIVE"),
  ),
  rule(
    "securityhub",
    "UpdateStandardsControl",
    request,
    offWhen((body) => text(body["controlStatus"] ?? body["ControlStatus"]) === "DISABLED"),
  ),
  rule(
    "macie2",
    "UpdateMacieSession",
    request,
    offWhen((body) => text(body["status"]) === "PAUSED"),
  ),
  rule(
    "s3",
    "PutBucketLogging",
    request,
    offWhen(
      (body) => "BucketLoggingStatus" in body && object(body["BucketLoggingStatus"])["LoggingEnabled"] === undefined,
    ),
  ),
  rule(
    "s3",
    "PutBucketVersioning",
    request,
    offWhen(
      (body) => text(versioning(body)["Status"]) === "Suspended" || text(versioning(body)["MfaDelete"]) === "Disabled",
    ),
  ),
  rule("s3", "PutBucketLifecycle PutBucketLifecycleConfiguration", request, lifecycleSet),
  rule("logs", "DeleteLogGroup DeleteLogStream", request, logsDeleted),
  rule("monitoring", "DeleteAlarms DisableAlarmActions", [], alarmsDeleted),
  rule("rds", "DeleteDBInstance DeleteDBCluster", request, databaseDeleted),
  rule("rds", "ModifyDBInstance ModifyDBCluster", request, databaseModified),
  rule("redshift", "DeleteCluster", request, ({ request: body }, sheet) => {
    if (flag(body["skipFinalClusterSnapshot"]) === true) sheet.mark("destructive");
  }),
  rule("secretsmanager", "DeleteSecret", request, ({ request: body }, sheet) => {
    if (flag(body["forceDeleteWithoutRecovery"]) === true) sheet.mark("destructive");
  }),
  rule("ecr", "DeleteRepository", request, ({ request: body }, sheet) => {
    if (flag(body["force"]) === true) sheet.mark("destructive");
  }),
  rule(
    "dynamodb",
    "UpdateTable",
    request,
    offWhen((body) => isOff(body["deletionProtectionEnabled"])),
  ),
  rule(
    "dynamodb",
    "UpdateContinuousBackups",
    request,
    offWhen((body) => isOff(object(body["pointInTimeRecoverySpecification"])["pointInTimeRecoveryEnabled"])),
  ),
  rule("eks", "UpdateClusterConfig", request, offWhen(clusterLogging)),
  rule("elasticloadbalancing", "ModifyLoadBalancerAttributes", request, offWhen(balancerAttributes)),
  rule(
    "ec2",
    "ModifyInstanceMetadataOptions",
    request,
    offWhen(
      (body) =>
        text(object(body["ModifyInstanceMetadataOptionsRequest"])["HttpTokens"] ?? body["httpTokens"]) === "optional",
    ),
  ),
  rule(
    "ec2",
    "ModifyVpcBlockPublicAccessOptions",
    request,
    offWhen(
      (body) => text(object(body["ModifyVpcBlockPublicAccessOptionsRequest"])["InternetGatewayBlockMode"]) === "off",
    ),
  ),
  rule(
    "ec2",
    "ModifyInstanceAttribute",
    request,
    offWhen((body) => isOff(object(body["disableApiTermination"])["value"] ?? body["disableApiTermination"])),
  ),
  rule("sqs", "SetQueueAttributes", request, queueOrTopic),
  rule("sns", "SetTopicAttributes", request, queueOrTopic),
];
