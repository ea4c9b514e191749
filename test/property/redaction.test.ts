import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { redact, redactAnalysis } from "#core/messages/redact.ts";
import { STORIES } from "../unit/explain/stories.ts";
import { DEV } from "../unit/explain/world.ts";
import { analysisOf } from "../unit/render/analysis.ts";
import { hostileIncident, hostileNames } from "./hostile-incident.ts";

const RUNS = { numRuns: 40, seed: 5 };
/** Each hostile name begins and ends with its own word, which survives every way of writing it. */
const TAGS = /Q(?:user|session|agent|resource|alias|owner|partner|network)/;

test("no name, key, account or address survives anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const json = JSON.stringify(redact([await hostileIncident(names)]));
      expect(TAGS.exec(json)).toBeNull();
      for (const value of [DEV.id, "AKIAIOSFODNN7EXAMPLE", "203.0.113.66"]) expect(json).not.toContain(value);
    }),
    RUNS,
  );
});

test("the stories lose every account, caller, key, address and resource, in texts, links, commands and queries", async () => {
  const incidents = (await Promise.all(Object.values(STORIES).map((make) => make()))).map(({ incident }) => incident);
  // ids of findings in these tests are made from account numbers; real ones are hashes
  const json = JSON.stringify(redactAnalysis(analysisOf(incidents)));
  for (const value of [
    /\b\d{12}\b(?<!-\d{12})/,
    /prod-main|prod-eu|dev-ml|security-audit/,
    /web-team|ml-team|CC-17|Workloads/,
    /AKIA|ASIA/,
    /arn:aws/,
    /thumbnailer|org-trail|web-frontend|orders-worker|ReadOnlyOps|OrganizationAccess/,
    /(?:198\.51\.100|203\.0\.113|192\.0\.2|10\.0\.4)\.\d/,
    /i-0{5}/,
    /web-release|builder/,
  ]) {
    expect([value.source, value.exec(json)?.[0]]).toEqual([value.source, undefined]);
  }
});

test("what is not a name stays: regions, services, types, counts, money, times and the words around", async () => {
  const [incident] = redact([(await STORIES.mining()).incident]);
  expect(incident?.explanation.summary).toBe(
    "GPU instances (8 x p3.16xlarge) launched in account-1 (development, ap-southeast-1), a region account-1 never used, with access key key-1 of user principal-1, from a network never seen before",
  );
  expect(incident?.cost).toEqual((await STORIES.mining()).incident.cost);
  expect(incident?.accounts[0]).toMatchObject({ id: "account-1", alias: "account-1", type: "development" });
  expect(incident?.explanation.actions.map(({ command }) => command)).toContain(
    "aws iam get-access-key-last-used --access-key-id key-1",
  );
});

test("the same value gets the same stand-in in every incident", async () => {
  const [a, b] = redact([(await STORIES.fleet()).incident, (await STORIES.natLeak()).incident]);
  expect(a?.principals[0]?.value).toBe("principal-1");
  expect(b?.principals[0]?.value).toBe("principal-1");
  expect(b?.accounts[0]?.id).toBe(a?.accounts[0]?.id);
});

test("shape and numbers are kept", async () => {
  const { incident } = await STORIES.fleet();
  const [redacted] = redact([incident]);
  expect(redacted?.eventIds).toEqual(incident.eventIds);
  expect(redacted?.evidence.map(({ id }) => id)).toEqual(incident.evidence.map(({ id }) => id));
  expect(redacted?.severity).toBe(incident.severity);
  expect(redacted?.findings.map((finding) => finding.kind)).toEqual(incident.findings.map((finding) => finding.kind));
});

test("where an account was is no more told than where it is", async () => {
  const { incident } = await STORIES.mining();
  const accounts = incident.accounts.map((account) => ({
    ...account,
    earlier: [{ until: 0, type: "sandbox" as const, ouPath: "/Labs-of-Zurich/Secret-Unit" }],
  }));
  const severityReasons = ["12 were expected by what 3 other accounts of /Labs-of-Zurich/Secret-Unit had"];
  expect(JSON.stringify(redact([{ ...incident, accounts, severityReasons }]))).not.toMatch(/Zurich|Secret/);
});
