import { lastSegment } from "../arn.ts";
import { flag, list, text } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import type { Detail, Sheet } from "../sheet.ts";
import { grantsEverything } from "./policy-document.ts";

/** AWS's own policies that let their holder do everything, or give itself everything. */
const BROAD_POLICIES = new Set([
  "AdministratorAccess",
  "PowerUserAccess",
  "IAMFullAccess",
  "AmazonEKSClusterAdminPolicy",
]);

const attached =
  (name: string): Rule["apply"] =>
  ({ request }, sheet) => {
    const policy = text(request[name]);
    // A customer's policy may have the same name and any content.
    if (policy !== null && /^arn:[\w-]+:(?:iam|eks)::aws:/.test(policy) && BROAD_POLICIES.has(lastSegment(policy))) {
      sheet.mark("admin-granted");
    }
  };

const inline =
  (name: string): Rule["apply"] =>
  ({ request }, sheet) => {
    if (grantsEverything(request[name])) sheet.mark("admin-granted");
  };

/** A new version acts on everyone who has the policy once it is the default. */
function versionCreated({ request }: Detail, sheet: Sheet): void {
  if (flag(request["setAsDefault"]) === true && grantsEverything(request["policyDocument"]))
    sheet.mark("admin-granted");
}

function functionConfigured({ request }: Detail, sheet: Sheet): void {
  if (list(request["layers"]).length > 0) sheet.mark("code-execution");
}

/** User data runs at the next start. Its value is always hidden. */
function instanceModified({ request }: Detail, sheet: Sheet): void {
  if (request["userData"] !== undefined || text(request["attribute"]) === "userData") sheet.mark("code-execution");
}

/** A command for no instance runs nowhere; where the request is hidden, it is taken to run. */
function commandSent({ request }: Detail, sheet: Sheet): void {
  const nowhere = Array.isArray(request["instanceIds"]) && request["instanceIds"].length === 0;
  if (!nowhere || list(request["targets"]).length > 0) sheet.mark("code-execution");
}

function buildStarted({ request }: Detail, sheet: Sheet): void {
  if (text(request["buildspecOverride"]) !== null) sheet.mark("code-execution");
}

/** An administrator's sign-in at AWS itself; a role's second factor is asked for where its holder signed in. */
function signedIn(detail: Detail, sheet: Sheet): void {
  if (!detail.succeeded) {
    sheet.mark("console-sign-in-failed");
    return;
  }
  sheet.mark("console-sign-in");
  const { type, mfa } = detail.principal;
  if ((type === "user" || type === "root") && mfa === false && text(detail.additional["SamlProviderArn"]) === null) {
    sheet.mark("sign-in-without-mfa");
  }
}

const request = ["request"] as const;

export const IDENTITY_RULES: readonly Rule[] = [
  rule("iam", "AttachUserPolicy AttachRolePolicy AttachGroupPolicy", request, attached("policyArn")),
  rule("iam", "PutUserPolicy PutRolePolicy PutGroupPolicy", request, inline("policyDocument")),
  rule("iam", "CreatePolicyVersion", request, versionCreated),
  rule("sso", "AttachManagedPolicyToPermissionSet", request, attached("managedPolicyArn")),
  rule("sso", "PutInlinePolicyToPermissionSet", request, inline("inlinePolicy")),
  rule("eks", "AssociateAccessPolicy", request, attached("policyArn")),
  rule("lambda", "UpdateFunctionConfiguration", request, functionConfigured),
  rule("ec2", "ModifyInstanceAttribute", request, instanceModified),
  rule("ssm", "SendCommand", request, commandSent),
  rule("codebuild", "StartBuild", request, buildStarted),
  rule("signin", "ConsoleLogin ExternalIdPDirectoryLogin", ["response", "additional"], signedIn, "always"),
];

const CHANGES =
  /^(?:Create|Delete|Update|Put|Attach|Detach|Add|Remove|Set|Upload|Enable|Disable|Deactivate|Resync|Reset|Change|Associate|Disassociate|Provision|Register|Accept|Reject)/;

/** Calls that tidy up, or that AWS services make for themselves. */
const NOT_IDENTITY = /Tag|ServiceLinkedRole|ServiceLastAccessed/;

const IDENTITY_SERVICES = new Set(["iam", "sso", "identitystore", "sso-directory", "rolesanywhere"]);
const ELSEWHERE = new Set([
  "eks:CreateAccessEntry",
  "eks:UpdateAccessEntry",
  "eks:AssociateAccessPolicy",
  "signin:PasswordUpdated",
  "signin:PasswordRecoveryRequested",
  "signin:PasswordRecoveryCompleted",
  "signin:EmailUpdated",
  "ec2:AssociateIamInstanceProfile",
  "ec2:ReplaceIamInstanceProfileAssociation",
]);

/** Whether a successful call of this action changes who may do what. */
export const changesIdentity = (service: string, action: string): boolean =>
  (IDENTITY_SERVICES.has(service) && CHANGES.test(action) && !NOT_IDENTITY.test(action)) ||
  ELSEWHERE.has(`${service}:${action}`);
