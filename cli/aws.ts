import type { fromNodeProviderChain } from "@aws-sdk/credential-providers";

type Credentials = ReturnType<typeof fromNodeProviderChain>;

/** What the command line says about how to reach AWS. */
export interface AwsOptions {
  readonly profile?: string;
  readonly roleArn?: string;
  readonly endpointUrl?: string;
}

/** The SDK's default credentials, or a profile's, and a role assumed with them where one is named. */
export async function awsCredentials({ profile, roleArn }: AwsOptions): Promise<Credentials> {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  const own = fromNodeProviderChain({ profile });
  if (!roleArn) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: { RoleArn: roleArn, RoleSessionName: "trailwatch" },
  });
}
