import { uniqueId } from "../callers.ts";
import type { Random } from "../prng.ts";
import { HOUR, longDate, type Millis } from "../time.ts";
import type { Json, Operation } from "./record.ts";

const stsResponse = (random: Random, roleArn: string, session: string, at: Millis, hours: number): Json => {
  const [, , , , account, path] = roleArn.split(":");
  const name = path?.split("/").at(-1);
  return {
    credentials: {
      accessKeyId: uniqueId(random, "ASIA"),
      sessionToken: random.letters(60, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
      expiration: longDate(at + hours * HOUR),
    },
    assumedRoleUser: {
      assumedRoleId: `${uniqueId(random, "AROA")}:${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    },
  };
};

/** AssumeRole, with the credentials' access key where the caller needs it to match a session that follows. */
export function assumeRole(
  random: Random,
  roleArn: string,
  session: string,
  at: Millis,
  issued?: { readonly accessKeyId: string; readonly roleId: string },
): Operation {
  const answer = stsResponse(random, roleArn, session, at, 1) as {
    credentials: { [key: string]: Json };
    assumedRoleUser: { [key: string]: Json };
  };
  const account = roleArn.split(":")[4] ?? "";
  return {
    source: "sts.amazonaws.com",
    name: "AssumeRole",
    readOnly: true,
    eventVersion: "1.08",
    request: { roleArn, roleSessionName: session },
    response: issued
      ? {
          credentials: { ...answer.credentials, accessKeyId: issued.accessKeyId },
          assumedRoleUser: { ...answer.assumedRoleUser, assumedRoleId: `${issued.roleId}:${session}` },
        }
      : answer,
    resources: [{ accountId: account, type: "AWS::IAM::Role", ARN: roleArn }],
  };
}

/** AssumeRole as a service does it: no `assumedRoleUser` in the answer, as in the five-minute sample. */
export function serviceAssumesRole(random: Random, roleArn: string, session: string, at: Millis): Operation {
  const full = assumeRole(random, roleArn, session, at);
  const answer = full.response as { credentials: Json };
  return { ...full, response: { credentials: answer.credentials } };
}

export function assumeRoleWithWebIdentity(
  random: Random,
  roleArn: string,
  session: string,
  at: Millis,
  subject: string,
): Operation {
  const full = assumeRole(random, roleArn, session, at);
  return {
    ...full,
    name: "AssumeRoleWithWebIdentity",
    request: { roleArn, roleSessionName: session, durationSeconds: 3600 },
    response: {
      ...(full.response as { [key: string]: Json }),
      subjectFromWebIdentityToken: subject,
      provider: "token.actions.githubusercontent.com",
      audience: "sts.amazonaws.com",
    },
  };
}

export function assumeRoleWithSaml(
  random: Random,
  roleArn: string,
  provider: string,
  session: string,
  at: Millis,
): Operation {
  const full = assumeRole(random, roleArn, session, at);
  return {
    ...full,
    name: "AssumeRoleWithSAML",
    request: {
      sAMLAssertionID: `_${random.uuid()}`,
      roleSessionName: session,
      durationSeconds: 28800,
      roleArn,
      principalArn: provider,
    },
    response: {
      ...(full.response as { [key: string]: Json }),
      subjectType: "persistent",
      issuer: "https://portal.sso.eu-west-1.amazonaws.com/saml/assertion",
      audience: "https://signin.aws.amazon.com/saml",
      nameQualifier: random.letters(27, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
    },
  };
}

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
