export { CONFIGURATION_KEY, CONTEXT_KEYS, withContext } from "./context.ts";
export {
  findOpenSearchVersion,
  OPENSEARCH_VERSIONS,
  type OpenSearchVersion,
  supportWarning,
} from "./opensearch-versions.ts";
export { type Deployment, resolveDeployment } from "./resolve.ts";
export { DEFAULT_STAGE, type DeploymentConfig, deploymentConfigSchema } from "./schema.ts";
export { SIZES, type SizeName, type Sizing } from "./sizes.ts";
