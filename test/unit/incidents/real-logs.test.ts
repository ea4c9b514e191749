import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { severityRank } from "#core/domain/finding.ts";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { incidentsInRecords } from "./world.ts";

const FIXTURES = new URL("../../fixtures/cloudtrail/", import.meta.url);

interface LoggedRecord {
  readonly eventID?: string;
  readonly eventName: string;
}

const records = (file: string): LoggedRecord[] => {
  const parsed = JSON.parse(readFileSync(new URL(file, FIXTURES), "utf8"));
  return Array.isArray(parsed) ? parsed : parsed.Records;
};

const isGrave = ({ severity }: IncidentDraft): boolean => severityRank(severity) >= severityRank("medium");

/** The call that the technique is about. */
const TELLING: Readonly<Record<string, string>> = {
  "aws.credential-access.ec2-get-password-data": "GetPasswordData",
  "aws.credential-access.ec2-steal-instance-credentials": "SendCommand",
  "aws.credential-access.secretsmanager-batch-retrieve-secrets": "BatchGetSecretValue",
  "aws.credential-access.secretsmanager-retrieve-secrets": "GetSecretValue",
  "aws.credential-access.ssm-retrieve-securestring-parameters": "GetParameters",
  "aws.defense-evasion.cloudtrail-delete": "DeleteTrail",
  "aws.defense-evasion.cloudtrail-event-selectors": "PutEventSelectors",
  "aws.defense-evasion.cloudtrail-stop": "StopLogging",
  "aws.defense-evasion.dns-delete-logs": "DeleteResolverQueryLogConfig",
  "aws.defense-evasion.organizations-leave": "LeaveOrganization",
  "aws.defense-evasion.vpc-remove-flow-logs": "DeleteFlowLogs",
  "aws.discovery.ec2-download-user-data": "DescribeInstanceAttribute",
  "aws.execution.ec2-launch-unusual-instances": "RunInstances",
  "aws.execution.ec2-user-data": "ModifyInstanceAttribute",
  "aws.execution.ssm-send-command": "SendCommand",
  "aws.execution.ssm-start-session": "StartSession",
  "aws.exfiltration.ec2-security-group-open-port-22-ingress": "AuthorizeSecurityGroupIngress",
  "aws.exfiltration.ec2-share-ami": "ModifyImageAttribute",
  "aws.exfiltration.ec2-share-ebs-snapshot": "ModifySnapshotAttribute",
  "aws.exfiltration.rds-share-snapshot": "ModifyDBSnapshotAttribute",
  "aws.impact.bedrock-invoke-model": "CreateFoundationModelAgreement",
  "aws.initial-access.console-login-without-mfa": "ConsoleLogin",
  "aws.lateral-movement.ec2-instance-connect": "SendSSHPublicKey",
  "aws.lateral-movement.ec2-serial-console-send-ssh-public-key": "SendSerialConsoleSSHPublicKey",
  "aws.persistence.iam-backdoor-role": "UpdateAssumeRolePolicy",
  "aws.persistence.iam-backdoor-user": "CreateAccessKey",
  "aws.persistence.iam-create-admin-user": "AttachUserPolicy",
  "aws.persistence.iam-create-backdoor-role": "CreateRole",
  "aws.persistence.iam-create-user-login-profile": "CreateLoginProfile",
  "aws.persistence.lambda-backdoor-function": "AddPermission20150331v2",
  "aws.persistence.lambda-layer-extension": "UpdateFunctionConfiguration20150331v2",
  "aws.persistence.lambda-overwrite-code": "UpdateFunctionCode20150331v2",
  "aws.persistence.rolesanywhere-create-trust-anchor": "CreateTrustAnchor",
  "aws.persistence.sts-federation-token": "GetFederationToken",
  "aws.privilege-escalation.iam-update-user-login-profile": "UpdateLoginProfile",
};

const techniques = readdirSync(new URL("stratus/", FIXTURES)).map((file) => file.replace(/\.json$/, ""));

test("every recorded technique is in the table", () => {
  expect(techniques.sort()).toEqual(Object.keys(TELLING).sort());
});

test.each(techniques)(
  "%s: an incident of at least medium names the telling call, without any history",
  async (technique) => {
    const logged = records(`stratus/${technique}.json`);
    const telling = new Set(
      logged.filter(({ eventName }) => eventName === TELLING[technique]).map(({ eventID }) => eventID),
    );
    const grave = (await incidentsInRecords(logged)).filter(isGrave);
    expect(telling.size).toBeGreaterThan(0);
    expect(grave.some(({ eventIds, paging }) => paging.paged && eventIds.some((id) => telling.has(id)))).toBe(true);
  },
);

test("five ordinary minutes give no incident above low", async () => {
  const incidents = await incidentsInRecords(records("normal_5min_opensearch_catalog.json"));
  expect(incidents.filter(isGrave)).toEqual([]);
});

test("single records: what rules of another product alert on is alerted on far more often than what they let pass", async () => {
  const counts = { true: { alerts: 0, of: 0 }, false: { alerts: 0, of: 0 } };
  const lines = readFileSync(new URL("panther_rule_tests.jsonl", FIXTURES), "utf8").trim().split("\n");
  for (const line of lines) {
    const { expectedAlert, event } = JSON.parse(line) as { expectedAlert: boolean; event: unknown };
    const count = counts[expectedAlert ? "true" : "false"];
    count.of += 1;
    if ((await incidentsInRecords([event])).some(isGrave)) count.alerts += 1;
  }
  expect(counts.false.alerts / counts.false.of).toBeLessThan(0.09);
  expect(counts.true.alerts / counts.true.of).toBeGreaterThan(0.35);
});
