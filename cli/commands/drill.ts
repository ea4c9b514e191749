import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { DynamoFindingStore } from "#adapters/dynamodb/finding-store.ts";
import { DynamoLiveIncidents } from "#adapters/dynamodb/live-incidents.ts";
import { invokeFunction } from "#adapters/lambda/invoke-function.ts";
import { S3BlobStore } from "#adapters/s3/blob-store.ts";
import { stageOfStack } from "#core/config/deployment/names.ts";
import { findDeployed, neededSetting } from "#core/doctor/deployed.ts";
import { MINUTE } from "#core/domain/time.ts";
import { DRILL_ACCOUNT, drillId } from "#core/drill/drill.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { type DrillPorts, runDrill } from "#core/operations/drill.ts";
import { countArgument } from "../arguments.ts";
import { EXIT } from "../exit-codes.ts";
import { Clients, type DeploymentOptions } from "../operations/clients.ts";
import { callerOf, deploymentView } from "../operations/deployment-view.ts";
import { drillLine, renderDrill } from "../render/drill.ts";

export interface DrillOptions extends DeploymentOptions {
  readonly stack: string;
  readonly timeout: string;
  readonly format: "text" | "json";
}

/** A record as a subscription of CloudWatch Logs delivers it. */
function deliveryOf(record: object): object {
  const payload = {
    messageType: "DATA_MESSAGE",
    owner: DRILL_ACCOUNT,
    logGroup: "trailwatch-drill",
    logStream: "trailwatch-drill",
    subscriptionFilters: ["trailwatch-drill"],
    logEvents: [{ id: "0", timestamp: Date.now(), message: JSON.stringify(record) }],
  };
  return { awslogs: { data: gzipSync(JSON.stringify(payload)).toString("base64") } };
}

/** Sends a made-up incident through a deployment. Exits with `unhealthy` where a step does not come in time. */
export async function drill(options: DrillOptions): Promise<void> {
  const stage = stageOfStack(options.stack);
  const limit = countArgument("--timeout", options.timeout) * MINUTE;
  const clients = await Clients.connect(options);
  const caller = await callerOf(clients);
  const now = Date.now();
  const view = deploymentView(clients, caller);
  const deployed = await findDeployed(view, { stage, region: clients.region, now });
  const dynamo = clients.dynamo;
  const blobs = new S3BlobStore(clients.s3, neededSetting(deployed, "MultiAccountLogsFunction", "DATA_BUCKET"));
  const lambda = clients.patientLambda;
  const ports: DrillPorts = {
    send: async (record) => {
      await invokeFunction(lambda, deployed.names.of("MultiAccountLogsFunction"), deliveryOf(record));
    },
    findings: new DynamoFindingStore(dynamo, neededSetting(deployed, "UsageRollupFunction", "FINDINGS_TABLE"), blobs),
    incidents: new DynamoLiveIncidents(
      dynamo,
      neededSetting(deployed, "QBusinessConnectorFunction", "INCIDENTS_TABLE"),
      blobs,
    ),
    clock: { now: Date.now },
    pause: (milliseconds) => wait(milliseconds),
  };
  const id = drillId(now, randomBytes(3).toString("hex"));
  const isText = options.format === "text";
  if (isText) process.stdout.write(`${id}, sent by ${caller.arn}\n`);
  const outcome = await runDrill({ id, by: caller.arn, limit }, ports, (time) => {
    if (isText) process.stdout.write(`${drillLine(time)}\n`);
  });
  process.stdout.write(
    isText ? renderDrill(outcome, deployed.names) : `${escapeInvisible(JSON.stringify(outcome, null, 2))}\n`,
  );
  process.exitCode = outcome.missing === null ? EXIT.ok : EXIT.unhealthy;
}
