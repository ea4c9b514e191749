import { describe, expect, test } from "@jest/globals";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent, UsageEvent } from "#core/domain/usage-event.ts";
import {
  approvedTypes,
  evaluatePolicies,
  type Policy,
  policiesConfigSchema,
  policyQueries,
  resolvePolicies,
  scanPolicies,
} from "#core/policies/index.ts";
import type { AccountCoverage, EventQuery, EventStore } from "#core/ports/event-store.ts";
import { matchesFilter } from "#core/signals/filter.ts";
import { eventWith, quantity } from "../pricing/quantities.ts";

const PROD = "111122223333";
const DEV = "444455556666";
const directory = parseOrganization(
  {
    accounts: [
      { id: PROD, name: "prod-main" },
      { id: DEV, name: "dev-apps" },
    ],
  },
  contextConfigSchema.parse({}),
);
const START = Date.UTC(2026, 10, 3, 8);
const policiesOf = (config: object): readonly Policy[] => resolvePolicies(policiesConfigSchema.parse(config));
const only = (config: object, id: string): readonly Policy[] => policiesOf(config).filter((policy) => policy.id === id);

let made = 0;
const event = (more: Partial<UsageEvent> = {}): UsageEvent =>
  eventWith([], { id: `e-${String(++made).padStart(4, "0")}`, time: START, account: PROD, ...more });

describe("built-in policies", () => {
  test.each([
    ["root-use", { marks: ["root"], action: "PutBucketPolicy" }],
    ["public-sharing", { marks: ["shared-publicly"] }],
    ["guardrails-off", { marks: ["guardrail-off"] }],
    ["opened-to-world", { marks: ["opened-to-world"] }],
    ["admin-granted", { marks: ["admin-granted"] }],
  ] as const)("%s", (policy, more) => {
    const violations = evaluatePolicies([event(more)], policiesOf({}), directory);
    expect(violations.map((violation) => violation.policy)).toEqual([policy]);
    expect(violations[0]).toMatchObject({ kind: "policy", account: PROD, severity: "low", region: "us-east-1" });
  });

  test("a sign-in without MFA violates for users and root, not for a federated role", () => {
    const policies = only({}, "console-sign-in-without-mfa");
    const signIn = event({
      service: "signin",
      action: "ConsoleLogin",
      marks: ["console-sign-in", "sign-in-without-mfa"],
    });
    expect(evaluatePolicies([signIn], policies, directory)).toHaveLength(0);
    const user = { ...signIn, principal: { ...signIn.principal, type: "user" as const } };
    expect(evaluatePolicies([user], policies, directory)).toMatchObject([{ region: "global" }]);
  });

  test("what failed violates nothing, and neither does AWS itself", () => {
    const mark = { marks: ["shared-publicly"] } as const;
    const service = event(mark);
    const events = [
      event({ ...mark, outcome: "denied" }),
      { ...service, principal: { ...service.principal, type: "service" as const, id: "config.amazonaws.com" } },
      {
        ...service,
        principal: {
          ...service.principal,
          id: `arn:aws:iam::${PROD}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
        },
      },
    ];
    expect(evaluatePolicies(events, policiesOf({}), directory)).toEqual([]);
  });
});

describe("regions", () => {
  const policies = only({ regions: [{ accountTypes: ["production"], allowed: ["eu-west-1"] }] }, "allowed-regions");

  test("a change in another region violates it, and says which list", () => {
    const [violation] = evaluatePolicies([event({ region: "us-east-2" })], policies, directory);
    expect(violation).toMatchObject({ severity: "medium", region: "us-east-2" });
    expect(violation?.severityReasons).toEqual([
      "us-east-2 is not on the list of allowed regions for production accounts",
    ]);
  });

  test("reading, the allowed region, global services and other account types do not", () => {
    const events = [
      event({ region: "us-east-2", readOnly: true }),
      event({ region: "eu-west-1" }),
      event({ region: "us-east-1", service: "iam", action: "CreateRole" }),
      event({ region: "us-east-2", account: DEV }),
    ];
    expect(evaluatePolicies(events, policies, directory)).toEqual([]);
  });

  test("not checked by default", () => {
    expect(only({}, "allowed-regions")).toEqual([]);
  });

  test("the store is asked only for the regions and accounts that could violate it", () => {
    const coverage = [PROD, DEV].map(
      (account): AccountCoverage => ({
        account,
        first: START,
        last: START,
        events: 1,
        dataEvents: false,
        dataEventServices: [],
        regions: account === PROD ? ["eu-west-1", "us-east-2"] : ["ap-south-1"],
      }),
    );
    const [policy] = policies;
    if (!policy) throw new Error("no policy");
    expect(policyQueries(policy, directory, coverage)).toEqual([
      { filter: { outcomes: ["success"], readOnly: false }, regions: ["us-east-2"], accounts: [PROD] },
    ]);
    expect(policyQueries(policy, directory, coverage.slice(1))).toEqual([]);
  });
});

describe("instance types", () => {
  const config = { instanceTypes: [{ accountTypes: ["production"], approved: ["m5.*", "t3.micro"] }] };
  const policies = only(config, "approved-instance-types");

  test("a launch of another type violates it", () => {
    const launch = event({
      quantities: [quantity("instances", 2, "p4d.24xlarge"), quantity("instances", 1, "m5.large")],
    });
    expect(evaluatePolicies([launch], policies, directory)[0]?.severityReasons).toEqual([
      "p4d.24xlarge is not on the list of approved instance types for production accounts",
    ]);
    const fine = event({
      quantities: [quantity("instances", 1, "t3.micro"), quantity("accelerated-instances", 1, "p4d.24xlarge")],
    });
    expect(evaluatePolicies([fine], policies, directory)).toEqual([]);
  });

  test("whether a type is approved can be asked for evidence", () => {
    expect(approvedTypes(policiesOf(config), "production", "m5.large")).toBe("approved");
    expect(approvedTypes(policiesOf(config), "production", "m5a.large")).toBe("not-approved");
    expect(approvedTypes(policiesOf(config), "sandbox", "m5.large")).toBe("not-checked");
    expect(approvedTypes(policiesOf({}), "production", "m5.large")).toBe("not-checked");
  });
});

describe("violations that belong together", () => {
  const policies = only({}, "public-sharing");
  const at = (minutes: number, more: Partial<UsageEvent> = {}) =>
    event({ time: START + minutes * MINUTE, marks: ["shared-publicly"], ...more });

  test("same policy, account and principal within an hour are one", () => {
    const events = [at(0), at(59), at(118), at(179)];
    const [first, second, ...more] = evaluatePolicies(events, policies, directory);
    expect(more).toEqual([]);
    expect(first?.eventIds).toEqual(events.slice(0, 3).map(({ id }) => id));
    expect(first?.window).toEqual({ start: START, end: START + 118 * MINUTE + 1 });
    expect(first?.facets.events).toBe(3);
    expect(second?.eventIds).toEqual([events[3]?.id]);
  });

  test("other accounts and principals are not", () => {
    const [one] = [at(0)];
    const events = [
      one,
      at(1, { account: DEV }),
      at(2, { principal: { ...one.principal, id: "arn:aws:iam::1:user/b" } }),
    ];
    expect(evaluatePolicies(events, policies, directory)).toHaveLength(3);
  });

  test("the id is the same in every run, and names at most 25 events", () => {
    const events = Array.from({ length: 40 }, (_, index) => at(index));
    const [violation] = evaluatePolicies(events, policies, directory);
    expect(violation?.eventIds).toHaveLength(25);
    expect(violation?.facets.events).toBe(40);
    expect(evaluatePolicies(events, policies, directory)[0]?.id).toBe(violation?.id);
  });
});

describe("the configuration", () => {
  test("changes and switches off built-in policies", () => {
    const policies = policiesOf({
      rules: {
        "root-use": { severity: "high" },
        "admin-granted": { enabled: false },
        "public-sharing": { exceptPrincipals: ["*role/dep*"] },
      },
    });
    expect(policies.find(({ id }) => id === "root-use")?.severity).toBe("high");
    expect(policies.some(({ id }) => id === "admin-granted")).toBe(false);
    expect(evaluatePolicies([event({ marks: ["shared-publicly"] })], policies, directory)).toEqual([]);
  });

  test("adds policies, which are about successful calls unless they say otherwise", () => {
    const policies = policiesOf({
      custom: [
        { id: "no-lightsail", title: "Lightsail is not used", filter: { services: ["lightsail"], readOnly: false } },
      ],
    });
    const violations = evaluatePolicies(
      [event({ service: "lightsail", action: "CreateInstances" }), event({ service: "lightsail", outcome: "denied" })],
      policies,
      directory,
    );
    expect(violations).toMatchObject([{ policy: "no-lightsail", title: "Lightsail is not used", severity: "medium" }]);
    expect(violations[0]?.facets.events).toBe(1);
  });

  test("two lists for two account types are two policies", () => {
    const ids = policiesOf({
      regions: [
        { accountTypes: ["production"], allowed: ["eu-west-1"] },
        { accountTypes: ["sandbox"], allowed: ["us-east-1"] },
      ],
    }).map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual(["allowed-regions", "allowed-regions-2"]);
  });
});

test("scanning a store finds what evaluating its events finds", async () => {
  const events = [
    event({ marks: ["shared-publicly"] }),
    event({ region: "us-east-2", time: START + HOUR }),
    event({ time: START + 2 * HOUR, marks: ["root"] }),
  ].map((one): PricedUsageEvent => ({ ...one, cost: [] }));
  const policies = policiesOf({ regions: [{ accountTypes: ["production"], allowed: ["us-east-1"] }] });
  const span = { start: START, end: START + 3 * HOUR };
  const scanned = await scanPolicies(storeOf(events), span, policies, directory);
  expect(scanned.map(({ policy }) => policy)).toEqual(["public-sharing", "allowed-regions", "root-use"]);
  expect(scanned).toEqual(evaluatePolicies(events, policies, directory));
});

/** Answers only what scanning asks for. */
const storeOf = (events: readonly PricedUsageEvent[]): EventStore =>
  ({
    coverage: async () => [
      {
        account: PROD,
        first: START,
        last: START,
        events: 3,
        dataEvents: false,
        dataEventServices: [],
        regions: ["us-east-1", "us-east-2"],
      },
    ],
    events: async ({ filter, regions, accounts, window }: EventQuery, limit: number) =>
      events
        .filter(
          (one) =>
            (!filter || matchesFilter(one, filter)) &&
            (!regions || regions.includes(one.region)) &&
            (!accounts || accounts.includes(one.account)) &&
            (!window || (one.time >= window.start && one.time < window.end)),
        )
        .slice(0, limit),
  }) as unknown as EventStore;
