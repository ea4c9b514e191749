/** A recorded attack technique and the calls that are it. */
export interface Technique {
  /** Name of the recording in test/fixtures/cloudtrail/stratus, without `.json`. */
  readonly name: string;
  /**
   * `eventName`s as logged, one of which must be among the events of an incident: the calls that do the harm, not the
   * ones that any user of the service makes beside them. Empty where the recording has none.
   */
  readonly telling: readonly string[];
  /** Why nothing in the recording can tell; only where {@link telling} is empty. */
  readonly notVisible?: string;
}

/** Stratus Red Team's techniques as recorded; which call tells is read off each technique's name and recording. */
export const TECHNIQUES: readonly Technique[] = [
  { name: "aws.credential-access.ec2-get-password-data", telling: ["GetPasswordData"] },
  // How the instance's credentials were taken; what was then done with them came from the same address as everything else.
  { name: "aws.credential-access.ec2-steal-instance-credentials", telling: ["SendCommand"] },
  { name: "aws.credential-access.secretsmanager-batch-retrieve-secrets", telling: ["BatchGetSecretValue"] },
  { name: "aws.credential-access.secretsmanager-retrieve-secrets", telling: ["GetSecretValue"] },
  { name: "aws.credential-access.ssm-retrieve-securestring-parameters", telling: ["GetParameters"] },
  { name: "aws.defense-evasion.cloudtrail-delete", telling: ["DeleteTrail"] },
  { name: "aws.defense-evasion.cloudtrail-event-selectors", telling: ["PutEventSelectors"] },
  { name: "aws.defense-evasion.cloudtrail-stop", telling: ["StopLogging"] },
  { name: "aws.defense-evasion.dns-delete-logs", telling: ["DeleteResolverQueryLogConfig"] },
  { name: "aws.defense-evasion.organizations-leave", telling: ["LeaveOrganization"] },
  { name: "aws.defense-evasion.vpc-remove-flow-logs", telling: ["DeleteFlowLogs"] },
  { name: "aws.discovery.ec2-download-user-data", telling: ["DescribeInstanceAttribute"] },
  { name: "aws.execution.ec2-launch-unusual-instances", telling: ["RunInstances"] },
  { name: "aws.execution.ec2-user-data", telling: ["ModifyInstanceAttribute"] },
  { name: "aws.execution.ssm-send-command", telling: ["SendCommand"] },
  { name: "aws.execution.ssm-start-session", telling: ["StartSession"] },
  { name: "aws.exfiltration.ec2-security-group-open-port-22-ingress", telling: ["AuthorizeSecurityGroupIngress"] },
  { name: "aws.exfiltration.ec2-share-ami", telling: ["ModifyImageAttribute"] },
  { name: "aws.exfiltration.ec2-share-ebs-snapshot", telling: ["ModifySnapshotAttribute"] },
  { name: "aws.exfiltration.rds-share-snapshot", telling: ["ModifyDBSnapshotAttribute"] },
  // A single invocation is what every user of a model does; opening the access for the account is not.
  {
    name: "aws.impact.bedrock-invoke-model",
    telling: ["PutFoundationModelEntitlement", "CreateFoundationModelAgreement", "PutUseCaseForModelAccess"],
  },
  { name: "aws.initial-access.console-login-without-mfa", telling: ["ConsoleLogin"] },
  { name: "aws.lateral-movement.ec2-instance-connect", telling: ["SendSSHPublicKey"] },
  {
    name: "aws.lateral-movement.ec2-serial-console-send-ssh-public-key",
    telling: ["SendSerialConsoleSSHPublicKey"],
  },
  { name: "aws.persistence.iam-backdoor-role", telling: ["UpdateAssumeRolePolicy"] },
  { name: "aws.persistence.iam-backdoor-user", telling: ["CreateAccessKey"] },
  { name: "aws.persistence.iam-create-admin-user", telling: ["AttachUserPolicy"] },
  { name: "aws.persistence.iam-create-backdoor-role", telling: ["CreateRole"] },
  { name: "aws.persistence.iam-create-user-login-profile", telling: ["CreateLoginProfile"] },
  { name: "aws.persistence.lambda-backdoor-function", telling: ["AddPermission20150331v2"] },
  { name: "aws.persistence.lambda-layer-extension", telling: ["UpdateFunctionConfiguration20150331v2"] },
  { name: "aws.persistence.lambda-overwrite-code", telling: ["UpdateFunctionCode20150331v2"] },
  { name: "aws.persistence.rolesanywhere-create-trust-anchor", telling: ["CreateTrustAnchor"] },
  { name: "aws.persistence.sts-federation-token", telling: ["GetFederationToken"] },
  { name: "aws.privilege-escalation.iam-update-user-login-profile", telling: ["UpdateLoginProfile"] },
];
