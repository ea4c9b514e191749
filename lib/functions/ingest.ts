import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/MultiAccountLogs/environment.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { common, directoryEnvironment, openSearchEnvironment, type Parts, stageEnvironment } from "./parts.ts";
import { allowListing, allowObjects, allowSearch } from "./rights.ts";

/** Batches are stored in seconds; a cluster that is slow has the rest of the time. */
export const INGEST_TIMEOUT = Duration.minutes(5);

/** Every event of every account goes through it. */
export function ingestFunction(scope: Construct, parts: Parts): PipelineFunction {
  const { ingestConcurrency, ingestMemoryMiB } = parts.deployment.sizing;
  const environment: z.input<typeof environmentSchema> = {
    ...stageEnvironment(parts),
    ...openSearchEnvironment(parts),
    ...directoryEnvironment(parts),
  };
  const ingest = new PipelineFunction(scope, "MultiAccountLogs", {
    ...common(parts),
    name: "MultiAccountLogs",
    description: "Takes events in: reads, names accounts, prices and stores them.",
    environment,
    memoryMiB: ingestMemoryMiB,
    timeout: INGEST_TIMEOUT,
    failed: parts.state.data,
    ...(ingestConcurrency === null ? {} : { concurrency: ingestConcurrency }),
  });
  allowSearch(ingest, parts.search.domainArn, "Post");
  allowObjects(ingest, parts, "GetObject", "snapshots/");
  allowListing(ingest, parts);
  allowTrailObjects(ingest, parts);
  return ingest;
}

const FILES_OF_A_TRAIL = "CloudTrail names its files by account, region and time.";

/** Files of the trail: what its queue announces, and what a replay names. */
export function allowTrailObjects(target: PipelineFunction, { deployment, state, trail }: Parts): void {
  const { events } = deployment;
  if (events.kind === "bucket") {
    target.allow(["s3:GetObject"], [`arn:${state.partition}:s3:::${events.bucket}/${events.prefix}AWSLogs/*`], {
      because: FILES_OF_A_TRAIL,
    });
    if (events.keyArn !== null) target.allow(["kms:Decrypt"], [events.keyArn]);
  } else if (trail.bucket !== null) {
    target.allow(["s3:GetObject"], [trail.bucket.arnForObjects("AWSLogs/*")], { because: FILES_OF_A_TRAIL });
  }
}
