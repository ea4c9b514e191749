import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/CrossAccountAnomalyProcessor/environment.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import {
  allowListing,
  allowObjects,
  allowSearch,
  allowTable,
  common,
  directoryEnvironment,
  openSearchEnvironment,
  type Parts,
  stageEnvironment,
} from "./parts.ts";

/** Makes incidents of findings. */
export function processorFunction(scope: Construct, parts: Parts): PipelineFunction {
  const { state } = parts;
  const environment: z.input<typeof environmentSchema> = {
    ...stageEnvironment(parts),
    ...openSearchEnvironment(parts),
    ...directoryEnvironment(parts),
    STATE_TABLE: state.state.tableName,
    FINDINGS_TABLE: state.findings.tableName,
    INCIDENTS_TABLE: state.incidents.tableName,
  };
  const processor = new PipelineFunction(scope, "CrossAccountAnomalyProcessor", {
    ...common(parts),
    name: "CrossAccountAnomalyProcessor",
    description: "Makes incidents of what was found, in one account or in many.",
    environment,
    memoryMiB: 1769,
    timeout: Duration.minutes(10),
    failed: state.data,
  });
  allowSearch(processor, parts, "Get", "Post", "Put");
  allowTable(processor, state.state, "GetItem", "PutItem");
  allowTable(processor, state.findings, "BatchGetItem", "Query");
  allowTable(processor, state.incidents, "GetItem", "PutItem", "Query");
  allowObjects(processor, parts, "GetObject", "snapshots/");
  allowListing(processor, parts);
  return processor;
}
