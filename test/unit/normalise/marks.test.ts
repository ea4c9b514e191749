import { expect, test } from "@jest/globals";
import { call, eventOf } from "./fixtures.ts";

function marksOf(key: string, requestParameters: unknown, fields: Record<string, unknown> = {}): readonly string[] {
  const [service = "", action = ""] = key.split(":");
  return eventOf(call(service, action, { requestParameters, ...fields })).marks;
}

const allow = (Principal: unknown, Condition?: unknown) => ({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal, Action: "s3:GetObject", Resource: "*", ...(Condition ? { Condition } : {}) },
  ],
});
const bucketPolicy = (Principal: unknown, Condition?: unknown) => ({
  bucketName: "b",
  bucketPolicy: allow(Principal, Condition),
});

test.each([
  ["everyone", "*", undefined, ["shared-publicly"], ["public"]],
  ["everyone, the other way", { AWS: "*" }, undefined, ["shared-publicly"], ["public"]],
  ["everyone in a list", { AWS: ["arn:aws:iam::111122223333:root", "*"] }, undefined, ["shared-publicly"], ["public"]],
  ["another account", { AWS: "arn:aws:iam::999988887777:root" }, undefined, ["shared-with-account"], ["999988887777"]],
  ["another account, bare", { AWS: ["999988887777"] }, undefined, ["shared-with-account"], ["999988887777"]],
  ["the own account", { AWS: "arn:aws:iam::111122223333:role/x" }, undefined, [], []],
  ["a service", { Service: "cloudtrail.amazonaws.com" }, undefined, [], []],
  ["the organization", "*", { StringEquals: { "aws:PrincipalOrgID": "o-1" } }, [], ["o-1"]],
  [
    "an account by condition",
    "*",
    { StringEquals: { "AWS:SourceAccount": ["999988887777"] } },
    ["shared-with-account"],
    ["999988887777"],
  ],
  ["a network", "*", { IpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } }, [], []],
  ["every network", "*", { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } }, ["shared-publicly"], ["public"]],
  [
    "everyone but a network",
    "*",
    { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
    ["shared-publicly"],
    ["public"],
  ],
  [
    "a condition that narrows nobody",
    "*",
    { Bool: { "aws:SecureTransport": "true" } },
    ["shared-publicly"],
    ["public"],
  ],
  [
    "a condition that absence satisfies",
    "*",
    { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } },
    ["shared-publicly"],
    ["public"],
  ],
])("a bucket policy for %s", (_name, principal, condition, marks, counterparties) => {
  const request = bucketPolicy(principal, condition);
  const event = eventOf(call("s3", "PutBucketPolicy", { requestParameters: request }));
  expect(event).toMatchObject({ marks, counterparties });
});

test("a policy that denies, or cannot be parsed, shares nothing", () => {
  const denies = { bucketName: "b", bucketPolicy: { Statement: { Effect: "Deny", Principal: "*" } } };
  expect(marksOf("s3:PutBucketPolicy", denies)).toEqual([]);
  for (const policy of ["{not json", "", 7, [1], `{${"[".repeat(100_000)}`]) {
    expect(marksOf("kms:PutKeyPolicy", { policy })).toEqual([]);
  }
});

const admin = JSON.stringify({ Statement: [{ Effect: "Allow", Action: ["*"], Resource: "*" }] });
const cidr = (cidrIp: string, fromPort: unknown, toPort: unknown, ipProtocol = "tcp") => ({
  groupId: "sg-1",
  ipPermissions: { items: [{ ipProtocol, fromPort, toPort, ipRanges: { items: [{ cidrIp }] }, ipv6Ranges: {} }] },
});
const ipv6 = {
  ipPermissions: { items: [{ ipProtocol: "-1", ipRanges: {}, ipv6Ranges: { items: [{ cidrIpv6: "::/0" }] } }] },
};
const acl = (from: number, to: number) => ({
  ruleAction: "allow",
  egress: false,
  cidrBlock: "0.0.0.0/0",
  aclProtocol: "6",
  portRange: { from, to },
});
const selectors = (selector: unknown) => ({ trailName: "t", eventSelectors: [selector] });
const advanced = (...fields: unknown[]) => ({
  trailName: "t",
  advancedEventSelectors: [{ name: "x", fieldSelectors: fields }],
});
const management = { field: "eventCategory", equals: ["Management"] };
const lifecycle = (days: number, extra = {}) => ({
  bucketName: "b",
  LifecycleConfiguration: { Rule: { Status: "Enabled", Expiration: { Days: days }, Filter: { Prefix: "" }, ...extra } },
});

test.each([
  ["ec2:AuthorizeSecurityGroupIngress", cidr("0.0.0.0/0", 22, 22), ["opened-to-world"]],
  ["ec2:AuthorizeSecurityGroupIngress", cidr("0.0.0.0/1", "22", "22"), ["opened-to-world"]],
  ["ec2:AuthorizeSecurityGroupIngress", cidr("0.0.0.0/0", 443, 443), []],
  ["ec2:AuthorizeSecurityGroupIngress", cidr("0.0.0.0/0", 80, 443), ["opened-to-world"]],
  ["ec2:AuthorizeSecurityGroupIngress", cidr("0.0.0.0/0", -1, -1, "icmp"), []],
  ["ec2:AuthorizeSecurityGroupIngress", cidr("10.0.0.0/8", 22, 22), []],
  ["ec2:AuthorizeSecurityGroupIngress", ipv6, ["opened-to-world"]],
  ["ec2:AuthorizeSecurityGroupEgress", cidr("0.0.0.0/0", 22, 22), []],
  ["ec2:CreateNetworkAclEntry", acl(22, 22), ["opened-to-world"]],
  ["ec2:CreateNetworkAclEntry", acl(1024, 65535), []],
  ["ec2:CreateNetworkAclEntry", { ...acl(22, 22), ruleAction: "deny" }, []],
  [
    "ec2:ModifySecurityGroupRules",
    {
      ModifySecurityGroupRulesRequest: {
        SecurityGroupRule: {
          SecurityGroupRule: { CidrIpv4: "0.0.0.0/0", FromPort: 3389, ToPort: 3389, IpProtocol: "tcp" },
        },
      },
    },
    ["opened-to-world"],
  ],
  ["rds:AuthorizeDBSecurityGroupIngress", { cIDRIP: "0.0.0.0/0" }, ["opened-to-world"]],
  ["rds:ModifyDBInstance", { publiclyAccessible: false }, []],
  [
    "eks:UpdateClusterConfig",
    { resourcesVpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/0"] } },
    ["opened-to-world"],
  ],
  ["cloudtrail:StopLogging", { name: "t" }, ["guardrail-off"]],
  ["cloudtrail:UpdateTrail", { name: "t", isMultiRegionTrail: false }, ["guardrail-off"]],
  ["cloudtrail:UpdateTrail", { name: "t", isMultiRegionTrail: true, s3BucketName: "b" }, []],
  ["cloudtrail:UpdateTrail", { name: "t", kmsKeyId: "" }, ["encryption-off"]],
  ["cloudtrail:PutEventSelectors", selectors({ readWriteType: "All", includeManagementEvents: true }), []],
  [
    "cloudtrail:PutEventSelectors",
    selectors({ readWriteType: "All", excludeManagementEventSources: ["kms.amazonaws.com"] }),
    [],
  ],
  [
    "cloudtrail:PutEventSelectors",
    selectors({ readWriteType: "WriteOnly", includeManagementEvents: true }),
    ["guardrail-off"],
  ],
  [
    "cloudtrail:PutEventSelectors",
    selectors({ readWriteType: "All", includeManagementEvents: false }),
    ["guardrail-off"],
  ],
  ["cloudtrail:PutEventSelectors", advanced(management), []],
  ["cloudtrail:PutEventSelectors", advanced(management, { field: "readOnly", equals: ["false"] }), ["guardrail-off"]],
  ["cloudtrail:PutEventSelectors", advanced({ field: "eventCategory", equals: ["Data"] }), ["guardrail-off"]],
  ["cloudtrail:PutInsightSelectors", { trailName: "t", insightSelectors: [] }, ["guardrail-off"]],
  ["guardduty:UpdateDetector", { detectorId: "d", enable: false }, ["guardrail-off"]],
  ["guardduty:UpdateDetector", { detectorId: "d", enable: true }, []],
  [
    "config:PutConfigurationRecorder",
    { configurationRecorder: { recordingGroup: { allSupported: false, resourceTypes: ["AWS::S3::Bucket"] } } },
    ["guardrail-off"],
  ],
  ["s3:PutBucketLogging", { bucketName: "b", BucketLoggingStatus: { xmlns: "x" } }, ["guardrail-off"]],
  ["s3:PutBucketLogging", { bucketName: "b", BucketLoggingStatus: { LoggingEnabled: { TargetBucket: "l" } } }, []],
  ["s3:PutBucketVersioning", { VersioningConfiguration: { Status: "Suspended" } }, ["guardrail-off"]],
  ["s3:PutBucketVersioning", { VersioningConfiguration: { Status: "Enabled" } }, []],
  [
    "s3:PutBucketPublicAccessBlock",
    { PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: false } },
    ["guardrail-off"],
  ],
  ["s3:PutBucketPublicAccessBlock", { PublicAccessBlockConfiguration: { BlockPublicAcls: true } }, []],
  ["s3:PutBucketLifecycle", lifecycle(1), ["destructive"]],
  ["s3:PutBucketLifecycle", lifecycle(1, { Filter: { Prefix: "tmp/" } }), []],
  ["s3:PutBucketLifecycle", lifecycle(1, { Status: "Disabled" }), []],
  ["s3:PutBucketLifecycle", lifecycle(365), []],
  ["s3:PutBucketAcl", { "x-amz-acl": ["public-read"] }, ["shared-publicly"]],
  [
    "s3:PutBucketAcl",
    {
      AccessControlPolicy: {
        AccessControlList: {
          Grant: [{ Grantee: { URI: "http://acs.amazonaws.com/groups/global/AllUsers" }, Permission: "READ" }],
        },
      },
    },
    ["shared-publicly"],
  ],
  ["s3:PutBucketAcl", { "x-amz-acl": "private" }, []],
  ["logs:DeleteLogGroup", { logGroupName: "/aws/lambda/resize" }, ["destructive"]],
  ["logs:DeleteLogGroup", { logGroupName: "aws-cloudtrail-logs" }, ["destructive", "guardrail-off"]],
  ["rds:DeleteDBInstance", { skipFinalSnapshot: true }, ["destructive"]],
  ["rds:DeleteDBInstance", { skipFinalSnapshot: false }, []],
  ["ec2:ModifyInstanceAttribute", { instanceId: "i-1", userData: "<sensitiveDataRemoved>" }, ["code-execution"]],
  ["ec2:ModifyInstanceAttribute", { instanceId: "i-1", disableApiTermination: { value: false } }, ["guardrail-off"]],
  ["ec2:ModifyInstanceAttribute", { instanceId: "i-1", instanceType: { value: "m5.large" } }, []],
  ["ec2:DisableEbsEncryptionByDefault", null, ["encryption-off"]],
  [
    "iam:AttachRolePolicy",
    { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
    ["identity-changed", "admin-granted"],
  ],
  [
    "iam:AttachRolePolicy",
    { policyArn: "arn:aws-cn:iam::aws:policy/IAMFullAccess" },
    ["identity-changed", "admin-granted"],
  ],
  ["iam:AttachRolePolicy", { policyArn: "arn:aws:iam::111122223333:policy/AdministratorAccess" }, ["identity-changed"]],
  ["iam:PutUserPolicy", { policyDocument: admin }, ["identity-changed", "admin-granted"]],
  ["iam:PutUserPolicy", { policyDocument: admin.replace("Allow", "Deny") }, ["identity-changed"]],
  ["iam:CreatePolicyVersion", { policyDocument: admin, setAsDefault: false }, ["identity-changed"]],
  ["iam:CreatePolicyVersion", { policyDocument: admin, setAsDefault: true }, ["identity-changed", "admin-granted"]],
  ["iam:TagRole", { roleName: "r" }, []],
  ["iam:CreateServiceLinkedRole", { aWSServiceName: "autoscaling.amazonaws.com" }, []],
  ["lambda:AddPermission20150331v2", { principal: "*", functionName: "f" }, ["shared-publicly"]],
  ["lambda:AddPermission20150331v2", { principal: "*", sourceAccount: "111122223333" }, []],
  ["lambda:AddPermission20150331v2", { principal: "s3.amazonaws.com" }, []],
  ["lambda:AddPermission20150331v2", { principal: "999988887777" }, ["shared-with-account"]],
  ["lambda:CreateFunctionUrlConfig", { functionName: "f", authType: "NONE" }, ["shared-publicly"]],
  ["lambda:CreateFunctionUrlConfig", { functionName: "f", authType: "AWS_IAM" }, []],
  [
    "ec2:ModifySnapshotAttribute",
    { snapshotId: "snap-1", createVolumePermission: { add: { items: [{ group: "all" }] } } },
    ["shared-publicly"],
  ],
  [
    "ec2:ModifySnapshotAttribute",
    { snapshotId: "snap-1", createVolumePermission: { remove: { items: [{ group: "all" }] } } },
    [],
  ],
  [
    "ec2:ModifySnapshotAttribute",
    { snapshotId: "snap-1", createVolumePermission: { add: { items: [{ userId: "111122223333" }] } } },
    [],
  ],
  [
    "rds:ModifyDBClusterSnapshotAttribute",
    { attributeName: "restore", valuesToAdd: ["all"], dBClusterSnapshotIdentifier: "s" },
    ["shared-publicly"],
  ],
  ["kms:CreateGrant", { granteePrincipal: "arn:aws:iam::999988887777:role/x" }, ["shared-with-account"]],
  ["organizations:DetachPolicy", { policyId: "p-1" }, ["organization-changed", "guardrail-off"]],
  ["sqs:SetQueueAttributes", { attributes: { SqsManagedSseEnabled: "false" } }, ["encryption-off"]],
  ["ssm:SendCommand", { instanceIds: [], targets: [{ key: "tag:a", values: ["b"] }] }, ["code-execution"]],
  ["ssm:SendCommand", { instanceIds: [] }, []],
])("%s %# %j", (key, request, marks) => {
  expect(marksOf(key, request)).toEqual(marks);
});

test("a call that was refused has no effect to be marked", () => {
  const denied = { errorCode: "AccessDenied" };
  expect(marksOf("cloudtrail:StopLogging", { name: "t" }, denied)).toEqual([]);
  expect(marksOf("s3:PutBucketPolicy", bucketPolicy("*"), denied)).toEqual([]);
  expect(marksOf("iam:CreateAccessKey", {}, { errorCode: "Throttling" })).toEqual([]);
});

test("a service that removes its own alarms takes no guardrail away", () => {
  const userIdentity = { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/a/b" };
  expect(marksOf("monitoring:DeleteAlarms", {}, { userIdentity })).toEqual(["guardrail-off"]);
  const byService = { ...userIdentity, invokedBy: "autoscaling.amazonaws.com" };
  expect(marksOf("monitoring:DeleteAlarms", {}, { userIdentity: byService })).toEqual([]);
});

test("root, but not AWS in its name", () => {
  const root = { type: "Root", arn: "arn:aws:iam::111122223333:root", accountId: "111122223333" };
  expect(marksOf("s3:ListBuckets", {}, { userIdentity: root })).toEqual(["root"]);
  expect(marksOf("s3:ListBuckets", {}, { userIdentity: root, errorCode: "AccessDenied" })).toEqual(["root"]);
  expect(marksOf("s3:ListBuckets", {}, { userIdentity: { ...root, invokedBy: "config.amazonaws.com" } })).toEqual([]);
  expect(marksOf("s3:ListBuckets", {}, { userIdentity: root, eventType: "AwsServiceEvent" })).toEqual([]);
});
