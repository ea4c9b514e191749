import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/QBusinessConnector/environment.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { costExplorerRegion } from "../regions.ts";
import { common, directoryEnvironment, flag, openSearchEnvironment, type Parts, stageEnvironment } from "./parts.ts";
import { allowBlobs, allowListing, allowObjects, allowSearch, allowTable, ON_INCIDENTS, ON_STATE } from "./rights.ts";

type Environment = z.input<typeof environmentSchema>;

/** Explains incidents, and says them. */
export function connectorFunction(scope: Construct, parts: Parts): PipelineFunction {
  const { deployment, state } = parts;
  const { alerts, environment: switches } = deployment.config;
  const environment: Environment = {
    ...stageEnvironment(parts),
    ...openSearchEnvironment(parts),
    ...directoryEnvironment(parts),
    STATE_TABLE: state.state.tableName,
    INCIDENTS_TABLE: state.incidents.tableName,
    ALERT_TOPIC_ARN: state.alerts.topicArn,
    CHAT_TOPIC_ARN: state.chat?.topicArn ?? "",
    SLACK_SECRET_ARN: alerts.slackSecretArn ?? "",
    ENABLE_COST_ANALYSIS: flag(switches.ENABLE_COST_ANALYSIS),
    ENABLE_ROOT_CAUSE_ANALYSIS: flag(switches.ENABLE_ROOT_CAUSE_ANALYSIS),
    ANOMALY_EVAL_MINUTES: String(switches.ANOMALY_EVAL_MINUTES),
    COST_EXPLORER: costExplorer(parts),
    ACCOUNT_ID: state.account,
    COST_EXPLORER_REGION: costExplorerRegion(deployment.config.partition),
    COST_EXPLORER_MONTHLY_USD: switches.COST_EXPLORER_MONTHLY_USD.toFixed(2),
  };
  const connector = new PipelineFunction(scope, "QBusinessConnector", {
    ...common(parts),
    name: "QBusinessConnector",
    description: "Explains incidents and says them: cost, causes, what to do.",
    environment,
    memoryMiB: 1769,
    timeout: Duration.minutes(10),
    failed: state.data,
  });
  allowSearch(connector, parts.search.domainArn, "Post");
  allowTable(connector, state.state, ...ON_STATE);
  allowTable(connector, state.incidents, ...ON_INCIDENTS);
  allowObjects(connector, parts, "GetObject", "snapshots/");
  allowBlobs(connector, parts);
  allowListing(connector, parts);
  allowSaying(connector, parts);
  if (costExplorer(parts) !== "off") {
    connector.allow(["ce:GetCostAndUsage"], ["*"], { because: "Cost Explorer knows no resources." });
  }
  return connector;
}

function costExplorer({ deployment }: Parts): NonNullable<Environment["COST_EXPLORER"]> {
  const { environment, mode } = deployment.config;
  if (!environment.ENABLE_COST_ANALYSIS) return "off";
  return mode === "multi-account" && !deployment.isDelegated ? "organization" : "account";
}

function allowSaying(connector: PipelineFunction, { deployment, state }: Parts): void {
  const { slackSecretArn, slackSecretKeyArn } = deployment.config.alerts;
  const topics = [state.alerts, ...(state.chat === null ? [] : [state.chat])];
  connector.allow(
    ["sns:Publish"],
    topics.map(({ topicArn }) => topicArn),
  );
  connector.allowKey("kms:Decrypt", "kms:GenerateDataKey");
  if (state.alertsKey !== null && state.alertsKey !== state.key) {
    connector.allow(["kms:Decrypt", "kms:GenerateDataKey"], [state.alertsKey.keyArn]);
  }
  if (slackSecretArn === null) return;
  connector.allow(["secretsmanager:GetSecretValue"], [slackSecretArn]);
  if (slackSecretKeyArn !== null) connector.allow(["kms:Decrypt"], [slackSecretKeyArn]);
}
