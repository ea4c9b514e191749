import { CfnOutput, CfnStackSet } from "aws-cdk-lib";
import { CfnRole } from "aws-cdk-lib/aws-iam";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import { acknowledge } from "../constructs/acknowledge.ts";
import { unusedAlertEmail } from "../constructs/alert-email.ts";
import {
  type ReadRoleSettings,
  readRolePermissions,
  readRoleTemplate,
  readRoleTrust,
} from "../constructs/read-role.ts";
import { DeploymentStack, type DeploymentStackProps } from "./deployment-stack.ts";
import type { PipelineStack } from "./pipeline-stack.ts";
import type { StateStack } from "./state-stack.ts";
import type { TrailStack } from "./trail-stack.ts";

export interface AccountsStackProps extends Omit<DeploymentStackProps, "description" | "holdsData"> {
  readonly state: StateStack;
  readonly trail: TrailStack;
  readonly pipeline: PipelineStack;
}

/** The role that is read with in every account: through a StackSet, and here itself, where StackSets do not come. */
export class AccountsStack extends DeploymentStack {
  constructor(scope: Construct, props: AccountsStackProps) {
    super(scope, "Accounts", { ...props, description: "Trailwatch: its role in the accounts", holdsData: false });
    const { deployment, names, state, pipeline } = props;
    unusedAlertEmail(this);
    const settings: ReadRoleSettings = {
      roleName: names.of("AnomalyDetectorReadRole"),
      partition: this.partition,
      monitoringAccount: this.account,
      readers: [pipeline.connector.role.roleArn],
      externalId: state.externalId,
    };
    const isOrganization = deployment.config.mode === "multi-account";
    if (isOrganization) this.#inMembers(props, settings);
    // A delegated administrator is a member: the StackSet comes to it, and not to the management account.
    if (!deployment.isDelegated && deployment.config.readRole.makeHere) this.#here(settings);
    // Whoever looks into accounts finds it here, whether it is made or was there.
    new StringParameter(this, "ReadRoleName", {
      parameterName: names.of("/trailwatch/read-role"),
      description: "Role that accounts are looked into with.",
      stringValue: settings.roleName,
    });
    new CfnOutput(this, "CrossAccountTrustPolicy", {
      value: this.toJsonString(readRoleTrust(settings)),
      description:
        "cross-account-trust-policy.json of this deployment, to make the role by hand where no StackSet comes.",
    });
    new CfnOutput(this, "ExternalId", { value: state.externalId });
  }

  #inMembers({ deployment, names, trail }: AccountsStackProps, settings: ReadRoleSettings): void {
    const { permissionsBoundary, readRole } = deployment.config;
    const { organizationalUnits } = readRole;
    new CfnStackSet(this, "Members", {
      stackSetName: names.readRoleStackSet,
      description: "Trailwatch looks at what an incident names. Read only.",
      permissionModel: "SERVICE_MANAGED",
      callAs: deployment.isDelegated ? "DELEGATED_ADMIN" : "SELF",
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
      managedExecution: { Active: true },
      capabilities: ["CAPABILITY_NAMED_IAM"],
      // Where a role of this name is already, made by hand, that account is passed over; the doctor lists them.
      operationPreferences: {
        failureTolerancePercentage: 100,
        maxConcurrentPercentage: 100,
        regionConcurrencyType: "PARALLEL",
      },
      stackInstancesGroup: [
        {
          deploymentTargets: {
            organizationalUnitIds: organizationalUnits.length > 0 ? [...organizationalUnits] : [trail.check.rootId],
          },
          // Roles are in no region; their stack has to be in one.
          regions: [this.region],
        },
      ],
      templateBody: this.toJsonString(readRoleTemplate(settings, permissionsBoundary)),
    });
  }

  #here(settings: ReadRoleSettings): void {
    const role = new CfnRole(this, "ReadRole", {
      roleName: settings.roleName,
      description: "Trailwatch looks at what an incident names. Read only.",
      assumeRolePolicyDocument: readRoleTrust(settings),
      policies: [{ policyName: "read", policyDocument: readRolePermissions() }],
    });
    acknowledge(role, {
      "AwsSolutions-IAM5[Resource::*]":
        "What an incident will name is not known before; descriptions of instances, stacks and scaling groups know no resource. Nothing that holds content can be read.",
    });
  }
}
