import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/UsageRollup/environment.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { common, directoryEnvironment, openSearchEnvironment, type Parts, stageEnvironment } from "./parts.ts";
import { allowBlobs, allowListing, allowObjects, allowSearch, allowTable, ON_FINDINGS, ON_STATE } from "./rights.ts";

const TIMEOUT = Duration.minutes(10);

/** Counts what closed, and judges it. */
export function rollupFunction(scope: Construct, parts: Parts): PipelineFunction {
  const { state } = parts;
  const environment: z.input<typeof environmentSchema> = {
    ...stageEnvironment(parts),
    ...openSearchEnvironment(parts),
    ...directoryEnvironment(parts),
    STATE_TABLE: state.state.tableName,
    FINDINGS_TABLE: state.findings.tableName,
  };
  const rollup = new PipelineFunction(scope, "UsageRollup", {
    ...common(parts),
    name: "UsageRollup",
    description: "Rolls up what arrived, and finds what departs from the usual.",
    environment,
    memoryMiB: parts.deployment.sizing.rollupMemoryMiB,
    timeout: TIMEOUT,
    failed: state.data,
  });
  allowSearch(rollup, parts.search.domainArn, "Delete", "Get", "Post", "Put");
  allowTable(rollup, state.state, ...ON_STATE);
  allowTable(rollup, state.findings, ...ON_FINDINGS);
  allowObjects(rollup, parts, "GetObject", "snapshots/");
  allowBlobs(rollup, parts);
  allowListing(rollup, parts);
  return rollup;
}
