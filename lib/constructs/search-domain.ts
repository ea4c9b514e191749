import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, type Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { CfnResourcePolicy, LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { CfnDomain } from "aws-cdk-lib/aws-opensearchservice";
import { Construct } from "constructs";
import type { OpenSearchVersion, Sizing } from "#core/config/deployment/index.ts";
import { acknowledge } from "./acknowledge.ts";
import type { DashboardsUsers } from "./dashboards-users.ts";
import type { Network } from "./network.ts";
import { accessPolicy } from "./search-access.ts";

export interface SamlSettings {
  readonly entityId: string;
  /** XML. */
  readonly metadata: string;
  readonly groupsAttribute: string;
  readonly administrators: string | null;
}

export interface SearchDomainProps {
  readonly domainName: string;
  readonly domainArn: string;
  readonly engine: OpenSearchVersion;
  readonly sizing: Sizing;
  readonly key: IKey;
  readonly logDays: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** May do everything in it: the provisioner's. */
  readonly master: Role;
  readonly users: DashboardsUsers | null;
  readonly saml: SamlSettings | null;
  readonly network: Network | null;
}

/** Logs that a domain can write, and what their groups are called. */
const LOGS = {
  ES_APPLICATION_LOGS: "application",
  INDEX_SLOW_LOGS: "index-slow",
  SEARCH_SLOW_LOGS: "search-slow",
  AUDIT_LOGS: "audit",
} as const;

const MOST_ZONES = 3;

/**
 * The domain, from CloudFormation's own resource: the CDK's would put access policy and log policy into custom resources
 * with functions and roles of their own.
 */
export class SearchDomain extends Construct {
  readonly domain: CfnDomain;

  constructor(scope: Construct, id: string, props: SearchDomainProps) {
    super(scope, id);
    const { domainName, domainArn, engine, sizing, network, removalPolicy } = props;
    const logs = this.#logGroups(props);
    const policy = this.#letDomainWrite(domainName, domainArn, logs);
    this.domain = new CfnDomain(this, "Domain", {
      domainName,
      engineVersion: `OpenSearch_${engine.version}`,
      clusterConfig: clusterConfig(sizing, network),
      ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: sizing.storageGiB },
      encryptionAtRestOptions: { enabled: true, kmsKeyId: props.key.keyArn },
      nodeToNodeEncryptionOptions: { enabled: true },
      domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
      advancedSecurityOptions: {
        enabled: true,
        internalUserDatabaseEnabled: false,
        masterUserOptions: { masterUserArn: props.master.roleArn },
        ...(props.saml === null ? {} : { samlOptions: samlOptions(props.saml) }),
      },
      ...(props.users === null
        ? {}
        : {
            cognitoOptions: {
              enabled: true,
              userPoolId: props.users.userPool.userPoolId,
              identityPoolId: props.users.identityPool.ref,
              roleArn: props.users.domainRole.roleArn,
            },
          }),
      accessPolicies: accessPolicy(domainArn, props.saml !== null),
      // Not override_main_response_version: OpenSearch 3 does not know it, and a domain that is made does not hide its version.
      advancedOptions: { "rest.action.multi.allow_explicit_index": "true" },
      logPublishingOptions: Object.fromEntries(
        [...logs].map(([kind, group]) => [kind, { enabled: true, cloudWatchLogsLogGroupArn: group.logGroupArn }]),
      ),
      ...(network === null
        ? {}
        : {
            vpcOptions: {
              subnetIds: network.vpc.privateSubnets.slice(0, zonesOf(sizing, network)).map(({ subnetId }) => subnetId),
              securityGroupIds: [network.domainGroup.securityGroupId],
            },
          }),
      softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
      offPeakWindowOptions: { enabled: true },
    });
    // A newer engine is an upgrade in place, not another domain.
    this.domain.cfnOptions.updatePolicy = { enableVersionUpgrade: true };
    this.domain.applyRemovalPolicy(removalPolicy);
    this.domain.addResourceDependency(policy);
    if (props.users !== null) this.domain.node.addDependency(props.users.domainRole, props.users.signIn);
    this.#explain(props);
  }

  #logGroups({ domainName, key, logDays }: SearchDomainProps): ReadonlyMap<string, LogGroup> {
    return new Map(
      Object.entries(LOGS).map(([kind, name]) => [
        kind,
        new LogGroup(this, kind, {
          logGroupName: `/aws/OpenSearchService/domains/${domainName}/${name}`,
          encryptionKey: key,
          retention: logDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ]),
    );
  }

  #letDomainWrite(domainName: string, domainArn: string, logs: ReadonlyMap<string, LogGroup>): CfnResourcePolicy {
    const statement = new PolicyStatement({
      principals: [new ServicePrincipal("es.amazonaws.com")],
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [...logs.values()].map(({ logGroupArn }) => logGroupArn),
      conditions: {
        StringEquals: { "aws:SourceAccount": Stack.of(this).account },
        ArnLike: { "aws:SourceArn": domainArn },
      },
    });
    return new CfnResourcePolicy(this, "LogPolicy", {
      policyName: `${domainName}-domain-logs`,
      policyDocument: Stack.of(this).toJsonString({ Version: "2012-10-17", Statement: [statement.toStatementJson()] }),
    });
  }

  #explain({ sizing, network, saml }: SearchDomainProps): void {
    acknowledge(this.domain, {
      ...(network === null
        ? {
            "AwsSolutions-OS1":
              "A public endpoint is the default so that people reach the dashboards; it takes only signed requests or signed-in people. deployment.vpc puts it inside a VPC.",
          }
        : {}),
      "AwsSolutions-OS3":
        "Functions have no fixed addresses and people sign in from anywhere: requests are let in by signature or sign-in, and fine-grained access control decides. deployment.vpc closes the endpoint.",
      ...(sizing.masterNodes === 0
        ? {
            "AwsSolutions-OS4":
              "Three data nodes in three zones have a majority without dedicated masters, which would double the price of a small deployment. Larger sizes have them.",
          }
        : {}),
      ...(zonesOf(sizing, network) > 1
        ? {}
        : {
            "AwsSolutions-OS7":
              "The configuration gives it one node or one subnet: a trial, in which a zone that fails takes it away.",
          }),
      ...(saml === null
        ? {}
        : {
            "AwsSolutions-OS5":
              "A browser that comes back from a SAML identity provider signs nothing, so the domain's policy has to be open; fine-grained access control turns away who is not signed in.",
          }),
    });
  }
}

const zonesOf = ({ dataNodes }: Sizing, network: Network | null): number =>
  Math.min(MOST_ZONES, dataNodes, network?.vpc.privateSubnets.length ?? MOST_ZONES);

function clusterConfig(sizing: Sizing, network: Network | null): CfnDomain.ClusterConfigProperty {
  const zones = zonesOf(sizing, network);
  const { dataNodes, dataNodeType, masterNodes, masterNodeType } = sizing;
  return {
    instanceCount: dataNodes,
    instanceType: dataNodeType,
    dedicatedMasterEnabled: masterNodes > 0,
    ...(masterNodes > 0 ? { dedicatedMasterCount: masterNodes, dedicatedMasterType: masterNodeType } : {}),
    zoneAwarenessEnabled: zones > 1,
    ...(zones > 1 ? { zoneAwarenessConfig: { availabilityZoneCount: zones } } : {}),
    multiAzWithStandbyEnabled: false,
  };
}

const samlOptions = ({
  entityId,
  metadata,
  groupsAttribute,
  administrators,
}: SamlSettings): CfnDomain.SAMLOptionsProperty => ({
  enabled: true,
  idp: { entityId, metadataContent: metadata },
  rolesKey: groupsAttribute,
  ...(administrators === null ? {} : { masterBackendRole: administrators }),
  sessionTimeoutMinutes: 480,
});
