import type { Exchange } from "./wire.ts";

/** A step of a function: something that it asks of a service. */
export interface Step {
  /** `DynamoDB PutItem`, `OpenSearch POST _bulk`. */
  readonly name: string;
  /** Whether it leaves something behind. */
  readonly writes: boolean;
}

const DYNAMODB_READS = new Set(["GetItem", "BatchGetItem", "Query", "Scan"]);
const SEARCH_READS = new Set(["_search", "_msearch", "_mget", "_count", "_refresh", "_pit", "_cat", "_source"]);

export function awsStep({ method, headers, path, body }: Exchange): Step {
  const [service, action] = String(headers["x-amz-target"] ?? "").split(".");
  if (service?.startsWith("DynamoDB_") && action) {
    return { name: `DynamoDB ${action}`, writes: !DYNAMODB_READS.has(action) };
  }
  if (service && action) return { name: `${service} ${action}`, writes: false };
  const query = /^Action=([A-Za-z]+)/.exec(body.subarray(0, 200).toString())?.[1];
  if (query) return { name: `SNS ${query}`, writes: query === "Publish" };
  const kind = /^\/[^/?]+\/[^?]+/.test(path) ? "object" : "objects";
  return { name: `S3 ${method} ${kind}`, writes: method === "PUT" || method === "DELETE" };
}

export function searchStep({ method, path }: Exchange): Step {
  const api =
    path
      .split("?")[0]
      ?.split("/")
      .findLast((part) => part.startsWith("_")) ?? "index";
  const writes = method !== "GET" && method !== "HEAD" && !SEARCH_READS.has(api);
  return { name: `OpenSearch ${method} ${api}`, writes };
}
