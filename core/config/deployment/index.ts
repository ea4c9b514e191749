export { CONFIGURATION_KEY, CONTEXT_KEYS, withContext } from "./context.ts";
export { OPENSEARCH_VERSIONS, type OpenSearchVersion } from "./opensearch-versions.ts";
export { type Deployment, resolveDeployment } from "./resolve.ts";
export { DEFAULT_STAGE, type DeploymentConfig } from "./schema.ts";
export { SIZES, type Sizing } from "./sizes.ts";
