import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { seenThrough } from "#core/context/seen-through.ts";
import { placeAt } from "#core/domain/account.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

const DEFAULTS = contextConfigSchema.parse({});

/** What `aws organizations` answers, put together by hand from its documentation. */
const API_FORM = {
  Organization: { Id: "o-a1b2c3d4e5", MasterAccountId: "000000000001", FeatureSet: "ALL" },
  Roots: [{ Id: "r-ab12", Name: "Root" }],
  OrganizationalUnits: [
    { Id: "ou-ab12-11111111", Name: "Workloads", ParentId: "r-ab12" },
    { Id: "ou-ab12-22222222", Name: "Production", ParentId: "ou-ab12-11111111" },
  ],
  Accounts: [
    {
      Id: "111122223333",
      Name: "checkout",
      State: "ACTIVE",
      Email: "a@example.com",
      Paths: ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"],
      Tags: [
        { Key: "Cost-Center", Value: "CC-1042" },
        { Key: "Team", Value: "payments" },
      ],
    },
    { Id: "000000000001", Name: "root-payer", Status: "ACTIVE", Paths: ["o-a1b2c3d4e5/r-ab12/"] },
    { Id: "444455556666", Name: "dev-search", Status: "SUSPENDED" },
  ],
};

describe("the API's form", () => {
  const directory = parseOrganization(API_FORM, DEFAULTS);

  test("gives OU paths by name, type by path, cost center and owner by tag", () => {
    expect(directory.account("111122223333")).toEqual({
      id: "111122223333",
      alias: "checkout",
      type: "production",
      ouPath: "/Workloads/Production",
      costCenter: "CC-1042",
      owner: "payments",
      tags: { "Cost-Center": "CC-1042", Team: "payments" },
      known: true,
    });
  });

  test("knows the management account, which hangs on the root", () => {
    expect(directory.account("000000000001")).toMatchObject({ type: "management", ouPath: "/" });
    expect(directory.organizationId).toBe("o-a1b2c3d4e5");
  });

  test("lists accounts by id", () => {
    expect(directory.accounts().map(({ id }) => id)).toEqual(["000000000001", "111122223333", "444455556666"]);
  });
});

test("list-accounts alone is enough, and so is a plain list", () => {
  const { Accounts } = API_FORM;
  for (const form of [{ Accounts }, Accounts]) {
    const directory = parseOrganization(form, DEFAULTS);
    expect(directory.account("444455556666")).toMatchObject({ alias: "dev-search", type: "development", ouPath: null });
    // units are not named in this form, so the path keeps their ids
    expect(directory.account("111122223333").ouPath).toBe("/ou-ab12-11111111/ou-ab12-22222222");
    expect(directory.account("111122223333").type).toBe("unknown");
  }
});

test("our own form", () => {
  const directory = parseOrganization(
    {
      organizationId: "o-x",
      managementAccountId: "000000000001",
      accounts: [
        { id: "000000000001", name: "payer", email: null, state: "ACTIVE", ouPath: "/", tags: {} },
        { id: "111122223333", name: "shop", state: "ACTIVE", ouPath: "/Workloads/Staging/", tags: { owner: " web " } },
      ],
    },
    DEFAULTS,
  );
  expect(directory.account("000000000001").type).toBe("management");
  expect(directory.account("111122223333")).toMatchObject({
    type: "staging",
    ouPath: "/Workloads/Staging",
    owner: "web",
  });
});

test("an account that is not listed is unknown, and everything still works", () => {
  const directory = parseOrganization({ accounts: [] }, DEFAULTS);
  expect(directory.account("999988887777")).toEqual({
    id: "999988887777",
    alias: "999988887777",
    type: "unknown",
    ouPath: null,
    costCenter: null,
    owner: null,
    tags: {},
    known: false,
  });
  expect(directory.accounts()).toEqual([]);
});

describe("account type", () => {
  const typeOf = (account: { name?: string; ouPath?: string; tags?: Record<string, string> }, config = DEFAULTS) =>
    parseOrganization({ accounts: [{ id: "111122223333", name: "x", ...account }] }, config).account("111122223333")
      .type;

  test.each([
    ["/Workloads/Prod", "production"],
    ["/Workloads/Production/EU", "production"],
    ["/Workloads/Preprod", "staging"],
    ["/NonProd", "development"],
    ["/Sandbox", "sandbox"],
    ["/Security", "security"],
    ["/Infrastructure/Network", "shared-services"],
    ["/Suspended", "unknown"],
    ["/Products", "unknown"],
    ["/Workloads/prod-eu", "production"],
    ["/DevOps", "unknown"],
  ])("OU %s is %s", (ouPath, type) => expect(typeOf({ ouPath })).toBe(type));

  test.each([
    ["prod-main", "production"],
    ["checkout-prod", "production"],
    ["checkout-nonprod", "development"],
    ["pre-prod-shop", "staging"],
    ["reproduction-lab", "unknown"],
    ["log-archive", "security"],
    ["shared-services", "shared-services"],
    ["mobile", "unknown"],
  ])("name %s is %s", (name, type) => expect(typeOf({ name })).toBe(type));

  test("a tag goes before the path, the path before the name", () => {
    expect(typeOf({ name: "prod-x", ouPath: "/Sandbox", tags: { Environment: "Staging" } })).toBe("staging");
    expect(typeOf({ name: "prod-x", ouPath: "/Sandbox" })).toBe("sandbox");
  });

  test("rules of one's own replace the defaults, first match wins", () => {
    const config = contextConfigSchema.parse({
      accountTypes: [
        { type: "security", accounts: ["111122223333"] },
        { type: "production", names: ["*"] },
      ],
    });
    expect(typeOf({ name: "anything" }, config)).toBe("security");
  });
});

describe("errors name the account and the field", () => {
  test.each([
    ["text", "a string"],
    [{}, /no list "Accounts"/],
    [{ accounts: {} }, /no list "Accounts"/],
    [{ accounts: [null] }, /account number 1 is null/],
    [{ accounts: [{ id: "12" }] }, /account number 1: "id" must be twelve digits, not "12"/],
    [{ accounts: [{ id: 111122223333 }] }, /number 111122223333; write it in quotes/],
    [{ accounts: [{ id: "111122223333", name: 7 }] }, /account 111122223333: "name" must be a text, not 7/],
    [
      { accounts: [{ id: "111122223333", tags: { team: 4 } }] },
      /account 111122223333: tag "team" must be a text, not 4/,
    ],
    [{ Accounts: [{ Id: "111122223333", Tags: [{ Key: "a" }, {}] }] }, /account 111122223333: tag number 2/],
    [
      {
        accounts: [
          { id: "111122223333", name: "a" },
          { id: "111122223333", name: "b" },
        ],
      },
      /111122223333 is listed twice/,
    ],
  ])("%j", (json, message) => {
    const attempt = () => parseOrganization(json, DEFAULTS);
    expect(attempt).toThrow(TrailwatchError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: "ORGANIZATION_INVALID" }));
  });
});

test("any JSON is read or refused with our own error", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ accounts: fc.array(fc.jsonValue()) })), (json) => {
      try {
        parseOrganization(json, DEFAULTS);
      } catch (error) {
        expect(error).toBeInstanceOf(TrailwatchError);
      }
    }),
    { numRuns: 300 },
  );
});

describe("accounts that changed", () => {
  const moved = {
    id: "111122223333",
    name: "ideas",
    ouPath: "/Workloads/Production",
    tags: { owner: "web" },
    earlier: [
      { until: "2026-11-20T00:00:00Z", ouPath: "/Workloads/Staging" },
      { until: "2026-11-10T00:00:00Z", ouPath: "/Sandbox", tags: {}, name: "sandbox-ideas" },
    ],
  };

  test("have the place that they had at a time, by the rules for the present one", () => {
    const account = parseOrganization([moved], DEFAULTS).account("111122223333");
    const places = ["2026-11-09", "2026-11-10", "2026-11-19", "2026-11-20"].map((day) =>
      placeAt(account, Date.parse(`${day}T00:00:00Z`)),
    );
    expect(places.map(({ type }) => type)).toEqual(["sandbox", "staging", "staging", "production"]);
    expect(places[0]?.ouPath).toBe("/Sandbox");
  });

  test("are closed since a time, or since nobody knows when", () => {
    const directory = parseOrganization(
      [
        { id: "111111111111", closedAt: "2026-11-20T00:00:00Z" },
        { id: "222222222222", Status: "SUSPENDED" },
        { id: "333333333333", state: "ACTIVE" },
      ],
      DEFAULTS,
    );
    expect(directory.accounts().map(({ closedAt }) => closedAt)).toEqual([Date.UTC(2026, 10, 20), null, undefined]);
  });

  test.each([
    [{ ...moved, earlier: "yes" }, /"earlier" must be a list/],
    [{ ...moved, earlier: [1] }, /"earlier" must hold objects/],
    [{ ...moved, earlier: [{ ouPath: "/X" }] }, /"earlier.until" must be a time/],
    [{ ...moved, closedAt: "soon" }, /"closedAt" must be a time/],
  ])("are refused where they make no sense", (account, message) => {
    expect(() => parseOrganization([account], DEFAULTS)).toThrow(message);
  });

  test("are without places where places may not be used", () => {
    const directory = seenThrough(parseOrganization([moved], DEFAULTS), { names: true, places: false });
    expect(directory.account("111122223333").earlier).toBeUndefined();
    const unnamed = seenThrough(parseOrganization([moved], DEFAULTS), { names: false, places: true });
    expect(unnamed.account("111122223333").earlier).toHaveLength(2);
  });
});
