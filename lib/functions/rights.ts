import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { BLOBS } from "#adapters/dynamodb/tables.ts";
import type { PipelineFunction } from "../constructs/pipeline-function.ts";
import { PATHS_OF_A_DOMAIN } from "../constructs/search-access.ts";
import type { StateStack } from "../stacks/state-stack.ts";

/** Where the objects and blobs are that functions work on. */
interface Holding {
  readonly state: StateStack;
}

type HttpMethod = "Delete" | "Get" | "Head" | "Patch" | "Post" | "Put";

export function allowSearch(target: PipelineFunction, domainArn: string, ...methods: readonly HttpMethod[]): void {
  target.allow(
    methods.map((method) => `es:ESHttp${method}`),
    [`${domainArn}/*`],
    { because: PATHS_OF_A_DOMAIN },
  );
}

/** What DynamoDB asks of the key in the name of whoever writes. */
const TABLE_KEY_ACTIONS = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** Leases are changed in place; checkpoints, models' states and answers are read, many at once, and replaced. */
export const ON_STATE = ["BatchGetItem", "GetItem", "PutItem", "UpdateItem"];
export const ON_FINDINGS = ["BatchGetItem", "GetItem", "PutItem", "Query"];
export const ON_INCIDENTS = ["GetItem", "PutItem", "Query"];

/** @param actions of DynamoDB, without its name: `GetItem` */
export function allowTable(target: PipelineFunction, table: ITable, ...actions: readonly string[]): void {
  target.allow(
    actions.map((action) => `dynamodb:${action}`),
    [table.tableArn, ...(actions.includes("Query") ? [`${table.tableArn}/index/*`] : [])],
    { because: "All of the table's indexes; it has only those that are asked." },
  );
  target.allowKey(...TABLE_KEY_ACTIONS);
}

/** Objects of the data bucket, by the prefixes that a function works on. */
export function allowObjects(
  target: PipelineFunction,
  { state }: Holding,
  action: "GetObject" | "PutObject" | "DeleteObject",
  ...prefixes: readonly string[]
): void {
  target.allow(
    [`s3:${action}`],
    prefixes.map((prefix) => state.data.arnForObjects(`${prefix}*`)),
    { because: "Objects have names with their time in them." },
  );
  if (action === "PutObject") target.allowKey("kms:GenerateDataKey");
}

/** What is too large for a table's item. */
export function allowBlobs(target: PipelineFunction, parts: Holding): void {
  for (const action of ["GetObject", "PutObject", "DeleteObject"] as const) {
    allowObjects(target, parts, action, BLOBS);
  }
}

/** Without the right to list, an object that is not there looks like one that is forbidden. */
export function allowListing(target: PipelineFunction, { state }: Holding): void {
  target.allow(["s3:ListBucket"], [state.data.bucketArn]);
}
