import { GetParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** Version of the CDK's bootstrap; `null` where there is none. Rejects with TrailwatchError. */
export async function bootstrapVersion(client: SSMClient, qualifier: string): Promise<number | null> {
  const name = `/cdk-bootstrap/${qualifier}/version`;
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
    return Number(Parameter?.Value ?? 0);
  } catch (error) {
    if (error instanceof Error && error.name === "ParameterNotFound") return null;
    throw awsError(error, `read ${name}`, "ssm:GetParameter on it");
  }
}
