import { CloudTrailClient, InsightType } from "@aws-sdk/client-cloudtrail";
import { DelegatedTrail } from "#adapters/cloudtrail/delegated-trail.ts";
import {
  answerCustomResource,
  type CustomResourceRequest,
  type CustomResourceResult,
  type InvocationContext,
} from "../shared/custom-resource.ts";
import { propertiesSchema } from "./event.ts";

const client = new CloudTrailClient({});

/** The organization's trail, where the deployment is made from a delegated administrator. */
export const handler = (event: unknown, context: InvocationContext): Promise<void> =>
  answerCustomResource(event, context, "delegated-trail", look);

async function look({
  RequestType,
  ResourceProperties,
  PhysicalResourceId,
}: CustomResourceRequest): Promise<CustomResourceResult> {
  if (RequestType === "Delete") {
    // Without an ARN none was made.
    if (PhysicalResourceId?.startsWith("arn:")) await new DelegatedTrail(client, PhysicalResourceId).remove();
    return { physicalId: PhysicalResourceId ?? "delegated-trail" };
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
