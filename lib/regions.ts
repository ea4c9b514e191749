import type { DeploymentConfig } from "#core/config/deployment/index.ts";

type Partition = DeploymentConfig["partition"];

/** The one region of each partition in which AWS Organizations answers. */
export const organizationsRegion = (partition: Partition): string =>
  ({ aws: "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1" })[partition];

/** The one region of each partition in which Cost Explorer answers. */
export const costExplorerRegion = (partition: Partition): string =>
  ({ aws: "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1" })[partition];
