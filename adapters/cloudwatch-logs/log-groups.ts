import { type CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** Whether there is a log group of exactly this name. Rejects with TrailwatchError. */
export async function logGroupExists(client: CloudWatchLogsClient, name: string): Promise<boolean> {
  try {
    for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: name })) {
      if ((page.logGroups ?? []).some(({ logGroupName }) => logGroupName === name)) return true;
    }
  } catch (error) {
    throw awsError(error, `look for the log group ${name}`, "logs:DescribeLogGroups");
  }
  return false;
}
