import { DescribeSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** Whether a secret is there and is not about to be deleted; its value is not read. Rejects with TrailwatchError. */
export async function secretExists(client: SecretsManagerClient, arn: string): Promise<boolean> {
  try {
    const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
    return DeletedDate === undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return false;
    throw awsError(error, `look at the secret ${arn}`, "secretsmanager:DescribeSecret on it");
  }
}
