import {
  DescribeOrganizationCommand,
  type OrganizationsClient,
  paginateListAWSServiceAccessForOrganization,
  paginateListRoots,
} from "@aws-sdk/client-organizations";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** What a deployment has to know of the organization that it is made for. */
export interface OrganizationFacts {
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly rootId: string;
  /** Service control policies and organization trails need all features. */
  readonly hasAllFeatures: boolean;
  /** Service principals that have trusted access. */
  readonly trusted: ReadonlySet<string>;
}

const PERMISSIONS =
  "organizations:DescribeOrganization, ListRoots and ListAWSServiceAccessForOrganization (management account or delegated administrator)";

/** Rejects with TrailwatchError, `AWS_NOT_FOUND` where the account is in no organization. */
export async function organizationFacts(client: OrganizationsClient): Promise<OrganizationFacts> {
  try {
    const { Organization } = await client.send(new DescribeOrganizationCommand({}));
    const roots: string[] = [];
    for await (const { Roots } of paginateListRoots({ client }, {})) {
      roots.push(...(Roots ?? []).flatMap(({ Id }) => Id ?? []));
    }
    const trusted = new Set<string>();
    for await (const page of paginateListAWSServiceAccessForOrganization({ client }, {})) {
      for (const { ServicePrincipal } of page.EnabledServicePrincipals ?? []) {
        if (ServicePrincipal !== undefined) trusted.add(ServicePrincipal);
      }
    }
    return {
      organizationId: Organization?.Id ?? "",
      managementAccountId: Organization?.MasterAccountId ?? "",
      rootId: roots[0] ?? "",
      hasAllFeatures: Organization?.FeatureSet === "ALL",
      trusted,
    };
  } catch (error) {
    throw awsError(error, "read the organization", PERMISSIONS);
  }
}
