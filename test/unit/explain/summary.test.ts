import { expect, test } from "@jest/globals";
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

test("ten minutes that hold nearly all of a longer window are told as ten minutes", async () => {
  restartIds();
  const made = launches(50, "m5.large", 0.1, NIGHT);
  const whole = anomaly("instances-launched", made, PROD, 3, { window: { start: NIGHT, end: NIGHT + HOUR } });
  const incident = await explain(draft([{ ...whole, peak: { window: TEN_MINUTES, value: 47 } }], made, [PROD]), made);
  expect(summaryOf(incident)).toMatch(/^47 instances launched in 10 minutes .* 15 times the usual 3/);
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
    "47 instances launched in 10 minutes in 2 accounts (prod-main and prod-eu), 15 times the usual 3, with traces in 1 other account, by role deploy",
  );
});

test("one is singular", async () => {
  restartIds();
  const made = launches(1, "m5.large", 0.1, NIGHT);
  const incident = await explain(draft([anomaly("instances-launched", made, PROD, null)], made, [PROD]), made);
  expect(summaryOf(incident)).toMatch(/^1 instance launched in 10 minutes/);
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
