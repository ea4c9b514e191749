import { expect, test } from "@jest/globals";
import { call, eventOf } from "./fixtures.ts";

const withIdentity = (userIdentity: Record<string, unknown>, fields: Record<string, unknown> = {}) =>
  eventOf(call("ec2", "RunInstances", { userIdentity, ...fields }));

const role = (extra: Record<string, unknown> = {}, session: Record<string, unknown> = {}) => ({
  type: "AssumedRole",
  principalId: "AROAEXAMPLE:i-0abc",
  arn: "arn:aws:sts::111122223333:assumed-role/Deploy/i-0abc",
  accountId: "111122223333",
  accessKeyId: "ASIAEXAMPLE",
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      arn: "arn:aws:iam::111122223333:role/ci/Deploy",
      accountId: "111122223333",
      userName: "Deploy",
    },
    attributes: { mfaAuthenticated: "false" },
    ...session,
  },
  ...extra,
});

test.each([
  [
    "a role, by its issuer",
    role(),
    { type: "role", id: "arn:aws:iam::111122223333:role/ci/Deploy", name: "Deploy", session: "i-0abc", mfa: false },
  ],
  [
    "a role without its issuer, as well as the session's ARN says",
    { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/Deploy/x@example.com" },
    { type: "role", id: "arn:aws:iam::111122223333:role/Deploy", session: "x@example.com", account: "111122223333" },
  ],
  [
    "root",
    { type: "Root", arn: "arn:aws:iam::111122223333:root", accountId: "111122223333", principalId: "111122223333" },
    { type: "root", id: "root/111122223333", name: "root" },
  ],
  ["a user without an ARN", { type: "IAMUser", userName: "alice" }, { type: "user", id: "user/unknown/alice" }],
  [
    "a federated user, by who made the token",
    {
      type: "FederatedUser",
      arn: "arn:aws:sts::111122223333:federated-user/x",
      sessionContext: { sessionIssuer: { arn: "arn:aws:iam::111122223333:user/eve", userName: "eve" } },
    },
    { type: "federated-user", id: "arn:aws:iam::111122223333:user/eve", name: "eve", session: "x" },
  ],
  [
    "a web identity",
    {
      type: "WebIdentityUser",
      principalId: "accounts.google.com:app:42",
      userName: "42",
      identityProvider: "accounts.google.com",
    },
    { type: "web-identity", id: "web-identity/accounts.google.com/42", name: "42" },
  ],
  [
    "a SAML user",
    { type: "SAMLUser", principalId: "Q:u", userName: "u@example.com", identityProvider: "https://idp" },
    { type: "saml", id: "saml/https://idp/u@example.com" },
  ],
  [
    "an Identity Center user",
    { type: "IdentityCenterUser", accountId: "111122223333", onBehalfOf: { userId: "u-1", identityStoreArn: "arn:x" } },
    { type: "identity-center", id: "identity-center/u-1" },
  ],
  [
    "a service",
    { type: "AWSService", invokedBy: "lambda.amazonaws.com" },
    { type: "service", id: "lambda.amazonaws.com", name: "lambda", account: null },
  ],
  [
    "another account",
    { type: "AWSAccount", accountId: "999988887777", principalId: "AROAX:session" },
    { type: "account", id: "account/999988887777/AROAX", session: "session", account: "999988887777" },
  ],
  [
    "nobody known",
    { type: "AWSAccount", accountId: "anonymous", principalId: "" },
    { type: "anonymous", account: null },
  ],
  [
    "an unknown type with a telling ARN",
    { type: "Unknown", arn: "arn:aws:sts::111122223333:assumed-role/Deploy/x" },
    { type: "role", id: "arn:aws:iam::111122223333:role/Deploy" },
  ],
])("%s", (_name, identity, expected) => {
  expect(withIdentity(identity).principal).toMatchObject(expected);
});

test("a caller from another account is a counterparty", () => {
  const event = withIdentity(role({ accountId: "999988887777" }));
  expect(event).toMatchObject({ account: "111122223333", marks: ["cross-account"], counterparties: ["999988887777"] });
});

test("one identity object gives one principal, and a changed one another", () => {
  const identity = role();
  expect(withIdentity(identity).principal).toBe(withIdentity(identity).principal);
  expect(withIdentity(role({ accessKeyId: "ASIAOTHER" })).principal.accessKeyId).toBe("ASIAOTHER");
});

test("a sign-in's second factor does not stick to the identity", () => {
  const userIdentity = { type: "IAMUser", userName: "bob", accountId: "111122223333" };
  const signIn = (used: string) =>
    eventOf(
      call("signin", "ConsoleLogin", {
        userIdentity,
        responseElements: { ConsoleLogin: "Success" },
        additionalEventData: { MFAUsed: used },
      }),
    );
  expect(signIn("Yes")).toMatchObject({ principal: { mfa: true }, marks: ["console-sign-in"] });
  expect(signIn("No")).toMatchObject({ principal: { mfa: false }, marks: ["console-sign-in", "sign-in-without-mfa"] });
  expect(signIn("")).toMatchObject({ principal: { mfa: null }, marks: ["console-sign-in"] });
});

test.each([
  ["198.51.100.7", undefined, { sourceIp: "198.51.100.7", network: "198.51.100.0/24" }],
  ["2001:db8:1:2::7", undefined, { sourceIp: "2001:db8:1:2::7", network: "2001:db8:1::/48" }],
  ["2001:db8::1", undefined, { network: "2001:db8::/48" }],
  ["::1", undefined, { network: "::/48" }],
  ["::ffff:10.1.2.3", undefined, { sourceIp: "10.1.2.3", network: "10.1.2.0/24" }],
  ["10.0.0.9", "vpce-1", { sourceIp: "10.0.0.9", network: "vpce-1", vpcEndpointId: "vpce-1" }],
  ["autoscaling.amazonaws.com", "vpce-1", { sourceIp: null, network: "autoscaling.amazonaws.com" }],
  ["AWS Internal", undefined, { sourceIp: null, network: "AWS Internal" }],
  ["999.1.1.1", undefined, { sourceIp: null, network: null }],
  ["1:2:3", undefined, { sourceIp: null, network: null }],
  ["evil.amazonaws.com.example.org", undefined, { sourceIp: null, network: null }],
  ["<script>", undefined, { sourceIp: null, network: null }],
])("source %s", (sourceIPAddress, vpcEndpointId, expected) => {
  expect(eventOf(call("ec2", "RunInstances", { sourceIPAddress, vpcEndpointId })).origin).toMatchObject(expected);
});

test.each([
  ["console.amazonaws.com", "console"],
  ["console.ec2.amazonaws.com", "console"],
  ["signin.amazonaws.com", "console"],
  ["[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.666]", "console"],
  ["aws-cli/2.31.1 md/awscrt#0.27.6 exec-env/CloudShell", "cloudshell"],
  ["aws-cli/2.31.1 Python/3.11", "aws-cli"],
  ["APN/1.0 HashiCorp/1.0 Terraform/1.11.0 terraform-provider-aws/5.98.0 aws-sdk-go-v2/1.36", "terraform"],
  ["cloudformation.amazonaws.com", "cloudformation"],
  ["aws-sdk-js/2.1 cdk/2.0", "cdk"],
  ["aws-sdk-go-v2/1.3 pulumi-aws", "pulumi"],
  ["Boto3/1.26 ansible", "ansible"],
  ["karpenter.sh-1.2 aws-sdk-go/1.4", "kubernetes"],
  ["Boto3/1.26.2 Python/3.10.8 Botocore/1.29.2", "boto"],
  ["aws-sdk-go/1.40.21 (go1.17; linux; amd64)", "sdk"],
  ["awslambda-worker/1.0 rusoto/0.47.0 rust/1.56.1 linux", "sdk"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120 Safari/537.36", "browser"],
  ["autoscaling.amazonaws.com", "aws-service"],
  ["AWS Internal", "aws-service"],
  ["aws-cli/1.16 Python/3.8 Linux/5.4.0-kali3-amd64 botocore/1.13", "security-tool"],
  ["stratus-red-team_ea782787", "security-tool"],
  ["TruffleHog", "security-tool"],
  ["python-requests/2.28.0", "other"],
  [" ", "none"],
])("user agent %s is %s", (userAgent, tool) => {
  expect(eventOf(call("ec2", "RunInstances", { userAgent })).origin.tool).toBe(tool);
});

const TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.11.0";
test.each([
  ["what AWS invoked", role({ invokedBy: "cloudformation.amazonaws.com" }), {}, "aws-service"],
  ["a person in the console, by AWS's old word", role({ invokedBy: "signin.amazonaws.com" }), {}, "person"],
  ["a console session", role(), { sessionCredentialFromConsole: "true" }, "person"],
  [
    "an instance role, whatever it says it is",
    role({}, { ec2RoleDelivery: "2.0" }),
    { userAgent: "console.amazonaws.com" },
    "automation",
  ],
  ["a function's role", role({ inScopeOf: { issuerType: "AWS::Lambda::Function" } }), {}, "automation"],
  [
    "a session with a second factor",
    role({}, { attributes: { mfaAuthenticated: "true" } }),
    { userAgent: TERRAFORM },
    "person",
  ],
  [
    "a person's sign-in that is the service's own event",
    { type: "IdentityCenterUser" },
    { eventType: "AwsServiceEvent" },
    "person",
  ],
  ["the service's own event", role(), { eventType: "AwsServiceEvent", userAgent: TERRAFORM }, "aws-service"],
  ["only a user agent", role(), { userAgent: TERRAFORM }, "automation"],
  ["nothing to go by", role(), {}, "unknown"],
])("actor: %s", (_name, identity, fields, actor) => {
  expect(withIdentity(identity, fields).origin.actor).toBe(actor);
});
