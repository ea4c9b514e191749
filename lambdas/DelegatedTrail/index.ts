import { CloudTrailClient, InsightType } from "@aws-sdk/client-cloudtrail";
import { DelegatedTrail } from "#adapters/cloudtrail/delegated-trail.ts";
import {
  answerCustomResource,
  type CustomResourceRequest,
  type CustomResourceResult,
  type InvocationContext,
} from "../shared/custom-resource.ts";
import { eventSchema, propertiesSchema } from "./event.ts";

const client = new CloudTrailClient({});

/** The organization's trail, where the deployment is made from a delegated administrator. */
export const handler = (event: unknown, context: InvocationContext): Promise<void> =>
  // One that was made and could not be started goes again with what it was made for.
  answerCustomResource(event, context, arnIn(event) ?? "delegated-trail", look);

const arnIn = (event: unknown): string | undefined => eventSchema.safeParse(event).data?.ResourceProperties.Arn;

async function look({
  RequestType,
  ResourceProperties,
  PhysicalResourceId,
}: CustomResourceRequest): Promise<CustomResourceResult> {
  if (RequestType === "Delete") {
    const physicalId = PhysicalResourceId ?? "delegated-trail";
    // Without an ARN none was made.
    if (physicalId.startsWith("arn:")) await new DelegatedTrail(client, physicalId).remove();
    return { physicalId };
  }
  const properties = propertiesSchema.parse(ResourceProperties);
  await new DelegatedTrail(client, properties.Arn).apply({
    name: properties.Name,
    bucket: properties.Bucket,
    keyArn: properties.KeyArn,
    logGroupArn: properties.LogGroupArn,
    roleArn: properties.RoleArn,
    selectors: properties.Selectors,
    insights: properties.Insights ? [InsightType.ApiCallRateInsight, InsightType.ApiErrorRateInsight] : [],
  });
  return { physicalId: properties.Arn };
}
