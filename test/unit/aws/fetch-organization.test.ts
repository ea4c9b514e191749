import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { beforeEach, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { fetchOrganization } from "#adapters/organizations/fetch-organization.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

const organizations = mockClient(OrganizationsClient);

beforeEach(() => {
  organizations.reset();
  organizations
    .on(DescribeOrganizationCommand)
    .resolves({ Organization: { Id: "o-abcdefghij", MasterAccountId: "111111111111" } });
  organizations
    .on(ListAccountsCommand)
    .resolvesOnce({ Accounts: [{ Id: "222222222222", Name: "prod-main", State: "ACTIVE" }], NextToken: "more" })
    .resolves({ Accounts: [{ Id: "111111111111", Name: "management", Email: "root@example.com", State: "ACTIVE" }] });
  organizations.on(ListRootsCommand).resolves({ Roots: [{ Id: "r-1", Name: "Root" }] });
  organizations.on(ListOrganizationalUnitsForParentCommand).resolves({ OrganizationalUnits: [] });
  organizations
    .on(ListOrganizationalUnitsForParentCommand, { ParentId: "r-1" })
    .resolves({ OrganizationalUnits: [{ Id: "ou-1", Name: "Workloads" }] });
  organizations
    .on(ListOrganizationalUnitsForParentCommand, { ParentId: "ou-1" })
    .resolves({ OrganizationalUnits: [{ Id: "ou-2", Name: "Production" }] });
  organizations.on(ListAccountsForParentCommand).resolves({ Accounts: [] });
  organizations.on(ListAccountsForParentCommand, { ParentId: "r-1" }).resolves({ Accounts: [{ Id: "111111111111" }] });
  organizations.on(ListAccountsForParentCommand, { ParentId: "ou-2" }).resolves({ Accounts: [{ Id: "222222222222" }] });
  organizations
    .on(ListTagsForResourceCommand)
    .resolves({ Tags: [] })
    .on(ListTagsForResourceCommand, { ResourceId: "222222222222" })
    .resolves({ Tags: [{ Key: "owner", Value: "payments" }] });
});

test("accounts come with their path and tags, all pages of them, sorted", async () => {
  const progress: string[] = [];
  const organization = await fetchOrganization(new OrganizationsClient({}), {
    onAccount: (done, of) => progress.push(`${done}/${of}`),
  });
  expect(organization).toEqual({
    organizationId: "o-abcdefghij",
    managementAccountId: "111111111111",
    accounts: [
      { id: "111111111111", name: "management", email: "root@example.com", state: "ACTIVE", ouPath: "/", tags: {} },
      {
        id: "222222222222",
        name: "prod-main",
        email: null,
        state: "ACTIVE",
        ouPath: "/Workloads/Production",
        tags: { owner: "payments" },
      },
    ],
  });
  expect(progress).toEqual(["1/2", "2/2"]);
});

test("an organization that is not the one that is wanted is not read", async () => {
  const unwanted = new TrailwatchError("USAGE", "another organization", "Name another file.");
  const reading = fetchOrganization(new OrganizationsClient({}), {
    onOrganization: (id) => {
      if (id === "o-abcdefghij") throw unwanted;
    },
  });
  await expect(reading).rejects.toBe(unwanted);
  expect(organizations.commandCalls(ListAccountsCommand)).toEqual([]);
});

test("a caller without the right is told which one", async () => {
  organizations
    .on(ListRootsCommand)
    .rejects(Object.assign(new Error("You don't have permissions"), { name: "AccessDeniedException" }));
  await expect(fetchOrganization(new OrganizationsClient({}))).rejects.toMatchObject({
    code: "AWS_ACCESS_DENIED",
    nextStep: expect.stringContaining("ListRoots"),
  });
});
