import { accountOf, isAccountId, parseArn } from "../arn.ts";
import { document, flag, type Json, list, object, objects, text, texts } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import type { Detail, Sheet } from "../sheet.ts";
import { type Audience, audienceOf, NOBODY } from "./policy-document.ts";

/** Writes down an audience: marks, and who they are. Sharing with the own account is no sharing. */
function share(audience: Audience, { account }: Detail, sheet: Sheet): boolean {
  const others = audience.accounts.filter((other) => other !== account);
  if (audience.everyone) {
    sheet.mark("shared-publicly");
    sheet.counterparty("public", account);
  }
  if (others.length > 0) sheet.mark("shared-with-account");
  for (const other of [...others, ...audience.organizations]) sheet.counterparty(other, account);
  return audience.everyone || others.length > 0 || audience.organizations.length > 0;
}

/** Accounts and `all`, in the lists that snapshots, images and documents are shared by. */
function named(values: readonly (string | null)[]): Audience {
  const present = values.filter((value) => value !== null);
  return {
    everyone: present.some((value) => value === "all" || value === "*"),
    accounts: present.map(accountOf).filter((account) => account !== null),
    organizations: present
      .map((value) => parseArn(value)?.resource)
      .filter((resource) => resource !== undefined && /^(?:organization|ou)\//.test(resource))
      .map((resource) => (resource as string).split("/")[1] ?? "")
      .filter(Boolean),
  };
}

/** A resource's or role's policy in one parameter of the request. */
const policyIn =
  (read: (request: Json) => unknown): Rule["apply"] =>
  (detail, sheet) => {
    share(audienceOf(read(detail.request)), detail, sheet);
  };

const policyAt = (name: string): Rule["apply"] => policyIn((request) => request[name]);

/** `attributes` of queues and topics: an object on creation, a name and a value afterwards. */
const attribute = (request: Json, wanted: string): unknown => {
  const attributes = object(request["attributes"]);
  return text(request["attributeName"]) === wanted ? request["attributeValue"] : attributes[wanted];
};

const permissionItems = (request: Json, permission: string): readonly Json[] =>
  objects(object(request[permission])["add"]);

function imageShared(detail: Detail, sheet: Sheet): void {
  const added = permissionItems(detail.request, "launchPermission");
  const audience = named(
    added.flatMap((item) => [
      text(item["group"]),
      text(item["userId"]),
      text(item["organizationArn"]),
      text(item["organizationalUnitArn"]),
    ]),
  );
  if (share(audience, detail, sheet))
    sheet.count("images-shared", "added", 1, null, { resourceIds: texts(detail.request["imageId"]) });
}

function snapshotShared(detail: Detail, sheet: Sheet): void {
  const added = permissionItems(detail.request, "createVolumePermission");
  const audience = named(added.flatMap((item) => [text(item["group"]), text(item["userId"])]));
  if (share(audience, detail, sheet)) {
    sheet.count("snapshots-shared", "added", 1, "ebs", { resourceIds: texts(detail.request["snapshotId"]) });
  }
}

function databaseSnapshotShared(detail: Detail, sheet: Sheet): void {
  const { request } = detail;
  if (text(request["attributeName"]) !== "restore" || !share(named(texts(request["valuesToAdd"])), detail, sheet))
    return;
  const resourceIds = texts(request["dBSnapshotIdentifier"] ?? request["dBClusterSnapshotIdentifier"]);
  sheet.count("snapshots-shared", "added", 1, "rds", { resourceIds });
}

/** Predefined groups of S3: everyone, and everyone with any AWS account. */
const PUBLIC_GROUP = /\/(?:AllUsers|AuthenticatedUsers)"?$/;
const PUBLIC_ACL = new Set(["public-read", "public-read-write", "authenticated-read"]);
const GRANT_HEADERS = ["x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-full-control", "x-amz-grant-read-acp"];

function aclSet(detail: Detail, sheet: Sheet): void {
  const { request } = detail;
  const canned = texts(request["x-amz-acl"]).some((acl) => PUBLIC_ACL.has(acl));
  const control = object(object(request["AccessControlPolicy"])["AccessControlList"]);
  const granted = list(control["Grant"]).some((grant) =>
    PUBLIC_GROUP.test(text(object(object(grant)["Grantee"])["URI"]) ?? ""),
  );
  const header = GRANT_HEADERS.some((name) => texts(request[name]).some((value) => PUBLIC_GROUP.test(value)));
  if (canned || granted || header) share({ ...NOBODY, everyone: true }, detail, sheet);
}

function replicated(detail: Detail, sheet: Sheet): void {
  const rules = objects(object(detail.request["ReplicationConfiguration"])["Rule"]);
  const accounts = rules.map((entry) => text(object(entry["Destination"])["Account"]));
  share(named(accounts), detail, sheet);
}

/** A function's policy statement, given by its parts. */
function functionPermitted(detail: Detail, sheet: Sheet): void {
  const { request } = detail;
  const principal = text(request["principal"]);
  if (principal === null) return;
  const organization = text(request["principalOrgID"] ?? request["organizationId"]);
  const source = text(request["sourceAccount"]) ?? text(request["sourceArn"]);
  const account = accountOf(principal);
  share(
    {
      everyone: principal === "*" && organization === null && source === null,
      accounts: account === null ? [] : [account],
      organizations: organization === null ? [] : [organization],
    },
    detail,
    sheet,
  );
}

const principalsAt =
  (...names: readonly string[]): Rule["apply"] =>
  (detail, sheet) => {
    share(named(names.flatMap((name) => texts(detail.request[name]))), detail, sheet);
  };

function eventBusPermitted(detail: Detail, sheet: Sheet): void {
  const { request } = detail;
  const limited = document(request["condition"]) !== null;
  const audience = named(texts(request["principal"]));
  share({ ...audience, everyone: audience.everyone && !limited }, detail, sheet);
  share(audienceOf(request["policy"]), detail, sheet);
}

/** ResourceShare of RAM: accounts, or units of the organization. */
function resourceShared(detail: Detail, sheet: Sheet): void {
  const principals = texts(detail.request["principals"]);
  share(
    named(principals.map((principal) => (isAccountId(principal) || principal.startsWith("arn:") ? principal : null))),
    detail,
    sheet,
  );
}

const everyoneWhen =
  (holds: (request: Json) => boolean): Rule["apply"] =>
  (detail, sheet) => {
    if (holds(detail.request)) share({ ...NOBODY, everyone: true }, detail, sheet);
  };

/** Into whose account a role is assumed. */
function roleAssumed(detail: Detail, sheet: Sheet): void {
  const account = accountOf(text(detail.request["roleArn"]) ?? "");
  if (account !== null) sheet.counterparty(account, detail.account);
}

/** An object copied over itself under a key from elsewhere can be read by nobody here any more. */
function objectCopied(detail: Detail, sheet: Sheet): void {
  const { request, account } = detail;
  const keyAccount = accountOf(text(request["x-amz-server-side-encryption-aws-kms-key-id"]) ?? "");
  const source = texts(request["x-amz-copy-source"])[0]?.replace(/^\//, "");
  const inPlace = source !== undefined && source === `${text(request["bucketName"])}/${text(request["key"])}`;
  const foreignKey = keyAccount !== null && keyAccount !== account;
  const callerKey = texts(request["x-amz-server-side-encryption-customer-algorithm"]).length > 0;
  if (inPlace && (foreignKey || callerKey)) sheet.mark("destructive");
  if (foreignKey) sheet.counterparty(keyAccount, account);
}

const request = ["request"] as const;

export const SHARING_RULES: readonly Rule[] = [
  rule("ec2", "ModifyImageAttribute", request, imageShared),
  rule("ec2", "ModifySnapshotAttribute", request, snapshotShared),
  rule("ec2", "ModifyVpcEndpointServicePermissions", request, (detail, sheet) => {
    const added = object(detail.request["ModifyVpcEndpointServicePermissionsRequest"])["AddAllowedPrincipals"];
    share(named(texts(added)), detail, sheet);
  }),
  rule("rds", "ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute", request, databaseSnapshotShared),
  rule("s3", "PutBucketPolicy", request, (detail, sheet) => {
    share(audienceOf(detail.request["bucketPolicy"]), detail, sheet);
  }),
  rule(
    "s3",
    "PutAccessPointPolicy",
    request,
    policyIn((body) => object(body["PutAccessPointPolicyRequest"])["Policy"] ?? body["Policy"]),
  ),
  rule("s3", "PutBucketAcl PutObjectAcl CreateBucket PutObject", request, aclSet),
  rule("s3", "PutBucketReplication", request, replicated),
  rule("s3", "CopyObject", request, objectCopied),
  rule(
    "sqs",
    "SetQueueAttributes CreateQueue",
    request,
    policyIn((body) => attribute(body, "Policy")),
  ),
  rule(
    "sns",
    "SetTopicAttributes CreateTopic",
    request,
    policyIn((body) => attribute(body, "Policy")),
  ),
  rule("sqs", "AddPermission", request, principalsAt("aWSAccountIds", "AWSAccountIds")),
  rule("sns", "AddPermission", request, principalsAt("aWSAccountId", "AWSAccountId", "aWSAccountIds")),
  rule("kms", "PutKeyPolicy CreateKey", request, policyAt("policy")),
  rule("kms", "CreateGrant", request, principalsAt("granteePrincipal")),
  rule("secretsmanager", "PutResourcePolicy", request, policyAt("resourcePolicy")),
  rule("ecr", "SetRepositoryPolicy PutRegistryPolicy", request, policyAt("policyText")),
  rule("lambda", "AddPermission AddLayerVersionPermission", request, functionPermitted),
  rule(
    "lambda",
    "CreateFunctionUrlConfig UpdateFunctionUrlConfig",
    request,
    everyoneWhen((body) => text(body["authType"]) === "NONE"),
  ),
  rule("iam", "UpdateAssumeRolePolicy", request, policyAt("policyDocument")),
  rule("iam", "CreateRole", request, policyAt("assumeRolePolicyDocument")),
  rule(
    "es",
    "CreateDomain CreateElasticsearchDomain UpdateDomainConfig UpdateElasticsearchDomainConfig",
    request,
    policyAt("accessPolicies"),
  ),
  rule(
    "glacier",
    "SetVaultAccessPolicy",
    request,
    policyIn((body) => object(body["policy"])["policy"]),
  ),
  rule("backup", "PutBackupVaultAccessPolicy", request, policyAt("policy")),
  rule("elasticfilesystem", "PutFileSystemPolicy", request, policyAt("policy")),
  rule("events", "PutPermission", request, eventBusPermitted),
  rule("logs", "PutResourcePolicy", request, policyAt("policyDocument")),
  rule("logs", "PutDestinationPolicy", request, policyAt("accessPolicy")),
  rule("codebuild", "PutResourcePolicy", request, policyAt("policy")),
  rule(
    "codebuild",
    "UpdateProjectVisibility",
    request,
    everyoneWhen((body) => text(body["projectVisibility"]) === "PUBLIC_READ"),
  ),
  rule(
    "codeartifact",
    "PutDomainPermissionsPolicy PutRepositoryPermissionsPolicy",
    request,
    policyAt("policyDocument"),
  ),
  rule("acm-pca", "PutPolicy", request, policyAt("policy")),
  rule("glue", "PutResourcePolicy", request, policyAt("policyInJson")),
  rule("dynamodb", "PutResourcePolicy", request, policyAt("policy")),
  rule("kinesis", "PutResourcePolicy", request, policyAt("policy")),
  rule("redshift", "AuthorizeSnapshotAccess", request, principalsAt("accountWithRestoreAccess")),
  rule("redshift", "AuthorizeEndpointAccess", request, principalsAt("account")),
  rule("ssm", "ModifyDocumentPermission", request, principalsAt("accountIdsToAdd")),
  rule("ram", "CreateResourceShare AssociateResourceShare", request, resourceShared),
  rule("sts", "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity", request, roleAssumed, "always"),
  rule("organizations", "InviteAccountToOrganization", request, (detail, sheet) => {
    const invited = text(object(detail.request["target"])["id"]);
    if (invited !== null && isAccountId(invited)) sheet.counterparty(invited, detail.account);
  }),
  rule(
    "s3",
    "PutBucketPublicAccessBlock PutPublicAccessBlock PutAccountPublicAccessBlock",
    request,
    (detail, sheet) => {
      const block = object(detail.request["PublicAccessBlockConfiguration"]);
      if (Object.values(block).some((value) => flag(value) === false)) sheet.mark("guardrail-off");
    },
  ),
];
