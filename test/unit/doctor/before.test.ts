import { readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { beforeChecks, NAMED_FUNCTIONS, planned } from "#core/doctor/before-checks.ts";
import { type CheckResult, runChecks, type Standing, tally } from "#core/doctor/check.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { OrganizationView, SurroundingsView } from "#core/ports/deployment-view.ts";

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const MANAGEMENT = "999999999999";
const MEMBER = "111122223333";
const TRUSTED = ["cloudtrail.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"];

type View = { -readonly [Name in keyof SurroundingsView]: SurroundingsView[Name] };

const ORGANIZATION: OrganizationView = {
  organizationId: "o-exampleorgid",
  managementAccountId: MANAGEMENT,
  rootId: "r-ab12",
  hasAllFeatures: true,
  trusted: new Set(TRUSTED),
};

const surroundings = (): View => ({
  organization: async () => ORGANIZATION,
  delegations: async () => new Set(TRUSTED),
  bill: async () => {},
  trails: async () => [],
  openSearchVersions: async () => new Set(["3.5", "3.7"]),
  openSearchInstances: async () => new Set(["m7g.large.search", "r7g.xlarge.search"]),
  bootstrapVersion: async () => 30,
  unreservedConcurrency: async () => 1000,
  stack: async (name) => ({ name, status: null }),
  domainExists: async () => false,
  functionExists: async () => false,
  logGroupExists: async () => false,
});

function examined(
  view: View,
  deployment: object = {},
  account = MANAGEMENT,
  region = "eu-west-1",
): Promise<readonly CheckResult[]> {
  const caller = { account, arn: `arn:aws:sts::${account}:assumed-role/Admin/ana` };
  const about = planned(parseConfig({ deployment }).deployment, { caller, region, now: NOW });
  return runChecks(beforeChecks(), view, about);
}
const said = (results: readonly CheckResult[], id: string): CheckResult => {
  const found = results.find((result) => result.id === id);
  if (!found) throw new Error(`no check ${id}`);
  return found;
};

test("where nothing is amiss nothing is said but that", async () => {
  expect(tally(await examined(surroundings()))).toEqual({ ok: 9, warning: 0, wrong: 0, unknown: 0, skipped: 0 });
});

interface Obstacle {
  readonly what: string;
  readonly view?: Partial<View>;
  readonly deployment?: object;
  readonly check: string;
  readonly standing: Standing;
  readonly says: RegExp;
  readonly todo: RegExp;
}

const refusal = async (): Promise<never> => {
  throw new TrailwatchError("AWS_DATA_UNAVAILABLE", "no data", "enable it");
};
const trail = {
  name: "control-tower",
  arn: "arn:aws:cloudtrail:eu-west-1:999999999999:trail/control-tower",
  homeRegion: "eu-west-1",
  isOrganization: true,
  bucket: "ct-logs",
  logGroupArn: "arn:aws:logs:eu-west-1:999999999999:log-group:ct-group:*",
};

const OBSTACLES: readonly Obstacle[] = [
  {
    what: "no organization",
    view: { organization: async () => null },
    check: "organization",
    standing: "wrong",
    says: /is in no organization/,
    todo: /deployment-mode=single-account/,
  },
  {
    what: "consolidated billing only",
    view: { organization: async () => ({ ...ORGANIZATION, hasAllFeatures: false }) },
    check: "organization",
    standing: "wrong",
    says: /lacks/,
    todo: /^All features: aws organizations enable-all-features$/,
  },
  {
    what: "no trusted access",
    view: { organization: async () => ({ ...ORGANIZATION, trusted: new Set<string>() }) },
    check: "organization",
    standing: "wrong",
    says: /lacks/,
    todo: /activate-organizations-access\n.*enable-aws-service-access --service-principal cloudtrail\.amazonaws\.com/,
  },
  {
    what: "a management account that is said to be another",
    deployment: { managementAccountId: MEMBER },
    check: "administrator",
    standing: "wrong",
    says: /deployment\.managementAccountId says 111122223333/,
    todo: /Leave that out/,
  },
  {
    what: "an organization trail that is there",
    view: { trails: async () => [trail] },
    check: "existing-trail",
    standing: "wrong",
    says: /control-tower has the same events: a second copy .* \$2\.00 per 100,000/,
    todo: /logGroup \(ct-group\).*bucket \(ct-logs\)\.\n.*allowSecondTrail/s,
  },
  {
    what: "a second trail that is allowed",
    view: { trails: async () => [trail] },
    deployment: { trail: { allowSecondTrail: true } },
    check: "existing-trail",
    standing: "warning",
    says: /\$2\.00/,
    todo: /trailwatch estimate/,
  },
  {
    what: "Cost Explorer that is not enabled",
    view: { bill: refusal },
    check: "cost-explorer",
    standing: "wrong",
    says: /no data/,
    todo: /Launch/,
  },
  {
    what: "a region without the engine",
    view: { openSearchVersions: async () => new Set(["2.19"]) },
    check: "region",
    standing: "wrong",
    says: /eu-west-1 has no OpenSearch 3\.7; it has 2\.19/,
    todo: /opensearch-version/,
  },
  {
    what: "a region without the instances",
    view: { openSearchInstances: async () => new Set(["m6g.large.search"]) },
    check: "region",
    standing: "wrong",
    says: /no m7g\.large\.search/,
    todo: /dataNodeType/,
  },
  {
    what: "no bootstrap",
    view: { bootstrapVersion: async () => null },
    check: "bootstrap",
    standing: "wrong",
    says: /not bootstrapped in eu-west-1/,
    todo: /^npx cdk bootstrap aws:\/\/999999999999\/eu-west-1$/,
  },
  {
    what: "an old bootstrap of a qualifier",
    view: { bootstrapVersion: async () => 5 },
    deployment: { bootstrapQualifier: "team" },
    check: "bootstrap",
    standing: "wrong",
    says: /of version 5/,
    todo: /--qualifier team$/,
  },
  {
    what: "a small quota",
    view: { unreservedConcurrency: async () => 100 },
    check: "concurrency",
    standing: "wrong",
    says: /100 may run at once without a reservation, 10 are to be reserved/,
    todo: /"unreserved"/,
  },
  {
    what: "a first deployment that failed",
    view: { stack: async (name) => ({ name, status: name.endsWith("Trail") ? "ROLLBACK_COMPLETE" : null }) },
    check: "names",
    standing: "wrong",
    says: /Trailwatch-Trail failed/,
    todo: /delete-stack --stack-name Trailwatch-Trail$/,
  },
  {
    what: "a domain that was left",
    view: { domainExists: async () => true },
    check: "names",
    standing: "wrong",
    says: /there is a domain trailwatch already/,
    todo: /deployment\.domain/,
  },
  {
    what: "a function of an earlier solution",
    view: { functionExists: async (name) => name === "QBusinessConnectorFunction" },
    check: "names",
    standing: "wrong",
    says: /^QBusinessConnectorFunction is there already/,
    todo: /--context stage=new[\s\S]*delete-function --function-name QBusinessConnectorFunction$/,
  },
  {
    what: "a function of a stack that was deleted by half",
    view: {
      stack: async (name) => ({ name, status: name === "Trailwatch-Search" ? null : "CREATE_COMPLETE" }),
      functionExists: async () => true,
    },
    check: "names",
    standing: "wrong",
    says: /^OpenSearchProvisionerFunction is there already/,
    todo: /delete-function --function-name OpenSearchProvisionerFunction$/,
  },
  {
    what: "the log group of a function that is gone",
    view: { logGroupExists: async (name) => name === "/aws/lambda/MultiAccountLogsFunction" },
    check: "names",
    standing: "wrong",
    says: /^\/aws\/lambda\/MultiAccountLogsFunction is there already/,
    todo: /create-export-task[\s\S]*delete-log-group --log-group-name \/aws\/lambda\/MultiAccountLogsFunction$/,
  },
];

describe("what stands in the way is said, with what to do", () => {
  test.each(OBSTACLES)("$what", async ({ view = {}, deployment = {}, check, standing, says, todo }) => {
    const results = await examined({ ...surroundings(), ...view }, deployment);
    const result = said(results, check);
    expect(result).toMatchObject({ standing, found: expect.stringMatching(says) });
    expect(result.todo.join("\n")).toMatch(todo);
    const others = results.filter(({ id, standing: of }) => id !== check && of !== "ok" && of !== "skipped");
    expect(others).toEqual([]);
  });
});

test("every function of ours is looked for", () => {
  const functions = readdirSync(new URL("../../../lambdas", import.meta.url)).filter((name) => name !== "shared");
  expect(Object.values(NAMED_FUNCTIONS).flat().sort()).toEqual(functions.map((name) => `${name}Function`).sort());
});

test("what the deployment itself has made is not in the way", async () => {
  const view = {
    ...surroundings(),
    stack: async (name: string) => ({ name, status: "UPDATE_COMPLETE" }),
    functionExists: async () => true,
    logGroupExists: async () => true,
  };
  expect(said(await examined(view), "names").standing).toBe("ok");
});

describe("from a member account", () => {
  test("the management account has to be named", async () => {
    const result = said(await examined(surroundings(), {}, MEMBER), "administrator");
    expect(result).toMatchObject({
      standing: "wrong",
      todo: [expect.stringContaining(`management-account-id=${MANAGEMENT}`)],
    });
  });

  test("what a delegated administrator cannot do is said", async () => {
    const result = said(await examined(surroundings(), { managementAccountId: MANAGEMENT }, MEMBER), "administrator");
    expect(result.standing).toBe("warning");
    expect(result.todo.join("\n")).toMatch(
      /StackSets skip it[\s\S]*Cost Explorer shows a delegated administrator its own/,
    );
  });

  test("what it is not delegated is said, with the command", async () => {
    const view = { ...surroundings(), delegations: async () => new Set<string>() };
    const result = said(await examined(view, { managementAccountId: MANAGEMENT }, MEMBER), "administrator");
    expect(result.standing).toBe("wrong");
    expect(result.todo).toEqual([
      expect.stringContaining(`register-delegated-administrator --account-id ${MEMBER} --service-principal member.org`),
      expect.stringContaining(`register-organization-delegated-admin --member-account-id ${MEMBER}`),
    ]);
  });
});

test("a single account needs no organization; its own trail is a second one too", async () => {
  const view = {
    ...surroundings(),
    organization: async () => null,
    trails: async () => [{ ...trail, isOrganization: false }],
  };
  const results = await examined(view, { mode: "single-account" });
  expect(said(results, "organization").standing).toBe("skipped");
  expect(said(results, "administrator").standing).toBe("skipped");
  expect(said(results, "existing-trail").standing).toBe("wrong");
});

test("a region of another partition than the configured one is said", async () => {
  const vpc = { vpcId: "vpc-0a1b2c3d", availabilityZones: ["us-gov-west-1a"], privateSubnetIds: ["subnet-0a1b2c3d"] };
  expect(said(await examined(surroundings(), {}, MANAGEMENT, "us-gov-west-1"), "caller")).toMatchObject({
    standing: "wrong",
    found: "us-gov-west-1 is not in the partition aws",
    todo: [expect.stringContaining("--context partition=aws-us-gov")],
  });
  const set = { dashboards: { signIn: "none" }, vpc, partition: "aws-us-gov" };
  expect(said(await examined(surroundings(), set, MANAGEMENT, "us-gov-west-1"), "caller").standing).toBe("ok");
  expect(said(await examined(surroundings(), set), "caller")).toMatchObject({ standing: "wrong" });
});

test("what exists already is not looked for", async () => {
  const results = await examined(surroundings(), {
    trail: { logGroup: "ct-group" },
    domain: { endpoint: "https://search-x.es.amazonaws.com", arn: "arn:aws:es:eu-west-1:999999999999:domain/x" },
    overrides: { ingestConcurrency: "unreserved" },
    environment: { ENABLE_COST_ANALYSIS: false },
  });
  const skipped = results.filter(({ standing }) => standing === "skipped").map(({ id }) => id);
  expect(skipped).toEqual(["existing-trail", "cost-explorer", "region", "concurrency"]);
});
