import {
  DescribeDomainCommand,
  type OpenSearchClient,
  paginateListInstanceTypeDetails,
  paginateListVersions,
} from "@aws-sdk/client-opensearch";
import { awsError } from "#adapters/shared/aws-errors.ts";

const ENGINE = "OpenSearch_";

/** Engine versions that the region offers: `3.7`. Rejects with TrailwatchError. */
export async function offeredVersions(client: OpenSearchClient): Promise<ReadonlySet<string>> {
  const versions = new Set<string>();
  try {
    for await (const page of paginateListVersions({ client }, {})) {
      for (const name of page.Versions ?? []) {
        if (name.startsWith(ENGINE)) versions.add(name.slice(ENGINE.length));
      }
    }
  } catch (error) {
    throw awsError(error, "list OpenSearch versions", "es:ListVersions");
  }
  return versions;
}

/** Instance types for a version: `m7g.large.search`. Rejects with TrailwatchError. */
export async function offeredInstances(client: OpenSearchClient, version: string): Promise<ReadonlySet<string>> {
  const types = new Set<string>();
  try {
    for await (const page of paginateListInstanceTypeDetails({ client }, { EngineVersion: `${ENGINE}${version}` })) {
      for (const { InstanceType } of page.InstanceTypeDetails ?? []) if (InstanceType) types.add(InstanceType);
    }
  } catch (error) {
    throw awsError(error, "list OpenSearch instance types", "es:ListInstanceTypeDetails");
  }
  return types;
}

/** Whether a domain of this name is there. Rejects with TrailwatchError. */
export async function domainExists(client: OpenSearchClient, name: string): Promise<boolean> {
  try {
    await client.send(new DescribeDomainCommand({ DomainName: name }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return false;
    throw awsError(error, `look at the domain ${name}`, "es:DescribeDomain");
  }
}
