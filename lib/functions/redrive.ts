import { Duration } from "aws-cdk-lib";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/Redrive/environment.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { allowTrailObjects } from "./ingest.ts";
import { common, type Parts, stageEnvironment } from "./parts.ts";
import { allowListing, allowObjects } from "./rights.ts";

const FAILED = ["failed/", "aws/lambda/"];

/** Gives events to the ingest again: what failed, or what a time range of the trail has. Somebody has to ask for it. */
export function redriveFunction(
  scope: Construct,
  parts: Parts,
  ingest: PipelineFunction,
  queues: readonly IQueue[],
): PipelineFunction {
  const { deployment, state, trail } = parts;
  const { events } = deployment;
  const bucket = events.kind === "bucket" ? events.bucket : (trail.bucket?.bucketName ?? "");
  const environment: z.input<typeof environmentSchema> = {
    ...stageEnvironment(parts),
    DATA_BUCKET: state.data.bucketName,
    TARGET_FUNCTION: ingest.function.functionName,
    FAILURE_QUEUE_URLS: queues.map(({ queueUrl }) => queueUrl).join(","),
    LOG_GROUP_NAME: trail.logGroup?.logGroupName ?? "",
    TRAIL_BUCKET: bucket,
    TRAIL_PREFIX: events.kind === "bucket" ? events.prefix : "",
  };
  const redrive = new PipelineFunction(scope, "Redrive", {
    ...common(parts),
    name: "Redrive",
    description: "Gives events to the ingest again: what failed, or a time range.",
    environment,
    memoryMiB: 512,
    timeout: Duration.minutes(15),
    // The domain is not asked.
    network: null,
  });
  redrive.allow(["lambda:InvokeFunction"], [ingest.function.functionArn]);
  if (queues.length > 0) {
    redrive.allow(
      ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      queues.map(({ queueArn }) => queueArn),
    );
  }
  allowObjects(redrive, parts, "GetObject", ...FAILED);
  allowObjects(redrive, parts, "DeleteObject", ...FAILED);
  allowObjects(redrive, parts, "PutObject", "audit/");
  allowListing(redrive, parts);
  if (trail.logGroup !== null) {
    redrive.allow(["logs:FilterLogEvents"], [trail.logGroup.logGroupArn], {
      because: "The ARN of a log group ends with its streams.",
    });
  }
  if (bucket !== "") redrive.allow(["s3:ListBucket"], [`arn:${state.partition}:s3:::${bucket}`]);
  allowTrailObjects(redrive, parts);
  return redrive;
}
