import { TrailwatchError } from "../../domain/errors.ts";
import type { DeploymentConfig } from "./schema.ts";

/** AWS's partition that a region belongs to. */
function partitionOf(region: string): DeploymentConfig["partition"] {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return region.startsWith("cn-") ? "aws-cn" : "aws";
}

/** What to do where a deployment to a region is configured for another partition; `null` where it is not. */
export function partitionMismatch({ partition }: Pick<DeploymentConfig, "partition">, region: string): string | null {
  const own = partitionOf(region);
  return own === partition ? null : `Set deployment.partition to ${own}, or give --context partition=${own}.`;
}

/**
 * Names of services, and where Organizations and Cost Explorer answer, follow from the partition. Throws TrailwatchError
 * `CONFIGURATION_INVALID` where it is not the region's.
 */
export function requirePartition(deployment: DeploymentConfig, region: string): void {
  const todo = partitionMismatch(deployment, region);
  if (todo === null) return;
  throw new TrailwatchError(
    "CONFIGURATION_INVALID",
    `${region} is in the partition ${partitionOf(region)}, and deployment.partition is ${deployment.partition}`,
    todo,
  );
}
