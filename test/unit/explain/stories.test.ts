import { expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import { STORIES } from "./stories.ts";

const incidentOf = async (name: keyof typeof STORIES): Promise<Incident> => (await STORIES[name]()).incident;
const causesOf = ({ explanation }: Incident): readonly string[] =>
  explanation.causes.map(({ id, confidence }) => `${id} ${confidence}`);
const titlesOf = ({ explanation }: Incident): readonly string[] => explanation.actions.map(({ title }) => title);
const says = ({ evidence }: Incident, pattern: RegExp): boolean =>
  evidence.some(({ statement }) => pattern.test(statement));

test.each<[keyof typeof STORIES, string]>([
  [
    "fleet",
    "47 instances launched in 10 minutes in prod-main (production, eu-west-1), 15 times the usual 3, by role deploy",
  ],
  [
    "mining",
    "GPU instances (8 x p3.16xlarge) launched in dev-ml (development, ap-southeast-1), a region dev-ml never used, with access key AKIAIOSFODNN7EXAMPLE of user builder, from a network never seen before",
  ],
  [
    "loggingOff",
    "CloudTrail logging switched off (org-trail) in security-audit (security, eu-west-1), never before seen there, by role OrganizationAccess, from a network never seen before",
  ],
  [
    "deniedStorm",
    "430 denied calls in 10 minutes in prod-main (production, eu-west-1), 100 times the usual 4, by role orders-worker",
  ],
  [
    "natLeak",
    "9 NAT gateways created in 40 hours in prod-main (production, eu-west-1), where at most 1 is usual, by role deploy",
  ],
  [
    "recursion",
    "1,500 invocations of function thumbnailer in 10 minutes in prod-main (production, eu-west-1), 120 times the usual 12, by role thumbnailer-role",
  ],
  [
    "scaling",
    "24 instances launched in 10 minutes in prod-main (production, eu-west-1), 2.4 times the usual 10, by autoscaling.amazonaws.com",
  ],
])("%s is one sentence", async (name, sentence) => {
  expect((await incidentOf(name)).explanation.summary).toBe(sentence);
});

test("a fleet by the deploying session: deployment and misconfiguration, scaling activities first, unapproved types named", async () => {
  const incident = await incidentOf("fleet");
  expect(causesOf(incident).slice(0, 2)).toEqual(["deployment HIGH", "misconfigured-automation HIGH"]);
  expect(titlesOf(incident).slice(1, 4)).toEqual([
    "Check the scaling activities",
    "Check recent deployments",
    "Compare the instance types with the approved list",
  ]);
  expect(says(incident, /UpdateStack web-frontend at 2026-11-03 02:02 UTC by role deploy/)).toBe(true);
  expect(says(incident, /Not on the approved list.*: c5\.4xlarge$/)).toBe(true);
  expect(says(incident, /12 of the 47 instances were released again; 35 still stand/)).toBe(true);
  expect(says(incident, /40 x m5\.large and 7 x c5\.4xlarge/)).toBe(true);
});

test("GPUs by a key from a new network after refusals: mining and stolen credentials, the key cut off before anything else", async () => {
  const incident = await incidentOf("mining");
  expect(causesOf(incident)).toEqual(["stolen-credentials HIGH", "crypto-mining HIGH"]);
  expect(titlesOf(incident)[1]).toBe(
    "Unless the owner confirms it at once: deactivate access key AKIAIOSFODNN7EXAMPLE",
  );
  expect(says(incident, /12 refused calls by access key AKIAIOSFODNN7EXAMPLE in the day before/)).toBe(true);
});

test("logging off: hiding, with what the caller did next", async () => {
  const incident = await incidentOf("loggingOff");
  expect(causesOf(incident)[0]).toBe("hiding HIGH");
  expect(incident.cost).toEqual({ status: "none" });
  expect(says(incident, /made 3 other changing calls from then until/)).toBe(true);
});

test("refusals after a permission change: permissions broke, nobody is cut off", async () => {
  const incident = await incidentOf("deniedStorm");
  expect(causesOf(incident)[0]).toBe("permission-break HIGH");
  expect(titlesOf(incident).join()).not.toContain("revoke");
  expect(says(incident, /PutRolePolicy orders-worker at 2026-11-03 01:46 UTC/)).toBe(true);
});

test("gateways made every five hours and never released: a leak", async () => {
  expect(causesOf(await incidentOf("natLeak"))[0]).toBe("resource-leak HIGH");
});

test("a function invoked by its own role's session, faster and faster: recursion, and how to stop it", async () => {
  const incident = await incidentOf("recursion");
  expect(causesOf(incident)[0]).toBe("recursion HIGH");
  expect(titlesOf(incident)).toContain("Decide whether to stop the function");
});

test("Auto Scaling's own launches: its answer to traffic, and no containment", async () => {
  const incident = await incidentOf("scaling");
  expect(causesOf(incident)).toEqual(["scaling-response MEDIUM"]);
  expect(titlesOf(incident).join()).not.toContain("revoke");
});

test("secrets read from a new network: a sweep", async () => {
  expect(causesOf(await incidentOf("secretsSweep"))[0]).toBe("secrets-sweep HIGH");
});

test("every cause but `unknown` stands on evidence that exists, and is not argued with the same fact on both sides", async () => {
  for (const make of Object.values(STORIES)) {
    const { explanation, evidence } = (await make()).incident;
    const ids = new Set(evidence.map(({ id }) => id));
    expect(explanation.causes.length).toBeGreaterThan(0);
    for (const cause of explanation.causes) {
      if (cause.id !== "unknown") expect(cause.for.length).toBeGreaterThan(0);
      for (const id of [...cause.for, ...cause.against]) expect(ids.has(id)).toBe(true);
      expect(cause.for.filter((id) => cause.against.includes(id))).toEqual([]);
    }
  }
});

test("every fact has events or a query behind it", async () => {
  for (const make of Object.values(STORIES)) {
    for (const fact of (await make()).incident.evidence) {
      expect([fact.statement, fact.eventIds.length > 0 || fact.query !== null]).toEqual([fact.statement, true]);
    }
  }
});

test("the same draft and events give the same incident", async () => {
  expect((await STORIES.mining()).incident).toEqual((await STORIES.mining()).incident);
});
