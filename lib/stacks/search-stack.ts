import { CfnOutput, Duration } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/OpenSearchProvisioner/environment.ts";
import { alertEmailParameter, unusedAlertEmail } from "../constructs/alert-email.ts";
import { DashboardsUsers } from "../constructs/dashboards-users.ts";
import { functionRole, PipelineFunction } from "../constructs/pipeline-function.ts";
import { type SamlSettings, SearchDomain } from "../constructs/search-domain.ts";
import { allowListing, allowObjects, allowSearch } from "../functions/rights.ts";
import { DeploymentStack, type DeploymentStackProps } from "./deployment-stack.ts";
import type { StateStack } from "./state-stack.ts";

export interface SearchStackProps extends Omit<DeploymentStackProps, "description" | "holdsData"> {
  readonly state: StateStack;
  /** XML of the identity provider, where people sign in with SAML. */
  readonly samlMetadata: string | null;
}

const LONGEST_RUN = Duration.minutes(15);

/** Where events are searched, watched and looked at: a domain, or one that is there, and what provisions it. */
export class SearchStack extends DeploymentStack {
  readonly endpoint: string;
  readonly domainArn: string;
  /** `null` for a domain that is not ours to watch. */
  readonly domainName: string | null;
  readonly provisioner: PipelineFunction;
  /** With which the cluster rings the bell. */
  readonly bellRole: Role;
  /** Who signed in to the dashboards, as the cluster knows them. */
  readonly readers: readonly string[];

  constructor(scope: Construct, props: SearchStackProps) {
    super(scope, "Search", { ...props, description: "Trailwatch: OpenSearch and its dashboards", holdsData: true });
    const { deployment, names, state } = props;
    const { dashboards, domain: existing } = deployment.config;
    const email = alertEmailParameter(this).valueAsString;
    const domainArn =
      existing?.arn ?? this.formatArn({ service: "es", resource: "domain", resourceName: names.domain });
    this.domainArn = domainArn;
    const role = functionRole(this, "ProvisionerRole");

    if (existing === null) {
      const users =
        dashboards.signIn === "cognito"
          ? new DashboardsUsers(this, "Dashboards", {
              domainName: names.domain,
              domainArn,
              email,
              removalPolicy: this.dataRemoval,
            })
          : null;
      if (users === null) unusedAlertEmail(this, email);
      const { domain } = new SearchDomain(this, "Search", {
        domainName: names.domain,
        domainArn,
        engine: deployment.engine,
        sizing: deployment.sizing,
        key: state.key,
        logDays: deployment.config.retention.functionLogDays,
        removalPolicy: this.dataRemoval,
        master: role,
        users,
        saml: this.#saml(props),
        network: state.network,
      });
      this.domainName = names.domain;
      this.endpoint = `https://${domain.attrDomainEndpoint}`;
      this.readers = [...(users === null ? [] : [users.userRole.roleArn]), ...dashboards.readers];
      new CfnOutput(this, "DashboardsUrl", { value: `${this.endpoint}/_dashboards` });
    } else {
      this.domainName = null;
      this.endpoint = existing.endpoint;
      this.readers = dashboards.readers;
      unusedAlertEmail(this, email);
      new CfnOutput(this, "MapToAllAccess", {
        value: role.roleArn,
        description: "Role that the existing domain has to map to all_access, before the pipeline is deployed.",
      });
    }
    this.bellRole = this.#bellRole(props);
    this.provisioner = this.#provisioner(props, role);
    new CfnOutput(this, "Endpoint", { value: this.endpoint });
  }

  #saml({ deployment, samlMetadata }: SearchStackProps): SamlSettings | null {
    const { signIn, samlEntityId, samlGroupsAttribute, administrators } = deployment.config.dashboards;
    if (signIn !== "saml" || samlEntityId === null || samlMetadata === null) return null;
    return { entityId: samlEntityId, metadata: samlMetadata, groupsAttribute: samlGroupsAttribute, administrators };
  }

  #bellRole({ state }: SearchStackProps): Role {
    const role = new Role(this, "BellRole", {
      description: "The cluster of Trailwatch rings when a forest detector finds something.",
      assumedBy: new ServicePrincipal("es.amazonaws.com", {
        conditions: {
          StringEquals: { "aws:SourceAccount": this.account },
          ArnLike: { "aws:SourceArn": this.domainArn },
        },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ["sns:Publish"], resources: [state.bell.topicArn] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [state.key.keyArn] }),
    );
    return role;
  }

  #provisioner(props: SearchStackProps, role: Role): PipelineFunction {
    const { config, deployment, names, state } = props;
    const environment: z.input<typeof environmentSchema> = {
      STAGE: deployment.config.stage,
      OPENSEARCH_ENDPOINT: this.endpoint,
      OPENSEARCH_NAMESPACE: names.namespace,
      DATA_BUCKET: state.data.bucketName,
    };
    const provisioner = new PipelineFunction(this, "Provisioner", {
      config,
      deployment,
      names,
      name: "OpenSearchProvisioner",
      description: "Makes the cluster what the configuration says: templates, detectors, monitors, roles, dashboards.",
      role,
      environment,
      memoryMiB: 512,
      timeout: LONGEST_RUN,
      key: state.key,
      network: state.network,
    });
    allowSearch(provisioner, this.domainArn, "Delete", "Get", "Head", "Post", "Put");
    allowObjects(provisioner, props, "GetObject", "provisioning/");
    allowObjects(provisioner, props, "PutObject", "provisioning/", "audit/");
    allowListing(provisioner, props);
    // Whoever names the bell's role to the cluster must be allowed to give it away.
    provisioner.allow(["iam:PassRole"], [this.bellRole.roleArn]);
    return provisioner;
  }
}
