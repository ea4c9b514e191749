import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { Caller } from "#core/ports/deployment-view.ts";

/** Whose credentials they are. Rejects with TrailwatchError, `AWS_CREDENTIALS` where there are none that hold. */
export async function callerIdentity(client: STSClient): Promise<Caller> {
  try {
    const { Account = "", Arn = "" } = await client.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  } catch (error) {
    throw awsError(error, "find out who asks", "credentials (sts:GetCallerIdentity takes no permission)");
  }
}
