import { expect, test } from "@jest/globals";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import {
  anomaly,
  daily,
  type EventChanges,
  event,
  FOREIGN,
  incidentsOf,
  instances,
  MAIN,
  OFFICE,
  role,
  START,
  violation,
} from "./world.ts";

const NOW = START + 14 * DAY + 10 * HOUR;

const TERRAFORM: EventChanges = {
  principal: { id: role("terraform-pipeline"), name: "terraform-pipeline" },
  origin: { tool: "terraform", userAgent: "Terraform/1.9.8" },
};
const SCALING: EventChanges = {
  principal: {
    id: `arn:aws:iam::${MAIN}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    name: "AWSServiceRoleForAutoScaling",
  },
  origin: { invokedBy: "autoscaling.amazonaws.com", network: "autoscaling.amazonaws.com", sourceIp: null },
};
const CLOUDFORMATION: EventChanges = {
  principal: { id: role("deploy"), name: "deploy" },
  origin: { invokedBy: "cloudformation.amazonaws.com", network: "cloudformation.amazonaws.com", sourceIp: null },
};

const launch = (size: number, changes: EventChanges) =>
  event({ ...changes, time: changes.time ?? NOW, quantities: [instances(size)] });

async function verdict(
  history: readonly ReturnType<typeof event>[],
  now: ReturnType<typeof event>[],
): Promise<IncidentDraft> {
  const [incident] = await incidentsOf([anomaly(now)], [...history, ...now]);
  if (!incident) throw new Error("no incident");
  return incident;
}

test("Terraform from its usual network at its usual size goes to the digest, with the reason", async () => {
  const { expected, paging } = await verdict(daily(6, 4, TERRAFORM), [launch(9, TERRAFORM)]);
  expect(expected.expected).toBe(true);
  expect(expected.reasons).toEqual([
    `made by the pipeline role terraform-pipeline from ${OFFICE}, as on 6 earlier days`,
  ]);
  expect(paging.paged).toBe(false);
  expect(paging.reason).toContain("in the digest");
});

test("the same far beyond its own history is paged", async () => {
  const { expected, paging } = await verdict(daily(6, 4, TERRAFORM), [launch(40, TERRAFORM)]);
  expect(expected.expected).toBe(false);
  expect(expected.reasons[0]).toContain("10 times the 4 of its largest hour before");
  expect(paging.paged).toBe(true);
});

test("an attacker with the pipeline's credentials and Terraform's user agent is paged: the network is not theirs", async () => {
  const attacker = { ...TERRAFORM, origin: { ...TERRAFORM.origin, network: FOREIGN, sourceIp: "203.0.113.9" } };
  const { expected, paging } = await verdict(daily(6, 4, TERRAFORM), [launch(3, attacker)]);
  expect(expected.reasons).toEqual([`it came from ${FOREIGN}, a network nobody here had used before`]);
  expect(paging.paged).toBe(true);
});

test("user agent, session name and role name without a past excuse nothing", async () => {
  const newcomer = { ...TERRAFORM, principal: { ...TERRAFORM.principal, session: "terraform" } };
  const history = daily(6, 4, { principal: { id: role("somebody") } });
  const { paging } = await verdict(history, [launch(3, newcomer)]);
  expect(paging.paged).toBe(true);
});

test("a scaling group's own launches are expected up to three times their largest hour", async () => {
  const history = daily(10, 4, SCALING);
  expect((await verdict(history, [launch(12, SCALING)])).expected.expected).toBe(true);
  expect((await verdict(history, [launch(13, SCALING)])).expected.expected).toBe(false);
});

test("a fleet tripled by the usual deployment is expected though it is beyond its history", async () => {
  const deploys = (time: number) =>
    event({ ...CLOUDFORMATION, service: "autoscaling", action: "UpdateAutoScalingGroup", time });
  const before = Array.from({ length: 6 }, (_, day) => deploys(START + day * DAY + 9 * HOUR));
  const history = [...daily(10, 4, SCALING), ...before];
  const alone = await verdict(history, [launch(24, SCALING)]);
  expect(alone.paging.paged).toBe(true);
  const deployed = await verdict([...history, deploys(NOW - 5 * MINUTE)], [launch(24, SCALING)]);
  expect(deployed.expected.expected).toBe(true);
  expect(deployed.expected.reasons[0]).toContain(
    "after autoscaling:UpdateAutoScalingGroup by deploy, which deployed there on 6 earlier days",
  );
});

test("a deployment by somebody who never deployed excuses nothing", async () => {
  const stranger = event({
    ...CLOUDFORMATION,
    principal: { id: role("intruder") },
    service: "autoscaling",
    action: "UpdateAutoScalingGroup",
    time: NOW - MINUTE,
  });
  const { paging } = await verdict([...daily(10, 4, SCALING), stranger], [launch(24, SCALING)]);
  expect(paging.paged).toBe(true);
});

test("a machine's routine is expected, but not when a danger is in it", async () => {
  const runner: EventChanges = { principal: { id: role("ci-runner"), name: "ci-runner" } };
  const history = daily(6, 4, runner);
  const now = [launch(8, runner)];
  expect((await verdict(history, now)).expected.expected).toBe(true);
  const danger = violation(now, { policy: "danger/open-port", severity: "medium" });
  const [incident] = await incidentsOf([anomaly(now), danger], [...history, ...now]);
  expect(incident?.expected.expected).toBe(false);
});

test("what is dangerous whoever does it is never expected", async () => {
  const stop = launch(1, { ...TERRAFORM, service: "cloudtrail", action: "StopLogging" });
  const history = daily(6, 4, { ...TERRAFORM, service: "cloudtrail", action: "StopLogging" });
  const danger = violation([stop], { policy: "danger/audit-log-off", severity: "high", severityReasons: ["off"] });
  const [incident] = await incidentsOf([danger], [...history, stop]);
  expect(incident?.expected).toEqual({
    expected: false,
    reasons: ["it is dangerous whoever does it (audit logging switched off)"],
  });
});
