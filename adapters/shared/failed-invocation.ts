import type { FailedBatch } from "#core/ports/failed-batches.ts";

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/**
 * What Lambda writes to the destination of failed invocations, be it a queue or a bucket: of an asynchronous invocation
 * with the event in `requestPayload`, of a batch from a stream with it as text in `payload` (in a bucket; a queue is only
 * told where in the stream the batch was, and the payload is `null`). `null` where it is no such record.
 */
export function failedInvocation(json: unknown): FailedBatch | null {
  const record = fieldsOf(json);
  const context = fieldsOf(record?.["requestContext"]);
  const requestId = textOf(context?.["requestId"]);
  const functionArn = textOf(context?.["functionArn"]);
  if (!record || !context || requestId === null || functionArn === null) return null;
  const source = functionName(functionArn);
  const payload = record["requestPayload"] ?? streamPayload(record["payload"]);
  const failedAt = Date.parse(textOf(record["timestamp"]) ?? "");
  return {
    source,
    requestId,
    failedAt: Number.isNaN(failedAt) ? 0 : failedAt,
    reason: reasonOf(record, context),
    payload,
  };
}

/** `arn:aws:lambda:eu-west-1:111122223333:function:Name:alias` */
const functionName = (arn: string): string => arn.split(":")[6] ?? arn;

/** The documentation speaks of an escaped JSON text; an object is taken too. */
function streamPayload(payload: unknown): unknown {
  if (typeof payload !== "string") return payload ?? null;
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

function reasonOf(record: Fields, context: Fields): string {
  const response = fieldsOf(record["responsePayload"]);
  const error = [textOf(response?.["errorType"]), textOf(response?.["errorMessage"])].filter((part) => part !== null);
  return error.length > 0 ? error.join(": ") : (textOf(context["condition"]) ?? "no reason given");
}
