import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  type LambdaClient,
  paginateListEventSourceMappings,
} from "@aws-sdk/client-lambda";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EventSourceFacts, FunctionFacts } from "#core/ports/deployment-view.ts";

const PERMISSIONS =
  "lambda:GetFunctionConfiguration, GetFunctionConcurrency, GetPolicy and ListEventSourceMappings on it";

const isMissing = (error: unknown): boolean => error instanceof Error && error.name === "ResourceNotFoundException";

/** What a function is, what it is set to and who calls it; `null` where there is none. Rejects with TrailwatchError. */
export async function functionFacts(client: LambdaClient, name: string): Promise<FunctionFacts | null> {
  try {
    const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    const {
      Environment,
      FunctionArn = "",
      State = "Active",
      StateReason,
      LastUpdateStatus,
      LastUpdateStatusReason,
    } = found;
    if (Environment?.Error) {
      throw new TrailwatchError(
        "AWS_ACCESS_DENIED",
        `cannot read what ${name} is set to: ${Environment.Error.Message}`,
        "Ask for kms:Decrypt on the deployment's key (output KeyArn of the State stack).",
      );
    }
    const { ReservedConcurrentExecutions } = await client.send(
      new GetFunctionConcurrencyCommand({ FunctionName: name }),
    );
    return {
      name,
      arn: FunctionArn,
      state: State,
      reason: StateReason ?? (LastUpdateStatus === "Failed" ? (LastUpdateStatusReason ?? "its update failed") : ""),
      concurrency: ReservedConcurrentExecutions ?? null,
      environment: Environment?.Variables ?? {},
      sources: await sourcesOf(client, name),
      invokers: await invokersOf(client, name),
    };
  } catch (error) {
    if (isMissing(error)) return null;
    throw awsError(error, `look at ${name}`, PERMISSIONS);
  }
}

/** Whether there is a function of this name. Rejects with TrailwatchError. */
export async function functionExists(client: LambdaClient, name: string): Promise<boolean> {
  try {
    await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw awsError(error, `look for ${name}`, "lambda:GetFunctionConfiguration");
  }
}

async function sourcesOf(client: LambdaClient, FunctionName: string): Promise<readonly EventSourceFacts[]> {
  const sources: EventSourceFacts[] = [];
  for await (const page of paginateListEventSourceMappings({ client }, { FunctionName })) {
    for (const { EventSourceArn = "", State = "", LastProcessingResult = "" } of page.EventSourceMappings ?? []) {
      sources.push({ arn: EventSourceArn, state: State, lastResult: LastProcessingResult });
    }
  }
  return sources;
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly Service?: string; readonly AWS?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function invokersOf(client: LambdaClient, FunctionName: string): Promise<FunctionFacts["invokers"]> {
  try {
    const { Policy = "{}" } = await client.send(new GetPolicyCommand({ FunctionName }));
    const statements: readonly Statement[] = JSON.parse(Policy).Statement ?? [];
    return statements
      .filter(({ Effect }) => Effect === "Allow")
      .map(({ Principal, Condition }) => ({
        principal: typeof Principal === "string" ? Principal : (Principal?.Service ?? Principal?.AWS ?? ""),
        sourceArn: sourceArnIn(Condition),
      }));
  } catch (error) {
    // A function without a policy has none to show.
    if (isMissing(error)) return [];
    throw error;
  }
}

function sourceArnIn(condition: Statement["Condition"]): string | null {
  for (const of of Object.values(condition ?? {})) {
    for (const [key, value] of Object.entries(of)) if (key.toLowerCase() === "aws:sourcearn") return value;
  }
  return null;
}

/** How many functions may run at once of which nothing is reserved. Rejects with TrailwatchError. */
export async function unreservedConcurrency(client: LambdaClient): Promise<number> {
  try {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
    return AccountLimit?.UnreservedConcurrentExecutions ?? 0;
  } catch (error) {
    throw awsError(error, "read Lambda's quota", "lambda:GetAccountSettings");
  }
}
