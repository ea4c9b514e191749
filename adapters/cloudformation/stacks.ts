import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackInstances,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { ReadRoleFacts, StackFacts } from "#core/ports/deployment-view.ts";

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

/** A stack that is not there is answered with its status `null`. Rejects with TrailwatchError. */
export async function stackFacts(client: CloudFormationClient, name: string): Promise<StackFacts> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return { name, status: Stacks?.[0]?.StackStatus ?? null };
  } catch (error) {
    // CloudFormation has no code of its own for it.
    if (nameOf(error) === "ValidationError" && /does not exist/.test(String(error))) return { name, status: null };
    throw awsError(error, `look at the stack ${name}`, "cloudformation:DescribeStacks");
  }
}

/** Physical ids of a stack's resources of one type, by their ids in the template. Rejects with TrailwatchError. */
export async function stackResources(
  client: CloudFormationClient,
  stack: string,
  type: string,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: stack })) {
      for (const { ResourceType, LogicalResourceId = "", PhysicalResourceId = "" } of page.StackResourceSummaries ??
        []) {
        if (ResourceType === type) found.set(LogicalResourceId, PhysicalResourceId);
      }
    }
  } catch (error) {
    throw awsError(error, `list the resources of ${stack}`, "cloudformation:ListStackResources");
  }
  return found;
}

/**
 * Accounts that a StackSet comes to, and how that went; `null` where there is no such StackSet. From a delegated
 * administrator it is asked for as such. Rejects with TrailwatchError.
 */
export async function stackSetAccounts(
  client: CloudFormationClient,
  stackSet: string,
): Promise<readonly ReadRoleFacts[] | null> {
  try {
    return (await instancesOf(client, stackSet, "SELF")) ?? (await instancesOf(client, stackSet, "DELEGATED_ADMIN"));
  } catch (error) {
    throw awsError(error, `list the accounts of ${stackSet}`, "cloudformation:ListStackInstances");
  }
}

async function instancesOf(
  client: CloudFormationClient,
  StackSetName: string,
  CallAs: "SELF" | "DELEGATED_ADMIN",
): Promise<readonly ReadRoleFacts[] | null> {
  const found: ReadRoleFacts[] = [];
  try {
    for await (const { Summaries } of paginateListStackInstances({ client }, { StackSetName, CallAs })) {
      for (const { Account = "", Status = "", StatusReason = "" } of Summaries ?? []) {
        found.push({ account: Account, status: Status, reason: StatusReason });
      }
    }
    return found;
  } catch (error) {
    // A member that is no delegated administrator may not ask as one.
    if (nameOf(error) === "StackSetNotFoundException") return null;
    if (CallAs === "DELEGATED_ADMIN" && nameOf(error) === "ValidationError") return null;
    throw error;
  }
}
