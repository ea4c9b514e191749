import { RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { StackPart } from "#core/config/deployment/names.ts";
import type { DeploymentScope } from "../scope.ts";

export interface DeploymentStackProps extends DeploymentScope {
  /** Account and region; without them the template fits any. */
  readonly env?: StackProps["env"];
  readonly description: string;
  /** Whether it holds what nobody can make again. */
  readonly holdsData: boolean;
}

/** What all stacks have in common. */
export abstract class DeploymentStack extends Stack {
  protected readonly dataRemoval: RemovalPolicy;

  constructor(scope: Construct, part: StackPart, props: DeploymentStackProps) {
    const { retention } = props.deployment.config;
    super(scope, props.names.stack(part), {
      description: props.description,
      terminationProtection: props.holdsData && retention.terminationProtection,
      ...(props.env ? { env: props.env } : {}),
    });
    this.dataRemoval = retention.removeDataOnDestroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
  }
}
