import { type CloudTrailClient, DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** A trail that records this account, wherever it was made. */
export interface ExistingTrail {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  /** Of the whole organization; it belongs to the management account. */
  readonly isOrganization: boolean;
  readonly bucket: string;
  readonly logGroupArn: string | null;
}

/**
 * The trails of all regions that record this account, the organization's among them. CloudTrail takes whole names and
 * ARNs only: to find some by the beginning of their name, all have to be asked for. Rejects with TrailwatchError.
 */
export async function existingTrails(client: CloudTrailClient): Promise<readonly ExistingTrail[]> {
  try {
    const { trailList } = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
    return (trailList ?? []).map((trail) => ({
      name: trail.Name ?? "",
      arn: trail.TrailARN ?? "",
      homeRegion: trail.HomeRegion ?? "",
      isOrganization: trail.IsOrganizationTrail ?? false,
      bucket: trail.S3BucketName ?? "",
      logGroupArn: trail.CloudWatchLogsLogGroupArn ?? null,
    }));
  } catch (error) {
    throw awsError(error, "list the trails", "cloudtrail:DescribeTrails");
  }
}
