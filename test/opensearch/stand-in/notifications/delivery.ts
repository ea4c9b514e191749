import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { type Json, NeverRecorded } from "../exchange.ts";
import { recordedBody } from "../recordings.ts";

export interface Outcome {
  readonly status: number;
  readonly text: string;
}

const failed = (text: string): Outcome => ({ status: 500, text: `Failed to send webhook message ${text}` });

/** Really posts to a webhook of this machine; anywhere else it would be somebody's. */
export async function postTo({ url, header_params }: Json, message: string): Promise<Outcome> {
  const { hostname, origin } = new URL(url);
  if (hostname.endsWith(".invalid")) return failed("Host could not be resolved to a valid Ip address");
  if (hostname !== "127.0.0.1" && hostname !== "localhost") throw new NeverRecorded(`a message to ${hostname}`);
  try {
    const { status } = await fetch(url, { method: "POST", headers: header_params, body: message });
    return status < 300 ? { status: 200, text: "ok" } : failed(`Failed: ${STATUS_CODES[status]}`);
  } catch {
    return failed(`Connect to ${origin} [/${hostname}] failed: Connection refused`);
  }
}

/** `topics` is undefined where the node has no credentials. */
export function publish({ topic_arn, role_arn }: Json, topics: ReadonlySet<string> | undefined): Outcome {
  if (!topics)
    return withoutCredentials(role_arn === undefined ? "test-sns-no-credentials" : "test-sns-role-no-credentials");
  if (topics.has(topic_arn)) return { status: 200, text: `Success, message id: ${randomUUID()}` };
  return { status: 404, text: "SNS Send Error(404), SNS status:(Client)NotFound:Endpoint does not exist" };
}

function withoutCredentials(name: string): Outcome {
  const reason = JSON.parse(recordedBody("notifications", name).error.reason);
  return { status: 424, text: reason.event_status_list[0].delivery_status.status_text };
}
