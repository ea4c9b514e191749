import { type RoleSession, uniqueId } from "../callers.ts";
import type { Random } from "../prng.ts";
import { HOUR, longDate, type Millis } from "../time.ts";
import type { Json, Operation } from "./record.ts";

const TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const credentials = (random: Random, accessKeyId: string, expires: Millis): Json => ({
  accessKeyId,
  sessionToken: random.letters(60, TOKEN),
  expiration: longDate(expires),
});

const assumption = (roleArn: string, session: string): Operation => ({
  source: "sts.amazonaws.com",
  name: "AssumeRole",
  readOnly: true,
  eventVersion: "1.08",
  request: { roleArn, roleSessionName: session },
  resources: [{ accountId: roleArn.split(":")[4] ?? "", type: "AWS::IAM::Role", ARN: roleArn }],
});

const answer = (random: Random, issued: RoleSession, at: Millis, hours: number): { readonly [key: string]: Json } => ({
  credentials: credentials(random, issued.accessKeyId, at + hours * HOUR),
  assumedRoleUser: { assumedRoleId: `${issued.role.id}:${issued.session}`, arn: issued.arn },
});

/** AssumeRole that begins a session: the access key in its answer is the one that the session then uses. */
export const assumeRole = (random: Random, issued: RoleSession, at: Millis): Operation => ({
  ...assumption(issued.role.arn, issued.session),
  response: answer(random, issued, at, 1),
});

/** AssumeRole as a service does it: no `assumedRoleUser` in the answer, as in the five-minute sample. */
export const serviceAssumesRole = (random: Random, roleArn: string, session: string, at: Millis): Operation => ({
  ...assumption(roleArn, session),
  response: { credentials: credentials(random, uniqueId(random, "ASIA"), at + 12 * HOUR) },
});

/** How GitHub's runners get their session. */
export const assumeRoleWithWebIdentity = (
  random: Random,
  issued: RoleSession,
  at: Millis,
  subject: string,
): Operation => ({
  ...assumption(issued.role.arn, issued.session),
  name: "AssumeRoleWithWebIdentity",
  request: { roleArn: issued.role.arn, roleSessionName: issued.session, durationSeconds: 3600 },
  response: {
    ...answer(random, issued, at, 1),
    subjectFromWebIdentityToken: subject,
    provider: "token.actions.githubusercontent.com",
    audience: "sts.amazonaws.com",
  },
});

/** How IAM Identity Center gives a person a session. */
export const assumeRoleWithSaml = (
  random: Random,
  issued: RoleSession,
  provider: string,
  at: Millis,
  hours: number,
): Operation => ({
  ...assumption(issued.role.arn, issued.session),
  name: "AssumeRoleWithSAML",
  request: {
    sAMLAssertionID: `_${random.uuid()}`,
    roleSessionName: issued.session,
    durationSeconds: hours * 3600,
    roleArn: issued.role.arn,
    principalArn: provider,
  },
  response: {
    ...answer(random, issued, at, hours),
    subjectType: "persistent",
    issuer: "https://portal.sso.eu-west-1.amazonaws.com/saml/assertion",
    audience: "https://signin.aws.amazon.com/saml",
    nameQualifier: random.letters(27, TOKEN.slice(0, 62)),
  },
});

export const getCallerIdentity = (): Operation => ({
  source: "sts.amazonaws.com",
  name: "GetCallerIdentity",
  readOnly: true,
  eventVersion: "1.08",
});

/**
 * A person's sign-in to the console through a role. CloudTrail says `MFAUsed: No` for every federated sign-in, because
 * the identity provider asked for the second factor (AWS documentation).
 */
export const consoleLogin = (region: string, success = true, mfa = false): Operation => ({
  source: "signin.amazonaws.com",
  name: "ConsoleLogin",
  readOnly: false,
  eventVersion: "1.08",
  eventType: "AwsConsoleSignIn",
  request: null,
  response: { ConsoleLogin: success ? "Success" : "Failure" },
  additional: {
    LoginTo: "https://console.aws.amazon.com/console/home",
    MobileVersion: "No",
    MFAUsed: mfa ? "Yes" : "No",
  },
  host: `${region}.signin.aws.amazon.com`,
});

const iam = (name: string, request: Json, response?: Json): Operation => ({
  source: "iam.amazonaws.com",
  name,
  readOnly: false,
  request,
  response,
});

export const createUser = (account: string, userName: string, userId: string, at: Millis): Operation =>
  iam(
    "CreateUser",
    { userName },
    {
      user: { path: "/", userName, userId, arn: `arn:aws:iam::${account}:user/${userName}`, createDate: longDate(at) },
    },
  );

export const createAccessKey = (userName: string, accessKeyId: string, at: Millis): Operation =>
  iam(
    "CreateAccessKey",
    { userName },
    {
      accessKey: { accessKeyId, status: "Active", userName, createDate: longDate(at) },
    },
  );

export const attachUserPolicy = (userName: string, policyArn: string): Operation =>
  iam("AttachUserPolicy", { userName, policyArn });

export const attachRolePolicy = (roleName: string, policyArn: string): Operation =>
  iam("AttachRolePolicy", { roleName, policyArn });

export const createLoginProfile = (userName: string, at: Millis): Operation =>
  iam(
    "CreateLoginProfile",
    { userName, passwordResetRequired: false },
    {
      loginProfile: { userName, createDate: longDate(at), passwordResetRequired: false },
    },
  );

export function createRole(account: string, roleName: string, roleId: string, principal: Json, at: Millis): Operation {
  const assumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
  });
  return iam(
    "CreateRole",
    { roleName, assumeRolePolicyDocument },
    {
      role: {
        path: "/",
        roleName,
        roleId,
        arn: `arn:aws:iam::${account}:role/${roleName}`,
        createDate: longDate(at),
        assumeRolePolicyDocument: encodeURIComponent(assumeRolePolicyDocument),
      },
    },
  );
}

export const putRolePolicy = (
  roleName: string,
  policyName: string,
  actions: readonly string[],
  resource: string,
): Operation =>
  iam("PutRolePolicy", {
    roleName,
    policyName,
    policyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: actions, Resource: resource }],
    }),
  });

export const deleteRolePolicy = (roleName: string, policyName: string): Operation =>
  iam("DeleteRolePolicy", { roleName, policyName });
