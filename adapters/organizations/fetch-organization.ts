import {
  type Account,
  DescribeOrganizationCommand,
  type OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
  paginateListTagsForResource,
  TargetNotFoundException,
} from "@aws-sdk/client-organizations";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** What `trailwatch organization fetch` writes and `parseOrganization` reads. */
export interface FetchedOrganization {
  readonly organizationId: string | null;
  readonly managementAccountId: string | null;
  readonly accounts: readonly FetchedAccount[];
}

export interface FetchedAccount {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly state: string | null;
  readonly ouPath: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface FetchWatch {
  /** Called before the many requests. A TrailwatchError that it throws is what is rejected with, and nothing else is asked. */
  readonly onOrganization?: (id: string | null) => void;
  /** Called after each account, for progress. */
  readonly onAccount?: (done: number, of: number) => void;
}

const PERMISSIONS =
  "organizations:DescribeOrganization, ListAccounts, ListRoots, ListOrganizationalUnitsForParent, ListAccountsForParent and ListTagsForResource (management account or delegated administrator)";

/**
 * Reads the organization: accounts, their OU paths and tags. Paths come from walking the tree, one request an OU, not
 * one an account; tags cost one request an account. The client retries throttled calls, of which a large
 * organization sees many, so calls are made one after another.
 */
export async function fetchOrganization(
  client: OrganizationsClient,
  { onOrganization, onAccount }: FetchWatch = {},
): Promise<FetchedOrganization> {
  try {
    const { Organization } = await client.send(new DescribeOrganizationCommand({}));
    onOrganization?.(Organization?.Id ?? null);
    const listed: Account[] = [];
    for await (const page of paginateListAccounts({ client }, {})) listed.push(...(page.Accounts ?? []));
    const paths = await organizationalUnitPaths(client);
    const accounts: FetchedAccount[] = [];
    for (const account of listed) {
      const id = account.Id ?? "";
      accounts.push({
        id,
        name: account.Name ?? id,
        email: account.Email ?? null,
        state: account.State ?? null,
        ouPath: paths.get(id) ?? null,
        tags: await tagsOf(client, id),
      });
      onAccount?.(accounts.length, listed.length);
    }
    accounts.sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      organizationId: Organization?.Id ?? null,
      managementAccountId: Organization?.MasterAccountId ?? null,
      accounts,
    };
  } catch (error) {
    throw awsError(error, "read the organization", PERMISSIONS);
  }
}

async function organizationalUnitPaths(client: OrganizationsClient): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  const visit = async (parent: string, path: string): Promise<void> => {
    for await (const page of paginateListAccountsForParent({ client }, { ParentId: parent })) {
      for (const { Id } of page.Accounts ?? []) if (Id) paths.set(Id, path || "/");
    }
    for await (const page of paginateListOrganizationalUnitsForParent({ client }, { ParentId: parent })) {
      for (const { Id, Name } of page.OrganizationalUnits ?? []) if (Id) await visit(Id, `${path}/${Name ?? Id}`);
    }
  };
  for await (const page of paginateListRoots({ client }, {})) {
    for (const { Id } of page.Roots ?? []) if (Id) await visit(Id, "");
  }
  return paths;
}

/** An account that left the organization since it was listed has none that can be asked for. */
async function tagsOf(client: OrganizationsClient, account: string): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  try {
    for await (const page of paginateListTagsForResource({ client }, { ResourceId: account })) {
      for (const { Key, Value } of page.Tags ?? []) if (Key !== undefined) tags[Key] = Value ?? "";
    }
  } catch (error) {
    if (!(error instanceof TargetNotFoundException)) throw error;
  }
  return tags;
}
