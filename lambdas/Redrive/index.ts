import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { readLogPage } from "#adapters/cloudwatch-logs/log-records.ts";
import { invokeFunction } from "#adapters/lambda/invoke-function.ts";
import { S3AuditLog } from "#adapters/s3/audit-log.ts";
import { S3FailedBatches } from "#adapters/s3/failed-batches.ts";
import { S3EventSource } from "#adapters/s3/s3-event-source.ts";
import { FailureQueue } from "#adapters/sqs/failure-queue.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { TimeWindow } from "#core/domain/time.ts";
import { observed } from "../shared/observing.ts";
import { parseEnvironment } from "../shared/parse-environment.ts";
import { environmentSchema } from "./environment.ts";
import { Redrive } from "./handler.ts";
import type { RedriveSource } from "./source.ts";
import { BucketSource, QueueSource, TrailFiles, TrailLogs } from "./sources.ts";

const environment = parseEnvironment(environmentSchema);
const s3 = new S3Client({});
const sqs = new SQSClient({});
const logs = new CloudWatchLogsClient({});
/** The function may take its time, and is not called again while it does. */
const lambda = new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout: 320_000 } });

function trail(window: TimeWindow): RedriveSource {
  const { TRAIL_BUCKET, TRAIL_PREFIX, LOG_GROUP_NAME } = environment;
  if (TRAIL_BUCKET !== null) {
    return new TrailFiles(new S3EventSource(s3, `s3://${TRAIL_BUCKET}/${TRAIL_PREFIX}AWSLogs/`), window);
  }
  if (LOG_GROUP_NAME !== null) {
    return new TrailLogs({ read: (next) => readLogPage(logs, LOG_GROUP_NAME, window, next) });
  }
  throw new TrailwatchError(
    "USAGE",
    "this deployment knows neither the trail's bucket nor a log group in this account",
    "Replay what failed, or the trail's files with `trailwatch opensearch backfill`.",
  );
}

const redrive = new Redrive({
  sourceOf: (request) => {
    switch (request.from) {
      case "queue":
        return new QueueSource(environment.FAILURE_QUEUE_URLS.map((url) => new FailureQueue(sqs, url)));
      case "failed": {
        const { start, end } = request;
        const window = { ...(start === undefined ? {} : { from: start }), ...(end === undefined ? {} : { to: end }) };
        return new BucketSource(new S3FailedBatches(s3, environment.DATA_BUCKET), window);
      }
      case "trail":
        return trail({ start: request.start, end: request.end });
    }
  },
  invoke: (payload) => invokeFunction(lambda, environment.TARGET_FUNCTION, payload),
  audit: new S3AuditLog(s3, environment.DATA_BUCKET),
  now: Date.now,
});

export const handler = observed({
  stage: environment.STAGE,
  functionName: "Redrive",
  work: (event, invocation, observing) => redrive.handle(event, invocation, observing),
});
