import { paginateListSubscriptionsByTopic, type SNSClient } from "@aws-sdk/client-sns";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { TopicSubscriptionFacts } from "#core/ports/deployment-view.ts";

/** Who listens to a topic, and who has not confirmed it. Rejects with TrailwatchError. */
export async function topicSubscriptions(
  client: SNSClient,
  topicArn: string,
): Promise<readonly TopicSubscriptionFacts[]> {
  const found: TopicSubscriptionFacts[] = [];
  try {
    for await (const page of paginateListSubscriptionsByTopic({ client }, { TopicArn: topicArn })) {
      for (const { Protocol = "", Endpoint = "", SubscriptionArn = "" } of page.Subscriptions ?? []) {
        // In the place of an ARN: "PendingConfirmation", "Deleted".
        if (SubscriptionArn === "Deleted") continue;
        found.push({ protocol: Protocol, endpoint: Endpoint, confirmed: SubscriptionArn.startsWith("arn:") });
      }
    }
  } catch (error) {
    throw awsError(error, `list who listens to ${topicArn}`, "sns:ListSubscriptionsByTopic on it");
  }
  return found;
}
