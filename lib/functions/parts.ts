import type { DeploymentScope } from "../scope.ts";
import type { SearchStack } from "../stacks/search-stack.ts";
import type { StateStack } from "../stacks/state-stack.ts";
import type { TrailStack } from "../stacks/trail-stack.ts";

/** What a function of the pipeline is connected to. */
export interface Parts extends DeploymentScope {
  readonly state: StateStack;
  readonly trail: TrailStack;
  readonly search: SearchStack;
}

/** What every function that looks at accounts reads. */
export const directoryEnvironment = ({ deployment, state, trail }: Parts) => {
  const { environment, mode } = deployment.config;
  return {
    DATA_BUCKET: state.data.bucketName,
    ORGANIZATION_ID: mode === "multi-account" ? trail.check.organizationId : "",
    ENABLE_ACCOUNT_ENRICHMENT: flag(environment.ENABLE_ACCOUNT_ENRICHMENT),
    ENABLE_ORG_CONTEXT: flag(environment.ENABLE_ORG_CONTEXT),
    SYNC_INTERVAL_MINUTES: String(environment.SYNC_INTERVAL_MINUTES),
  };
};

export const stageEnvironment = ({ deployment }: Parts) => ({ STAGE: deployment.config.stage });

export const openSearchEnvironment = ({ names, search }: Parts) => ({
  OPENSEARCH_ENDPOINT: search.endpoint,
  OPENSEARCH_NAMESPACE: names.namespace,
});

export const flag = (value: boolean): "true" | "false" => (value ? "true" : "false");

/** What functions of the pipeline have in common. */
export const common = ({ config, deployment, names, state }: Parts) => ({
  config,
  deployment,
  names,
  key: state.key,
  network: state.network,
});
