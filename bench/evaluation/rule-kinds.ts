import type { RuleTest } from "./recordings.ts";

/**
 * What can be asked of one record alone. Everything but `comparable` is shown apart, by reasons that lie in the rule
 * and not in what any product makes of it.
 */
export type RuleKind = "comparable" | "needs others" | "needs places" | "informs only" | "needs lists";

export const RULE_KINDS: Readonly<Record<RuleKind, string>> = {
  comparable: "alerts on one record, for every customer",
  "needs others": "alerts only on several such records, or by what it remembers; one alone is nothing",
  "needs places": "alerts by where an address is, looked up in another product",
  "informs only": "severity Info, or makes no alert by itself: it marks a record for other rules",
  "needs lists": "off by default: has to be told which accounts, roles or regions are right",
};

/** From each rule's own metadata (`Threshold` above 1) or code (a cache of earlier records), panther-analysis @daa10c88. */
const NEEDS_OTHERS = new Set([
  "AWS.CloudTrail.PasswordSpraying",
  "AWS.Unsuccessful.MFA.attempt",
  "AWS.Console.RootLoginFailed",
  "AWS.EC2.DownloadInstanceUserData",
  "AWS.EC2.ManyPasswordReadAttempts",
  "AWS.EC2.MultiInstanceConnect",
  "AWS.IAM.Group.Read.Only.Events",
  "AWS.IAMUser.ReconAccessDenied",
  "AWS.Macie.Evasion",
  "AWS.S3.CopyObjectWithClientSideEncryption",
  "AWS.S3.DeleteObject",
  "AWS.S3.SecurityControlDisabling",
  "AWS.SecretsManager.RetrieveSecrets",
  "AWS.SecretsManager.BatchRetrieveSecrets",
  "AWS.SecretsManager.RetrieveSecretsMultiRegion",
  "AWS.Software.Discovery",
  "AWS.SSM.DecryptSSMParams",
  "AWS.SSM.DistributedCommand",
  "AWS.CloudTrail.UnauthorizedAPICall",
  "Standard.BruteForceByIP",
  "Standard.BruteForceByUser",
  "Standard.ImpossibleTravel.Login",
]);

/** Reads the geolocation that an enrichment has added. */
const NEEDS_PLACES = new Set(["Standard.SignInFromRogueState"]);

/** `CreateAlert: false` with a severity above Info. */
const MARKS_ONLY = new Set([
  "AWS.S3.CopyObjectToExternalAccountBucket",
  "AWS.S3.DisableBucketLogging",
  "AWS.S3.SuspendVersioning",
]);

/** `Enabled: false`. */
const NEEDS_LISTS = new Set([
  "AWS.Console.LoginWithoutSAML",
  "AWS.EC2.ManualSecurityGroupChange",
  "AWS.CloudTrail.IAMAssumeRoleBlacklistIgnored",
  "AWS.CloudTrail.IAMEntityCreatedWithoutCloudFormation",
  "AWS.LAMBDA.CRUD",
  "AWS.Modify.Cloud.Compute.Infrastructure",
  "AWS.UnusedRegion",
]);

export function ruleKind({ ruleId, severity }: Pick<RuleTest, "ruleId" | "severity">): RuleKind {
  if (NEEDS_OTHERS.has(ruleId)) return "needs others";
  if (NEEDS_PLACES.has(ruleId)) return "needs places";
  if (severity === "Info" || MARKS_ONLY.has(ruleId)) return "informs only";
  return NEEDS_LISTS.has(ruleId) ? "needs lists" : "comparable";
}
