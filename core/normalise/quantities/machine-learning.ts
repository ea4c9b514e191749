import type { QuantityChange } from "../../domain/usage-event.ts";
import { lastSegment } from "../arn.ts";
import { amount, type Json, object, objects, text } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import { type Detail, type Sheet, stated } from "../sheet.ts";

const idOf = (value: unknown): readonly string[] => {
  const id = text(value);
  return id === null ? [] : [id];
};

/**
 * An endpoint's capacity stands in its configuration, and CreateEndpoint names only that: capacity is counted where it
 * is stated. A configuration that no endpoint uses, or that several use, makes the count too high or too low.
 */
function endpointConfigured({ request }: Detail, sheet: Sheet): void {
  for (const variant of objects(request["productionVariants"])) {
    const type = text(variant["instanceType"]);
    if (type === null) continue;
    sheet.count("ml-instances", "added", amount(variant["initialInstanceCount"]) ?? 1, type, {
      resourceIds: idOf(request["endpointConfigName"]),
      attributes: stated({ purpose: "endpoint", variant: text(variant["variantName"]) }),
    });
  }
}

const freed =
  (purpose: string, name: string): Rule["apply"] =>
  ({ request }, sheet) =>
    sheet.count("ml-instances", "removed", 1, null, { resourceIds: idOf(request[name]), attributes: { purpose } });

function notebook(change: QuantityChange): Rule["apply"] {
  return ({ request }, sheet) =>
    sheet.count("ml-instances", change, 1, text(request["instanceType"]), {
      resourceIds: idOf(request["notebookInstanceName"]),
      attributes: { purpose: "notebook" },
    });
}

/** A job ends by itself, at the latest after the stated time. */
const job =
  (purpose: string, name: string, capacity: (request: Json) => Json): Rule["apply"] =>
  ({ request }, sheet) => {
    const resources = capacity(request);
    const groups = objects(resources["instanceGroups"]);
    const longest = amount(object(request["stoppingCondition"])["maxRuntimeInSeconds"]);
    for (const group of groups.length > 0 ? groups : [resources]) {
      const type = text(group["instanceType"]);
      if (type === null) continue;
      sheet.count("ml-instances", "added", amount(group["instanceCount"]) ?? 1, type, {
        resourceIds: idOf(request[name]),
        attributes: stated({ purpose, maxRuntimeSeconds: longest }),
      });
    }
  };

function appStarted({ request }: Detail, sheet: Sheet): void {
  const type = text(object(request["resourceSpec"])["instanceType"]);
  if (type === null || type === "system") return;
  sheet.count("ml-instances", "added", 1, type, {
    resourceIds: idOf(request["appName"]),
    attributes: { purpose: "studio" },
  });
}

/** Foundation models are named by id or by ARN (also of an inference profile). */
const modelId = (value: unknown): string | null => {
  const id = text(value);
  return id?.startsWith("arn:") ? lastSegment(id) : id;
};

function modelInvoked({ request }: Detail, sheet: Sheet): void {
  const model = modelId(request["modelId"]);
  sheet.named("model", model);
  sheet.count("model-invocations", "used", 1, model);
}

function endpointInvoked({ request }: Detail, sheet: Sheet): void {
  sheet.count("model-invocations", "used", 1, text(request["endpointName"]), { attributes: { service: "sagemaker" } });
}

const CONVERSATIONS =
  "InvokeModel InvokeModelWithResponseStream InvokeModelWithBidirectionalStream Converse ConverseStream StartAsyncInvoke";

export const MACHINE_LEARNING_RULES: readonly Rule[] = [
  rule("bedrock", CONVERSATIONS, ["request"], modelInvoked),
  rule(
    "sagemaker",
    "InvokeEndpoint InvokeEndpointAsync InvokeEndpointWithResponseStream",
    ["request"],
    endpointInvoked,
  ),
  rule("sagemaker", "CreateEndpointConfig", ["request"], endpointConfigured),
  rule("sagemaker", "DeleteEndpoint", ["request"], freed("endpoint", "endpointName")),
  rule("sagemaker", "CreateNotebookInstance StartNotebookInstance", ["request"], notebook("added")),
  rule("sagemaker", "StopNotebookInstance", ["request"], notebook("removed")),
  rule(
    "sagemaker",
    "CreateTrainingJob",
    ["request"],
    job("training", "trainingJobName", (request) => object(request["resourceConfig"])),
  ),
  rule(
    "sagemaker",
    "CreateProcessingJob",
    ["request"],
    job("processing", "processingJobName", (request) =>
      object(object(request["processingResources"])["clusterConfig"]),
    ),
  ),
  rule(
    "sagemaker",
    "CreateTransformJob",
    ["request"],
    job("transform", "transformJobName", (request) => object(request["transformResources"])),
  ),
  rule(
    "sagemaker",
    "CreateCluster",
    ["request"],
    job("cluster", "clusterName", (request) => request),
  ),
  rule("sagemaker", "StopTrainingJob", ["request"], freed("training", "trainingJobName")),
  rule("sagemaker", "StopProcessingJob", ["request"], freed("processing", "processingJobName")),
  rule("sagemaker", "StopTransformJob", ["request"], freed("transform", "transformJobName")),
  rule("sagemaker", "DeleteCluster", ["request"], freed("cluster", "clusterName")),
  rule("sagemaker", "CreateApp", ["request"], appStarted),
  rule("sagemaker", "DeleteApp", ["request"], freed("studio", "appName")),
];
