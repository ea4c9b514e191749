import { type CloudTrailClient, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { TrailStatusFacts } from "#core/ports/deployment-view.ts";

/**
 * Whether a trail logs, and whether what it logs arrives. Rejects with TrailwatchError.
 * @param client of the trail's home region
 */
export async function trailStatus(client: CloudTrailClient, arn: string): Promise<TrailStatusFacts> {
  try {
    const status = await client.send(new GetTrailStatusCommand({ Name: arn }));
    return {
      isLogging: status.IsLogging ?? false,
      lastDelivery: status.LatestDeliveryTime?.getTime() ?? null,
      deliveryError: status.LatestDeliveryError ?? "",
      lastLogsDelivery: status.LatestCloudWatchLogsDeliveryTime?.getTime() ?? null,
      logsDeliveryError: status.LatestCloudWatchLogsDeliveryError ?? "",
    };
  } catch (error) {
    throw awsError(error, `look at the trail ${arn}`, "cloudtrail:GetTrailStatus on it");
  }
}
