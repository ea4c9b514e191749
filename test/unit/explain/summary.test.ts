import { expect, test } from "@jest/globals";
import type { AccountContext } from "#core/domain/account.ts";
import type { Incident } from "#core/domain/incident.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import {
  anomaly,
  draft,
  event,
  explain,
  launches,
  NIGHT,
  novelty,
  PROD,
  PROD_EU,
  quantity,
  restartIds,
  SECURITY,
  TEN_MINUTES,
  violation,
} from "./world.ts";

const summaryOf = (incident: Incident): string => incident.explanation.summary;

test("never before, where nothing of the kind was seen", async () => {
  restartIds();
  const made = launches(47, "m5.large", 0.1, NIGHT);
  const incident = await explain(draft([anomaly("instances-launched", made, PROD, null)], made, [PROD]), made);
  expect(summaryOf(incident)).toBe(
    "47 instances launched in 10 minutes in prod-main (production, eu-west-1), never before seen there, by role deploy",
  );
});

const USUAL_THREE = { span: 10 * MINUTE, mean: 3.1, most: 8, occasions: 190 };

test("the busiest ten minutes are counted from the events, wherever the clock's five minutes fall", async () => {
  restartIds();
  const byAna = { principal: { id: `arn:aws:iam::${PROD.id}:role/ana`, name: "ana" } };
  // two in the bucket before, which five-minute counts would leave out of their best ten minutes
  const made = launches(47, "m5.large", 0.1, NIGHT - 30_000, byAna);
  const others = launches(4, "m5.large", 0.1, NIGHT + 20 * MINUTE);
  const all = [...made, ...others];
  const window = { start: NIGHT - 5 * MINUTE, end: NIGHT + HOUR };
  const found = {
    ...anomaly("instances-launched", all, PROD, 0.4, { window }),
    peak: { window: TEN_MINUTES, value: 44 },
    usual: [USUAL_THREE],
  };
  const incident = await explain(draft([found], all, [PROD]), all);
  expect(summaryOf(incident)).toBe(
    "47 instances launched in 10 minutes in prod-main (production, eu-west-1), 15 times the usual 3, by role ana",
  );
  expect(incident.evidence[0]).toMatchObject({
    id: "E1",
    statement: expect.stringMatching(
      /^47 instances launched by role ana in 10 minutes in .*; usual there: 3\.1 in 10 minutes whenever there are any, at most 8 \(190 times in the 20 days before\)$/,
    ),
    query: expect.stringContaining("principal = 'arn:aws:iam::111122223333:role/ana'"),
  });
});

test("more events than are read are told by five-minute counts", async () => {
  restartIds();
  const made = launches(50, "m5.large", 0.1, NIGHT);
  const whole = anomaly("instances-launched", made, PROD, 3, { window: { start: NIGHT, end: NIGHT + HOUR } });
  const incident = await explain(
    draft([{ ...whole, actual: 51, peak: { window: TEN_MINUTES, value: 47 } }], made, [PROD]),
    made,
  );
  expect(summaryOf(incident)).toMatch(/^47 instances launched in 10 minutes .* 15 times the usual 3/);
  expect(incident.evidence[0]?.statement).toContain("by five-minute counts");
});

test("what took five minutes or less is told to the minute, one call as one", async () => {
  restartIds();
  const quick = launches(9, "m5.large", 0.1, NIGHT).map((one, at) => ({ ...one, time: NIGHT + at * 20_000 }));
  const incident = await explain(draft([anomaly("instances-launched", quick, PROD, 0.4)], quick, [PROD]), quick);
  expect(summaryOf(incident)).toMatch(/^9 instances launched in 3 minutes in prod-main .*, where at most 1 is usual/);
  const [first] = quick;
  const many = { ...first, quantities: [quantity("instances", 9)] } as (typeof quick)[number];
  const once = await explain(draft([anomaly("instances-launched", [many], PROD, null)], [many], [PROD]), [many]);
  expect(summaryOf(once)).toMatch(/^9 instances launched in one call in prod-main/);
});

test("one caller at work in several accounts leads the sentence, and what it did follows", async () => {
  restartIds();
  const by = (of: AccountContext) => ({
    account: of.id,
    region: "us-east-1",
    principal: { id: `arn:aws:iam::${of.id}:role/release-target`, name: "release-target", session: "x" },
    origin: { network: "203.0.113.0/24" },
  });
  const made = [PROD, PROD_EU].flatMap((of) => [
    {
      of,
      admin: event(NIGHT, "iam:AttachUserPolicy", by(of)),
      key: event(NIGHT + MINUTE, "iam:CreateAccessKey", by(of)),
    },
  ]);
  const found = made.flatMap(({ of, admin, key }) => [
    violation("danger/admin-granted", "Administrator rights given", [admin], of, "medium", "global"),
    violation("danger/credential-for-other", "Credential made for somebody else", [key], of, "medium", "global"),
    novelty("network", "203.0.113.0/24", [admin, key], of, { severity: "low" }),
  ]);
  const all = made.flatMap(({ admin, key }) => [admin, key]);
  const incident = await explain(draft(found, all, [PROD, PROD_EU, SECURITY]), all);
  expect(summaryOf(incident)).toBe(
    "One role (release-target) used in 2 accounts (prod-main and prod-eu) from a network never seen before: administrator rights given and 2 access keys created, with traces in security-audit",
  );
});

test("several dangers in one account are all named, and what was started besides", async () => {
  restartIds();
  const admin = event(NIGHT, "iam:AttachRolePolicy");
  const key = event(NIGHT + MINUTE, "iam:CreateAccessKey");
  const started = launches(2, "m5.large", 0.1, NIGHT);
  const found = [
    violation("danger/admin-granted", "Administrator rights given", [admin], PROD, "high", "global"),
    violation("danger/credential-for-other", "Credential made for somebody else", [key], PROD, "medium", "global"),
    novelty("instance-family", "m5", started, PROD, { severity: "info" }),
  ];
  const all = [admin, key, ...started];
  const incident = await explain(draft(found, all, [PROD]), all);
  expect(summaryOf(incident)).toBe(
    "Administrator rights given, an access key created and 2 instances launched in prod-main (production, eu-west-1), by role deploy",
  );
});

test("the same in several accounts is one sentence with their number and names, each caller once", async () => {
  restartIds();
  const here = launches(20, "m5.large", 0.1, NIGHT);
  const there = launches(27, "m5.large", 0.1, NIGHT, {
    account: PROD_EU.id,
    principal: { id: `arn:aws:iam::${PROD_EU.id}:role/deploy` },
  });
  const found = [anomaly("instances-launched", here, PROD, 1), anomaly("instances-launched", there, PROD_EU, 2)];
  const all = [...here, ...there];
  const incident = await explain(draft(found, all, [PROD, PROD_EU, SECURITY]), all);
  expect(summaryOf(incident)).toBe(
    "47 instances launched in 10 minutes in 2 accounts (prod-main and prod-eu), 15 times the usual 3, with traces in security-audit, by role deploy",
  );
});

test("one is singular", async () => {
  restartIds();
  const made = launches(1, "m5.large", 0.1, NIGHT);
  const incident = await explain(draft([anomaly("instances-launched", made, PROD, null)], made, [PROD]), made);
  expect(summaryOf(incident)).toMatch(/^1 instance launched in prod-main/);
});

test("people are named by the session that Identity Center set, not by the role they share", async () => {
  restartIds();
  const role = "AWSReservedSSO_AdministratorAccess_f707ee39c7cec1e7";
  const made = launches(9, "m5.large", 0.1, NIGHT, {
    principal: { id: `arn:aws:iam::${PROD.id}:role/${role}`, name: role, session: "ana@example.com" },
  });
  const incident = await explain(draft([anomaly("instances-launched", made, PROD, null)], made, [PROD]), made);
  expect(summaryOf(incident)).toMatch(/, by ana@example\.com \(AdministratorAccess through Identity Center\)$/);
});

test("an attempt that was refused is told as one", async () => {
  restartIds();
  const tried = [event(NIGHT, "organizations:LeaveOrganization", { outcome: "denied", errorCode: "AccessDenied" })];
  const incident = await explain(
    draft([violation("danger/leave-organization", "Account tried to leave", tried, PROD)], tried, [PROD]),
    tried,
  );
  expect(summaryOf(incident)).toBe(
    "Attempt refused: leaving the organization in prod-main (production, eu-west-1), by role deploy",
  );
});

test("a rule of the house is told as such", async () => {
  restartIds();
  const used = [event(NIGHT, "ec2:CreateVpc"), event(NIGHT + MINUTE, "ec2:CreateSubnet")];
  const incident = await explain(
    draft([violation("allowed-regions", "Only allowed regions are used", used, PROD)], used, [PROD]),
    used,
  );
  expect(summaryOf(incident)).toMatch(/^Against the rule "Only allowed regions are used" in prod-main/);
});

test("a first is told as a first, and once", async () => {
  restartIds();
  const used = [event(NIGHT, "ec2:CreateVpc", { region: "sa-east-1" })];
  const firsts = [
    novelty("network", "203.0.113.0/24", used, PROD, { severity: "low" }),
    novelty("network", "203.0.113.0/24", used, PROD_EU, { severity: "low" }),
  ];
  const incident = await explain(draft(firsts, used, [PROD, PROD_EU]), used);
  expect(summaryOf(incident).match(/never seen before/g)).toHaveLength(1);
  const region = await explain(
    draft([novelty("region", "sa-east-1", used, PROD, { region: "sa-east-1" })], used, [PROD]),
    used,
  );
  expect(summaryOf(region)).toBe("Region sa-east-1 used for the first time in prod-main (production), by role deploy");
});
