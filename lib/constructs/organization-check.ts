import { CustomResource, Duration, Stack } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/OrganizationCheck/environment.ts";
import { organizationsRegion } from "../regions.ts";
import type { DeploymentScope } from "../scope.ts";
import { PipelineFunction } from "./pipeline-function.ts";

export interface OrganizationCheckProps extends DeploymentScope {
  readonly key: IKey;
  readonly trailName: string;
}

const LIMIT = Duration.minutes(2);

/**
 * What CloudFormation cannot know, asked before anything else is made: the organization's id and root, whether it trusts
 * the services that are needed, and whether it has a trail already. The deployment ends there, with the reason, where it
 * would fail later or pay for every event twice.
 */
export class OrganizationCheck extends Construct {
  readonly resource: CustomResource;
  readonly #isOrganization: boolean;
  readonly #configuredId: string | null;

  constructor(scope: Construct, id: string, { key, trailName, ...props }: OrganizationCheckProps) {
    super(scope, id);
    const { mode, managementAccountId, organizationId, partition, trail } = props.deployment.config;
    this.#isOrganization = mode === "multi-account";
    this.#configuredId = organizationId;
    const environment: z.input<typeof environmentSchema> = { ORGANIZATIONS_REGION: organizationsRegion(partition) };
    const check = new PipelineFunction(this, "Function", {
      ...props,
      name: "OrganizationCheck",
      description: "Before a deployment: what the organization lacks, and whether it has a trail.",
      environment,
      memoryMiB: 256,
      timeout: LIMIT,
      key,
      // It talks to AWS's own endpoints only, while the VPC's way to them may be what is being set up.
      network: null,
    });
    check.allow(["cloudtrail:DescribeTrails"], ["*"], {
      because: "Trails are looked for: which there are is what is asked.",
    });
    check.allow(
      [
        "organizations:DescribeOrganization",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListRoots",
      ],
      ["*"],
      { because: "These calls are about the organization, which is asked for, and name no resource." },
    );
    this.resource = new CustomResource(this, "Resource", {
      serviceToken: check.function.functionArn,
      resourceType: "Custom::TrailwatchOrganizationCheck",
      serviceTimeout: LIMIT,
      properties: {
        Organization: String(this.#isOrganization),
        NewTrail: String(props.deployment.events.kind === "new-trail"),
        AllowSecondTrail: String(trail.allowSecondTrail),
        TrailName: trailName,
        ManagementAccountId: managementAccountId ?? Stack.of(this).account,
      },
    });
    this.resource.node.addDependency(check.role);
  }

  /** Of a deployment for an organization. */
  get organizationId(): string {
    return this.#configuredId ?? this.resource.getAttString("OrganizationId");
  }

  /** Of a deployment for an organization: where everything hangs. */
  get rootId(): string {
    return this.resource.getAttString("RootId");
  }
}
