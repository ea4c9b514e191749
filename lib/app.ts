import { type App, type Environment, Validations } from "aws-cdk-lib";
import { ManagedPolicy, PermissionsBoundary } from "aws-cdk-lib/aws-iam";
import { resolveDeployment } from "#core/config/deployment/index.ts";
import { Names } from "#core/config/deployment/names.ts";
import { requirePartition } from "#core/config/deployment/partition.ts";
import type { Config } from "#core/config/index.ts";
import { AccountsStack } from "./stacks/accounts-stack.ts";
import { PipelineStack } from "./stacks/pipeline-stack.ts";
import { SearchStack } from "./stacks/search-stack.ts";
import { StateStack } from "./stacks/state-stack.ts";
import { TrailStack } from "./stacks/trail-stack.ts";

export interface AppSettings {
  readonly config: Config;
  /** Where it is deployed to; without it the templates fit any account and region. */
  readonly env?: Environment;
  /** XML of the identity provider, where people sign in with SAML. */
  readonly samlMetadata: string | null;
}

export interface Stacks {
  readonly state: StateStack;
  readonly trail: TrailStack;
  readonly search: SearchStack;
  readonly pipeline: PipelineStack;
  readonly accounts: AccountsStack;
}

/**
 * All stacks of a deployment, each in the order in which it is deployed. Throws TrailwatchError `CONFIGURATION_INVALID`
 * where the region is of another partition than the configuration says.
 */
export function addStacks(app: App, { config, env, samlMetadata }: AppSettings): Stacks {
  if (env?.region !== undefined) requirePartition(config.deployment, env.region);
  const deployment = resolveDeployment(config.deployment, env?.account);
  const { stage, permissionsBoundary, bootstrapQualifier } = config.deployment;
  if (bootstrapQualifier !== null) app.node.setContext("@aws-cdk/core:bootstrapQualifier", bootstrapQualifier);
  const scope = { config, deployment, names: new Names(stage), ...(env ? { env } : {}) };
  const state = new StateStack(app, scope);
  const trail = new TrailStack(app, { ...scope, state });
  const search = new SearchStack(app, { ...scope, state, samlMetadata });
  const pipeline = new PipelineStack(app, { ...scope, state, trail, search });
  const accounts = new AccountsStack(app, { ...scope, state, trail, pipeline });
  if (permissionsBoundary !== null) {
    PermissionsBoundary.of(app).apply(
      permissionsBoundary.startsWith("arn:")
        ? ManagedPolicy.fromManagedPolicyArn(state, "Boundary", permissionsBoundary)
        : ManagedPolicy.fromManagedPolicyName(state, "Boundary", permissionsBoundary),
    );
  }
  for (const [index, warning] of deployment.warnings.entries()) {
    Validations.of(state).addWarning(`trailwatch-${index + 1}`, warning);
  }
  const { addresses, topicArn } = config.deployment.alerts;
  if (addresses.length === 0 && topicArn === null) {
    Validations.of(state).addWarning(
      "trailwatch-alerts",
      "The configuration names nobody who is told. Give an address when deploying: --parameters " +
        "opensearchalertemail='security-team@company.com' (later deployments keep it), or set deployment.alerts.addresses " +
        "or topicArn. Without any of them alarms and incidents go to a topic that nobody reads.",
    );
  }
  return { state, trail, search, pipeline, accounts };
}
