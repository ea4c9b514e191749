import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

/**
 * Calls a function, waits for it, and answers what it answers. Rejects with TrailwatchError: an `AWS_*` code where it could
 * not be called, `AWS_FAILED` with its own words where it failed.
 */
export async function invokeFunction(client: LambdaClient, name: string, payload: unknown): Promise<unknown> {
  const answer = await send(client, name, payload);
  const text = answer.Payload === undefined ? "" : Buffer.from(answer.Payload).toString("utf8");
  const value: unknown = text === "" ? null : JSON.parse(text);
  if (answer.FunctionError === undefined) return value;
  const { errorType = "Error", errorMessage = "no reason given" } = value as Readonly<Record<string, string>>;
  throw new TrailwatchError(
    "AWS_FAILED",
    `${name} failed: ${errorType}: ${errorMessage}`,
    `Look at its log, /aws/lambda/${name}.`,
  );
}

async function send(client: LambdaClient, name: string, payload: unknown) {
  try {
    return await client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) }));
  } catch (error) {
    throw awsError(error, `call ${name}`, "lambda:InvokeFunction on it");
  }
}
