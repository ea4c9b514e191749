import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { BLOBS } from "#adapters/dynamodb/tables.ts";
import type { PipelineFunction } from "../constructs/pipeline-function.ts";
import { PATHS_OF_A_DOMAIN } from "../constructs/search-access.ts";
import type { DeploymentScope } from "../scope.ts";
import type { SearchStack } from "../stacks/search-stack.ts";
import type { StateStack } from "../stacks/state-stack.ts";
import type { TrailStack } from "../stacks/trail-stack.ts";

/** What a function of the pipeline is connected to. */
export interface Parts extends DeploymentScope {
  readonly state: StateStack;
  readonly trail: TrailStack;
  readonly search: SearchStack;
}

/** What every function that looks at accounts reads. */
export const directoryEnvironment = ({ deployment, state, trail }: Parts) => {
  const { environment, mode } = deployment.config;
  return {
    DATA_BUCKET: state.data.bucketName,
    ORGANIZATION_ID: mode === "multi-account" ? trail.check.organizationId : "",
    ENABLE_ACCOUNT_ENRICHMENT: flag(environment.ENABLE_ACCOUNT_ENRICHMENT),
    ENABLE_ORG_CONTEXT: flag(environment.ENABLE_ORG_CONTEXT),
    SYNC_INTERVAL_MINUTES: String(environment.SYNC_INTERVAL_MINUTES),
  };
};

export const stageEnvironment = ({ deployment }: Parts) => ({ STAGE: deployment.config.stage });

export const openSearchEnvironment = ({ names, search }: Parts) => ({
  OPENSEARCH_ENDPOINT: search.endpoint,
  OPENSEARCH_NAMESPACE: names.namespace,
});

export const flag = (value: boolean): "true" | "false" => (value ? "true" : "false");

/** What functions of the pipeline have in common. */
export const common = ({ config, deployment, names, state }: Parts) => ({
  config,
  deployment,
  names,
  key: state.key,
  network: state.network,
});

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
  { state }: Pick<Parts, "state">,
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
export function allowBlobs(target: PipelineFunction, parts: Parts): void {
  for (const action of ["GetObject", "PutObject", "DeleteObject"] as const) {
    allowObjects(target, parts, action, BLOBS);
  }
}

/** Without the right to list, an object that is not there looks like one that is forbidden. */
export function allowListing(target: PipelineFunction, { state }: Pick<Parts, "state">): void {
  target.allow(["s3:ListBucket"], [state.data.bucketArn]);
}
