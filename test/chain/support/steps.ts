import type { Exchange } from "./wire.ts";

/** A step of a function: something that it asks of a service. */
export interface Step {
  /** `DynamoDB PutItem findings`, `OpenSearch _bulk usage-events`, `SNS Publish`. */
  readonly name: string;
  /** Whether it leaves something behind. */
  readonly writes: boolean;
}

const DYNAMODB_READS = new Set(["GetItem", "BatchGetItem", "Query", "Scan"]);
const SEARCH_READS = new Set(["_search", "_msearch", "_mget", "_count", "_refresh", "_pit", "_cat", "_source"]);
const TABLE = /trailwatch-(state|findings|incidents)-/;
const INDEX = /(usage-[a-z]+|trailwatch-[a-z]+(?:-[a-z]+)*)/;
/** Of a line that says which document is meant. */
const SHORT = 400;

export function awsStep({ method, headers, path, body }: Exchange): Step {
  const [service, action] = String(headers["x-amz-target"] ?? "").split(".");
  if (service?.startsWith("DynamoDB_") && action) {
    return { name: `DynamoDB ${action} ${itemIn(body.toString())}`, writes: !DYNAMODB_READS.has(action) };
  }
  if (service && action) return { name: `${service.replace(/V?\d{8}$/, "")} ${action}`, writes: false };
  const query = /^Action=([A-Za-z]+)/.exec(body.subarray(0, SHORT).toString())?.[1];
  if (query) return { name: `SNS ${query}`, writes: query === "Publish" };
  const folder = /^\/[^/?]+\/([a-z-]+)\//.exec(path)?.[1] ?? "objects";
  return { name: `S3 ${method} ${folder}`, writes: method === "PUT" || method === "DELETE" };
}

/** The table, or what of it: `lease`, `checkpoint`, `states` of the table of state. */
function itemIn(body: string): string {
  const { TableName = "", Item, Key } = JSON.parse(body);
  const table = TABLE.exec(TableName)?.[1] ?? "";
  const key: string | undefined = (Item ?? Key)?.key?.S;
  return table === "state" && key ? (key.split("#")[0] ?? table) : table;
}

export function searchStep({ method, path, body }: Exchange): Step {
  const api =
    path
      .split("?")[0]
      ?.split("/")
      .findLast((part) => part.startsWith("_")) ?? method;
  const index = INDEX.exec(api === "_bulk" ? body.subarray(0, SHORT).toString() : path)?.[1] ?? "";
  const writes = method !== "GET" && method !== "HEAD" && !SEARCH_READS.has(api);
  return { name: `OpenSearch ${api} ${index}`.trimEnd(), writes };
}
