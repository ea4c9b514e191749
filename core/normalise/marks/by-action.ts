import type { EventMark } from "../../domain/usage-event.ts";

/**
 * Marks that follow from a successful call of the action alone, whatever its parameters. An action stands here only if
 * every use of it has the effect; where it depends on parameters there is a rule that reads them.
 */
const TABLE: Readonly<Record<string, Readonly<Partial<Record<EventMark, string>>>>> = {
  cloudtrail: {
    "guardrail-off": "StopLogging DeleteTrail DeleteEventDataStore StopEventDataStoreIngestion DeleteChannel",
  },
  config: {
    "guardrail-off":
      "StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel DeleteConfigRule DeleteOrganizationConfigRule DeleteConformancePack DeleteOrganizationConformancePack DeleteConfigurationAggregator DeleteRemediationConfiguration",
  },
  guardduty: {
    "guardrail-off":
      "DeleteDetector DeleteMembers DisassociateMembers StopMonitoringMembers DisassociateFromMasterAccount DisassociateFromAdministratorAccount DeletePublishingDestination DeleteThreatIntelSet DisableOrganizationAdminAccount",
  },
  securityhub: {
    "guardrail-off":
      "DisableSecurityHub DisableSecurityHubV2 DeleteMembers DisassociateMembers DisassociateFromMasterAccount DisassociateFromAdministratorAccount BatchDisableStandards DisableImportFindingsForProduct DisableOrganizationAdminAccount",
  },
  macie2: {
    "guardrail-off":
      "DisableMacie DisassociateMember DeleteMember DisassociateFromMasterAccount DisassociateFromAdministratorAccount DisableOrganizationAdminAccount",
  },
  macie: { "guardrail-off": "DisassociateS3Resources DisassociateMemberAccount" },
  "access-analyzer": { "guardrail-off": "DeleteAnalyzer" },
  inspector2: { "guardrail-off": "Disable DisassociateMember DisableDelegatedAdminAccount" },
  detective: { "guardrail-off": "DeleteGraph DeleteMembers DisassociateMembership" },
  securitylake: { "guardrail-off": "DeleteDataLake DeleteDataLakeOrganizationConfiguration DeleteAwsLogSource" },
  fms: { "guardrail-off": "DeletePolicy DisassociateAdminAccount DeleteNotificationChannel" },
  wafv2: { "guardrail-off": "DeleteWebACL DisassociateWebACL DeleteRuleGroup DeleteLoggingConfiguration" },
  waf: { "guardrail-off": "DeleteWebACL DeleteRule DeleteRuleGroup DeleteLoggingConfiguration" },
  "waf-regional": {
    "guardrail-off": "DeleteWebACL DisassociateWebACL DeleteRule DeleteRuleGroup DeleteLoggingConfiguration",
  },
  shield: { "guardrail-off": "DeleteProtection DeleteSubscription DisableProactiveEngagement DisassociateDRTRole" },
  "network-firewall": { "guardrail-off": "DeleteFirewall DeleteFirewallPolicy DeleteRuleGroup" },
  route53resolver: {
    "guardrail-off":
      "DeleteResolverQueryLogConfig DisassociateResolverQueryLogConfig DeleteFirewallRuleGroup DisassociateFirewallRuleGroup DeleteFirewallRule",
  },
  route53: { "guardrail-off": "DeleteQueryLoggingConfig" },
  bedrock: {
    "guardrail-off": "DeleteModelInvocationLoggingConfiguration DeleteGuardrail",
    "credential-created": "CreateApiKey",
  },
  logs: {
    "guardrail-off":
      "DeleteSubscriptionFilter DeleteMetricFilter DeleteDestination DeleteDelivery DeleteDataProtectionPolicy",
    destructive: "DeleteLogGroup",
  },
  ec2: {
    "guardrail-off":
      "DeleteFlowLogs EnableSerialConsoleAccess DisableImageBlockPublicAccess DisableSnapshotBlockPublicAccess",
    "encryption-off": "DisableEbsEncryptionByDefault",
    "credential-created": "CreateKeyPair ImportKeyPair",
    "secret-read": "GetPasswordData",
    destructive: "DeleteSnapshot",
  },
  "ec2-instance-connect": { "code-execution": "SendSSHPublicKey SendSerialConsoleSSHPublicKey OpenTunnel" },
  s3: {
    "guardrail-off":
      "DeleteBucketPublicAccessBlock DeletePublicAccessBlock DeleteAccountPublicAccessBlock DeleteBucketReplication",
    "encryption-off": "DeleteBucketEncryption",
    destructive: "DeleteBucket DeleteObjects",
  },
  organizations: {
    "organization-changed":
      "LeaveOrganization RemoveAccountFromOrganization CreateAccount CreateAccountResult CreateGovCloudAccount CloseAccount InviteAccountToOrganization AcceptHandshake MoveAccount AttachPolicy DetachPolicy UpdatePolicy DeletePolicy DisablePolicyType EnablePolicyType CreateOrganization DeleteOrganization DeleteOrganizationalUnit RegisterDelegatedAdministrator DeregisterDelegatedAdministrator DisableAWSServiceAccess EnableAllFeatures PutResourcePolicy DeleteResourcePolicy",
    "guardrail-off": "DetachPolicy DeletePolicy DisablePolicyType",
    destructive: "CloseAccount DeleteOrganization",
  },
  iam: {
    "credential-created":
      "CreateAccessKey CreateLoginProfile UpdateLoginProfile CreateServiceSpecificCredential ResetServiceSpecificCredential UploadSSHPublicKey UploadSigningCertificate",
    "guardrail-off":
      "DeactivateMFADevice DeleteAccountPasswordPolicy DeleteUserPermissionsBoundary DeleteRolePermissionsBoundary",
  },
  sts: { "credential-created": "GetFederationToken" },
  redshift: {
    "credential-created": "GetClusterCredentials GetClusterCredentialsWithIAM",
    "guardrail-off": "DisableLogging",
    destructive: "DeleteClusterSnapshot",
  },
  appsync: { "credential-created": "CreateApiKey" },
  apigateway: { "credential-created": "CreateApiKey ImportApiKeys" },
  iot: { "credential-created": "CreateKeysAndCertificate" },
  transfer: { "credential-created": "ImportSshPublicKey" },
  lightsail: { "credential-created": "DownloadDefaultKeyPair CreateKeyPair ImportKeyPair GetInstanceAccessDetails" },
  secretsmanager: { "secret-read": "GetSecretValue BatchGetSecretValue" },
  ssm: {
    "code-execution": "StartSession ResumeSession StartAutomationExecution CreateAssociation UpdateAssociation",
    "credential-created": "CreateActivation",
  },
  "ssm-guiconnect": { "code-execution": "StartConnection" },
  ecs: { "code-execution": "ExecuteCommand" },
  lambda: { "code-execution": "UpdateFunctionCode" },
  glue: { "code-execution": "CreateDevEndpoint UpdateDevEndpoint" },
  sagemaker: {
    "code-execution":
      "CreatePresignedNotebookInstanceUrl CreatePresignedDomainUrl UpdateNotebookInstanceLifecycleConfig CreateNotebookInstanceLifecycleConfig",
  },
  datapipeline: { "code-execution": "PutPipelineDefinition" },
  elasticmapreduce: { "code-execution": "AddJobFlowSteps" },
  cloudfront: { "code-execution": "PublishFunction" },
  kms: { destructive: "ScheduleKeyDeletion DisableKey DeleteImportedKeyMaterial DeleteCustomKeyStore" },
  rds: {
    destructive:
      "DeleteDBSnapshot DeleteDBClusterSnapshot DeleteDBInstanceAutomatedBackup DeleteDBClusterAutomatedBackup DeleteGlobalCluster",
    "guardrail-off": "StopActivityStream",
  },
  dynamodb: { destructive: "DeleteTable DeleteBackup" },
  elasticfilesystem: { destructive: "DeleteFileSystem" },
  fsx: { destructive: "DeleteFileSystem DeleteBackup" },
  glacier: { destructive: "DeleteVault DeleteArchive" },
  backup: {
    destructive: "DeleteRecoveryPoint DeleteBackupVault",
    "guardrail-off": "DeleteBackupPlan DeleteBackupSelection DeleteBackupVaultLockConfiguration",
  },
  elasticache: { destructive: "DeleteSnapshot" },
};

export const MARKS_BY_ACTION: ReadonlyMap<string, readonly EventMark[]> = (() => {
  const found = new Map<string, EventMark[]>();
  for (const [service, marks] of Object.entries(TABLE)) {
    for (const [mark, actions] of Object.entries(marks)) {
      for (const action of actions.split(" ")) {
        const key = `${service}:${action}`;
        found.set(key, [...(found.get(key) ?? []), mark as EventMark]);
      }
    }
  }
  return found;
})();
