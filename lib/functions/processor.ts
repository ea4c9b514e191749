import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/CrossAccountAnomalyProcessor/environment.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { common, directoryEnvironment, openSearchEnvironment, type Parts, stageEnvironment } from "./parts.ts";
import {
  allowBlobs,
  allowListing,
  allowObjects,
  allowSearch,
  allowTable,
  ON_FINDINGS,
  ON_INCIDENTS,
  ON_STATE,
} from "./rights.ts";

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
  allowSearch(processor, parts.search.domainArn, "Get", "Post");
  allowTable(processor, state.state, ...ON_STATE);
  allowTable(processor, state.findings, ...ON_FINDINGS);
  allowTable(processor, state.incidents, ...ON_INCIDENTS);
  allowObjects(processor, parts, "GetObject", "snapshots/");
  allowBlobs(processor, parts);
  allowListing(processor, parts);
  return processor;
}
