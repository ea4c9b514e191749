import { HOUR, isoTime, type TimeWindow } from "../../domain/time.ts";
import { isRegion } from "./console-urls.ts";
import { awsCommand } from "./shell.ts";

/** Read-only commands only: describe, list, get, lookup. What changes something is told in words, for a person to decide. */

const inRegion = (region: string): readonly (readonly [string, string])[] =>
  isRegion(region) ? [["region", region]] : [];

/** An hour on both sides, so that what led to it and what followed is in the answer. */
const around = ({ start, end }: TimeWindow): readonly (readonly [string, string])[] => [
  ["start-time", isoTime(start - HOUR)],
  ["end-time", isoTime(end + HOUR)],
];

const TABLE = [["output", "table"]] as const;

export const describeInstances = (region: string, window: TimeWindow): string | null =>
  awsCommand("ec2", "describe-instances", [
    ...inRegion(region),
    ["filters", "Name=instance-state-name,Values=pending,running"],
    [
      "query",
      `Reservations[].Instances[?LaunchTime>='${isoTime(window.start)}'].[InstanceId,InstanceType,LaunchTime,KeyName]`,
    ],
    ...TABLE,
  ]);

export const scalingActivities = (region: string): string | null =>
  awsCommand("autoscaling", "describe-scaling-activities", [
    ...inRegion(region),
    ["max-items", "20"],
    ["query", "Activities[].[StartTime,AutoScalingGroupName,StatusCode,Cause]"],
    ...TABLE,
  ]);

export const stacksChanged = (region: string, window: TimeWindow): string | null =>
  awsCommand("cloudformation", "describe-stacks", [
    ...inRegion(region),
    [
      "query",
      `Stacks[?(LastUpdatedTime||CreationTime)>='${isoTime(window.start - HOUR)}'].[StackName,StackStatus,CreationTime,LastUpdatedTime]`,
    ],
    ...TABLE,
  ]);

/** LookupEvents answers one attribute a call, management events of 90 days. Its short form cannot hold every value; JSON can. */
export function lookupEvents(
  region: string,
  key: "AccessKeyId" | "Username" | "EventName",
  value: string,
  window: TimeWindow,
): string | null {
  const attribute = /^[\w@.:/-]+$/.test(value)
    ? `AttributeKey=${key},AttributeValue=${value}`
    : JSON.stringify([{ AttributeKey: key, AttributeValue: value }]);
  return awsCommand("cloudtrail", "lookup-events", [
    ...inRegion(region),
    ["lookup-attributes", attribute],
    ...around(window),
    ["query", "Events[].[EventTime,EventName,Username]"],
    ...TABLE,
  ]);
}

export const accessKeyLastUsed = (key: string): string | null =>
  awsCommand("iam", "get-access-key-last-used", [["access-key-id", key]]);
export const accessKeysOf = (user: string): string | null =>
  awsCommand("iam", "list-access-keys", [["user-name", user]]);
export const roleOf = (role: string): string | null => awsCommand("iam", "get-role", [["role-name", role]]);
export const describeVolumes = (region: string, window: TimeWindow): string | null =>
  awsCommand("ec2", "describe-volumes", [
    ...inRegion(region),
    ["filters", "Name=status,Values=available"],
    ["query", `Volumes[?CreateTime>='${isoTime(window.start)}'].[VolumeId,Size,VolumeType,CreateTime]`],
    ...TABLE,
  ]);

export const describeNatGateways = (region: string): string | null =>
  awsCommand("ec2", "describe-nat-gateways", [
    ...inRegion(region),
    ["filter", "Name=state,Values=pending,available"],
    ["query", "NatGateways[].[NatGatewayId,VpcId,State,CreateTime]"],
    ...TABLE,
  ]);

export const describeDatabases = (region: string): string | null =>
  awsCommand("rds", "describe-db-instances", [
    ...inRegion(region),
    ["query", "DBInstances[].[DBInstanceIdentifier,DBInstanceClass,DBInstanceStatus,InstanceCreateTime]"],
    ...TABLE,
  ]);

export const describeTrails = (region: string): string | null =>
  awsCommand("cloudtrail", "describe-trails", [...inRegion(region), ...TABLE]);
export const listDetectors = (region: string): string | null =>
  awsCommand("guardduty", "list-detectors", [...inRegion(region)]);

export const functionConcurrency = (region: string, name: string): string | null =>
  awsCommand("lambda", "get-function-concurrency", [...inRegion(region), ["function-name", name]]);
export const eventSources = (region: string, name: string): string | null =>
  awsCommand("lambda", "list-event-source-mappings", [...inRegion(region), ["function-name", name]]);
export const describeSecrets = (region: string): string | null =>
  awsCommand("secretsmanager", "list-secrets", [
    ...inRegion(region),
    ["query", "SecretList[].[Name,LastAccessedDate,LastRotatedDate]"],
    ...TABLE,
  ]);
export const modelLogging = (region: string): string | null =>
  awsCommand("bedrock", "get-model-invocation-logging-configuration", [...inRegion(region)]);
export const bucketPolicyStatus = (bucket: string): string | null =>
  awsCommand("s3api", "get-bucket-policy-status", [["bucket", bucket]]);
export const organizationPolicies = (account: string): string | null =>
  awsCommand("organizations", "list-policies-for-target", [
    ["target-id", account],
    ["filter", "SERVICE_CONTROL_POLICY"],
  ]);
export const vcpuQuota = (region: string): string | null =>
  awsCommand("service-quotas", "list-service-quotas", [
    ...inRegion(region),
    ["service-code", "ec2"],
    ["query", "Quotas[?contains(QuotaName,'Running On-Demand')].[QuotaName,Value]"],
    ...TABLE,
  ]);
