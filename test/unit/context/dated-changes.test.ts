import { expect, test } from "@jest/globals";
import { type KeptAccount, withChanges } from "#core/context/dated-changes.ts";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { placeAt } from "#core/domain/account.ts";
import { DAY, type EpochMs } from "#core/domain/time.ts";

const ORGANIZATION_ID = "o-abcdefghij";
const START = Date.UTC(2026, 9, 26);

const account = (changes: Partial<KeptAccount> = {}): KeptAccount => ({
  id: "111111111111",
  name: "ideas",
  state: "ACTIVE",
  ouPath: "/Sandbox",
  tags: {},
  ...changes,
});

/** Snapshots one after the other; what the last one has. */
function kept(...listings: readonly (readonly [EpochMs, ...KeptAccount[]])[]) {
  let content: unknown = null;
  for (const [time, ...accounts] of listings) {
    content = {
      organizationId: ORGANIZATION_ID,
      accounts: withChanges({ organizationId: ORGANIZATION_ID, accounts }, content, time),
    };
  }
  return content as { readonly accounts: readonly KeptAccount[] };
}

test("what does not change leaves no trace", () => {
  const tagged = [account({ tags: { a: "1", b: "2" } }), account({ tags: { b: "2", a: "1" } })] as const;
  expect(kept([START, tagged[0]], [START + DAY, tagged[1]]).accounts).toEqual([tagged[1]]);
});

test("where an account was is kept until the first look at which it is elsewhere", () => {
  const production = account({ ouPath: "/Workloads/Production" });
  const content = kept(
    [START, account()],
    [START + DAY, account()],
    [START + 2 * DAY, production],
    [START + 3 * DAY, production],
  );
  const context = parseOrganization(content, contextConfigSchema.parse({})).account("111111111111");
  expect(placeAt(context, START + 2 * DAY - 1).type).toBe("sandbox");
  expect(placeAt(context, START + 2 * DAY).type).toBe("production");
  expect(context.earlier).toHaveLength(1);
});

test("an account that is closed, or listed no longer, is closed since it was first seen to be", () => {
  const closing = account({ state: "SUSPENDED" });
  const date = new Date(START + DAY).toISOString();
  expect(kept([START, account()], [START + DAY, closing], [START + 9 * DAY, closing]).accounts[0]?.closedAt).toBe(date);
  expect(kept([START, account()], [START + DAY], [START + 9 * DAY]).accounts).toEqual([
    account({ state: "CLOSED", closedAt: date }),
  ]);
  expect(
    kept([START, account()], [START + DAY, closing], [START + 2 * DAY, account()]).accounts[0]?.closedAt,
  ).toBeUndefined();
});

test("what is long past is forgotten", () => {
  const production = account({ ouPath: "/Workloads/Production" });
  const content = kept(
    [START, account(), account({ id: "222222222222" })],
    [START + DAY, production],
    [START + 500 * DAY, production],
  );
  expect(content.accounts).toEqual([production]);
});

test("another organization, or what nobody can read, is as if nothing was kept", () => {
  const listed = { organizationId: ORGANIZATION_ID, accounts: [account()] };
  const other = { organizationId: "o-other", accounts: [account({ id: "222222222222", ouPath: "/X" })] };
  for (const before of [null, 7, {}, { organizationId: ORGANIZATION_ID, accounts: [null, { id: 1 }] }, other]) {
    expect(withChanges(listed, before, START)).toEqual([account()]);
  }
});
