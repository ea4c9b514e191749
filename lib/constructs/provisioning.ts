import { createHash } from "node:crypto";
import { CustomResource, Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { z } from "zod";
import type { Config } from "#core/config/index.ts";
import type { provisioningSchema } from "#lambdas/OpenSearchProvisioner/event.ts";
import type { SearchStack } from "../stacks/search-stack.ts";
import type { StateStack } from "../stacks/state-stack.ts";
import type { PipelineFunction } from "./pipeline-function.ts";

export interface ProvisioningProps {
  readonly config: Config;
  readonly search: SearchStack;
  readonly state: StateStack;
  readonly writers: readonly PipelineFunction[];
  readonly processors: readonly PipelineFunction[];
}

/** The cluster is made what the configuration says, as a part of the deployment; a changed configuration does it again. */
export class Provisioning extends Construct {
  constructor(scope: Construct, id: string, { config, search, state, writers, processors }: ProvisioningProps) {
    super(scope, id);
    const roles = (functions: readonly PipelineFunction[]) => functions.map(({ role }) => role.roleArn);
    const properties: Omit<z.input<typeof provisioningSchema>, "ServiceToken"> = {
      ConfigurationHash: createHash("sha256").update(JSON.stringify(config)).digest("hex"),
      BellTopicArn: state.bell.topicArn,
      BellRoleArn: search.bellRole.roleArn,
      Writers: roles(writers),
      Processors: roles(processors),
      Readers: [...search.readers],
    };
    new CustomResource(this, "Resource", {
      serviceToken: search.provisioner.function.functionArn,
      resourceType: "Custom::TrailwatchOpenSearch",
      serviceTimeout: Duration.minutes(15),
      properties,
    });
  }
}
