import {
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListAccountsCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { fetchOrganization } from "#adapters/organizations/fetch-organization.ts";
import { type Emulator, startEmulator } from "./emulator.ts";

let emulator: Emulator;
let client: OrganizationsClient;

beforeAll(async () => {
  emulator = await startEmulator();
  client = new OrganizationsClient({
    endpoint: emulator.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
}, 30_000);

afterAll(() => emulator?.stop());

test("25 accounts in nested units come back with paths and tags", async () => {
  await client.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  const root = (await client.send(new ListRootsCommand({}))).Roots?.[0]?.Id ?? "";
  const unit = async (ParentId: string, Name: string): Promise<string> =>
    (await client.send(new CreateOrganizationalUnitCommand({ ParentId, Name }))).OrganizationalUnit?.Id ?? "";
  const production = await unit(await unit(root, "Workloads"), "Production");
  for (let at = 0; at < 25; at++) {
    const created = await client.send(
      new CreateAccountCommand({
        AccountName: `account-${at}`,
        Email: `account-${at}@example.com`,
        Tags: [{ Key: "owner", Value: `team-${at}` }],
      }),
    );
    if (at % 2) {
      await client.send(
        new MoveAccountCommand({
          AccountId: created.CreateAccountStatus?.AccountId,
          SourceParentId: root,
          DestinationParentId: production,
        }),
      );
    }
  }
  const organization = await fetchOrganization(client);
  const everyone = (await client.send(new ListAccountsCommand({}))).Accounts?.length ?? 0;
  expect(organization.organizationId).toMatch(/^o-/);
  expect(organization.accounts.length).toBeGreaterThanOrEqual(Math.max(25, everyone));
  const third = organization.accounts.find(({ name }) => name === "account-3");
  expect(third).toMatchObject({ ouPath: "/Workloads/Production", tags: { owner: "team-3" }, state: "ACTIVE" });
  expect(organization.accounts.find(({ name }) => name === "account-4")?.ouPath).toBe("/");
}, 60_000);
