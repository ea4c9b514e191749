import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
  TargetNotFoundException,
} from "@aws-sdk/client-organizations";
import { beforeEach, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { snapshotOrganization } from "#adapters/organizations/snapshot.ts";
import { ORGANIZATION } from "#core/context/held-directory.ts";
import { MemorySnapshots } from "../../fakes/memory-keeping.ts";

const organizations = mockClient(OrganizationsClient);
let snapshots: MemorySnapshots;

beforeEach(() => {
  snapshots = new MemorySnapshots();
  organizations.reset();
  organizations.on(DescribeOrganizationCommand).resolves({ Organization: { Id: "o-abcdefghij" } });
  organizations.on(ListAccountsCommand).resolves({
    Accounts: [
      { Id: "111111111111", Name: "payments", State: "ACTIVE" },
      { Id: "222222222222", Name: "leaving", State: "PENDING_CLOSURE" },
    ],
  });
  organizations.on(ListRootsCommand).resolves({ Roots: [{ Id: "r-1" }] });
  organizations.on(ListOrganizationalUnitsForParentCommand).resolves({});
  organizations.on(ListAccountsForParentCommand).resolves({ Accounts: [{ Id: "111111111111" }] });
  organizations.on(ListTagsForResourceCommand).resolves({ Tags: [{ Key: "owner", Value: "payments" }] });
});

const take = (now: number) => snapshotOrganization(new OrganizationsClient({}), snapshots, now);

test("what was read is kept under the time it was read; an account that left meanwhile has no tags", async () => {
  organizations
    .on(ListTagsForResourceCommand, { ResourceId: "222222222222" })
    .rejects(new TargetNotFoundException({ message: "gone", $metadata: {} }));
  const read = await take(5);
  expect(read.accounts.map(({ name, state, ouPath, tags }) => [name, state, ouPath, tags])).toEqual([
    ["payments", "ACTIVE", "/", { owner: "payments" }],
    ["leaving", "PENDING_CLOSURE", null, {}],
  ]);
  const [payments, leaving] = read.accounts;
  const accounts = [payments, { ...leaving, closedAt: new Date(5).toISOString() }];
  expect(await snapshots.latest(ORGANIZATION)).toEqual({ takenAt: 5, content: { ...read, accounts } });
});

test.each([
  ["TooManyRequestsException", "AWS_THROTTLED"],
  ["AccessDeniedException", "AWS_ACCESS_DENIED"],
  ["AWSOrganizationsNotInUseException", "AWS_NOT_FOUND"],
])("after %s the snapshot before stays", async (name, code) => {
  await take(5);
  organizations.on(ListTagsForResourceCommand).rejects(Object.assign(new Error("no"), { name }));
  await expect(take(6)).rejects.toMatchObject({ code });
  expect((await snapshots.latest(ORGANIZATION))?.takenAt).toBe(5);
});

test("an organization of nobody is not kept", async () => {
  organizations.on(ListAccountsCommand).resolves({ Accounts: [] });
  await expect(take(6)).rejects.toMatchObject({ code: "ORGANIZATION_INVALID" });
  expect(await snapshots.latest(ORGANIZATION)).toBeNull();
});

test("what was otherwise in the snapshot before is kept with its date", async () => {
  await take(5);
  organizations.on(ListAccountsForParentCommand).resolves({});
  organizations
    .on(ListAccountsCommand)
    .resolves({ Accounts: [{ Id: "111111111111", Name: "payments", State: "ACTIVE" }] });
  await take(6);
  const { content } = (await snapshots.latest(ORGANIZATION)) ?? {};
  expect(content).toMatchObject({
    accounts: [
      { id: "111111111111", ouPath: null, earlier: [{ until: new Date(6).toISOString(), ouPath: "/" }] },
      { id: "222222222222", state: "CLOSED", closedAt: new Date(5).toISOString() },
    ],
  });
});
