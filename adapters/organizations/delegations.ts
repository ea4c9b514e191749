import { type OrganizationsClient, paginateListDelegatedServicesForAccount } from "@aws-sdk/client-organizations";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** Service principals that an account administers for the organization; none of an account that administers nothing. */
export async function delegatedServices(client: OrganizationsClient, account: string): Promise<ReadonlySet<string>> {
  const services = new Set<string>();
  try {
    for await (const page of paginateListDelegatedServicesForAccount({ client }, { AccountId: account })) {
      for (const { ServicePrincipal } of page.DelegatedServices ?? [])
        if (ServicePrincipal) services.add(ServicePrincipal);
    }
  } catch (error) {
    if (error instanceof Error && error.name === "AccountNotRegisteredException") return services;
    throw awsError(
      error,
      `list what ${account} administers`,
      "organizations:ListDelegatedServicesForAccount (management account or delegated administrator)",
    );
  }
  return services;
}
