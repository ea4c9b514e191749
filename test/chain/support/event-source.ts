import { randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type EpochMs, isoTime, MINUTE } from "#core/domain/time.ts";
import { ACCOUNT_ID, type ChainDeployment } from "./deployment.ts";
import type { Outcome } from "./runtime-interface.ts";

/** Lambda's for what nobody waits for: twice more, then it goes to the destination. */
export const ATTEMPTS = 3;
/** Between two attempts; long enough for a lease of a process that died. */
const LATER: EpochMs = 2 * MINUTE;

export interface Handed {
  /** The last attempt's. */
  readonly outcome: Outcome;
  readonly attempts: number;
  /** Where the clocks are now. */
  readonly at: EpochMs;
}

/** Invokes a function as CloudWatch Logs, EventBridge and SNS do, and keeps what it gave up where the deployment says. */
export async function handOver(
  deployment: ChainDeployment,
  name: string,
  event: unknown,
  at: EpochMs,
  most: number,
): Promise<Handed> {
  let now = at;
  const id = randomUUID();
  for (let attempts = 1; ; attempts++) {
    const outcome = await deployment.invoke(name, event, now, id);
    if (outcome.kind === "answered") return { outcome, attempts, at: now };
    if (attempts === most) {
      await keepFailed(deployment, name, event, now);
      return { outcome, attempts, at: now };
    }
    now += LATER;
  }
}

let kept = 0;

/** As Lambda writes it to the bucket that is the destination. */
export async function keepFailed(
  deployment: ChainDeployment,
  name: string,
  event: unknown,
  at: EpochMs,
): Promise<void> {
  const time = isoTime(at).slice(0, -1);
  const folder = time.slice(0, 10).replaceAll("-", "/");
  kept += 1;
  const record = {
    version: "1.0",
    timestamp: new Date(at).toISOString(),
    requestContext: {
      requestId: `r-${kept}`,
      functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:${name}Function:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: ATTEMPTS,
    },
    requestPayload: event,
  };
  await deployment.s3.send(
    new PutObjectCommand({
      Bucket: deployment.given["DATA_BUCKET"],
      Key: `aws/lambda/async/${name}Function/${folder}/${time.replaceAll(":", ".")}-${kept}`,
      Body: JSON.stringify(record),
    }),
  );
}
