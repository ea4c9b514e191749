import type { Deployment } from "#core/config/deployment/index.ts";
import type { Names } from "#core/config/deployment/names.ts";
import type { Config } from "#core/config/index.ts";

/** What every stack is made from. */
export interface DeploymentScope {
  readonly config: Config;
  readonly deployment: Deployment;
  readonly names: Names;
}
