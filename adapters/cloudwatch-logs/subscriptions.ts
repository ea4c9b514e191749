import { type CloudWatchLogsClient, paginateDescribeSubscriptionFilters } from "@aws-sdk/client-cloudwatch-logs";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { SubscriptionFilterFacts } from "#core/ports/deployment-view.ts";

/** Where a log group's events go. Rejects with TrailwatchError, `AWS_NOT_FOUND` where there is no such log group. */
export async function subscriptionFilters(
  client: CloudWatchLogsClient,
  logGroup: string,
): Promise<readonly SubscriptionFilterFacts[]> {
  const found: SubscriptionFilterFacts[] = [];
  try {
    for await (const page of paginateDescribeSubscriptionFilters({ client }, { logGroupName: logGroup })) {
      for (const { filterName = "", destinationArn = "", filterPattern = "" } of page.subscriptionFilters ?? []) {
        found.push({ name: filterName, destinationArn, pattern: filterPattern });
      }
    }
  } catch (error) {
    throw awsError(error, `look at ${logGroup}`, "logs:DescribeSubscriptionFilters on it");
  }
  return found;
}
