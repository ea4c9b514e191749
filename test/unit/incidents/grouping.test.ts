import { expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import {
  anomaly,
  type EventChanges,
  event,
  FOREIGN,
  incidentsOf,
  instances,
  MAIN,
  OTHER,
  role,
  START,
  THIRD,
  violation,
} from "./world.ts";

const AT = START + 10 * DAY + 10 * HOUR;

/** Something in the store long before, so that the data's beginning is not now. */
const past = [event({ time: START, action: "DescribeInstances", readOnly: true })];

const calls = (count: number, changes: EventChanges): ReturnType<typeof event>[] =>
  Array.from({ length: count }, (_, index) =>
    event({ quantities: [instances(1)], ...changes, time: (changes.time ?? AT) + index * 10_000 }),
  );

const pipeline = (session: string, accessKeyId: string): EventChanges["principal"] => ({
  id: role("deploy-pipeline"),
  name: "deploy-pipeline",
  session,
  accessKeyId,
});

test("one usage counted as instances, as dollars and by principal is one incident", async () => {
  const launches = calls(20, {});
  const findings = [
    anomaly(launches),
    anomaly(launches, { signal: "volumes-created" }),
    anomaly(launches, {
      signal: "instances-launched-by-principal",
      entity: { account: MAIN, region: "eu-west-1", principal: role("app"), resource: null },
    }),
    violation(launches),
  ];
  const incidents = await incidentsOf(findings, [...past, ...launches]);
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.findings).toHaveLength(4);
  expect(incidents[0]?.joinedBy).toContain("the same calls, counted in several ways");
  expect(incidents[0]?.eventCount).toBe(20);
});

test("two unrelated things by one pipeline role at the same time stay two", async () => {
  const launches = calls(6, { principal: pipeline("1001", "ASIA1") });
  const secrets = calls(6, {
    service: "secretsmanager",
    action: "GetSecretValue",
    quantities: [],
    principal: pipeline("1002", "ASIA2"),
  });
  const findings = [anomaly(launches), anomaly(secrets, { signal: "secrets-read" })];
  expect(await incidentsOf(findings, [...past, ...launches, ...secrets])).toHaveLength(2);
});

test("two things in one session of a pipeline are one deployment", async () => {
  const launches = calls(6, { principal: pipeline("1001", "ASIA1") });
  const secrets = calls(6, {
    service: "secretsmanager",
    action: "GetSecretValue",
    quantities: [],
    principal: pipeline("1001", "ASIA1"),
  });
  const findings = [anomaly(launches), anomaly(secrets, { signal: "secrets-read" })];
  const incidents = await incidentsOf(findings, [...past, ...launches, ...secrets]);
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.joinedBy).toContain("same access key ASIA1");
});

test("different principals in one account at one time stay apart, whatever else they share", async () => {
  const one = calls(6, { principal: { id: role("orders") } });
  const two = calls(6, { principal: { id: role("search") }, action: "CreateVolume" });
  // Many use the office's network and the same kind of tool.
  const others = Array.from({ length: 8 }, (_, index) =>
    event({ principal: { id: role(`app-${index}`) }, readOnly: true }),
  );
  const findings = [anomaly(one), anomaly(two, { signal: "volumes-created" })];
  expect(await incidentsOf(findings, [...past, ...others, ...one, ...two])).toHaveLength(2);
});

test("services and their own roles never join by themselves", async () => {
  const scaling = {
    id: `arn:aws:iam::${MAIN}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  };
  const launches = calls(6, { principal: scaling });
  const ended = calls(6, { principal: scaling, action: "TerminateInstances", time: AT + 30 * MINUTE });
  const findings = [anomaly(launches), anomaly(ended, { signal: "instances-ended" })];
  expect(await incidentsOf(findings, [...past, ...launches, ...ended])).toHaveLength(2);
});

test("a network never seen before joins several accounts and principals, and raises the severity", async () => {
  const from = { origin: { network: FOREIGN, sourceIp: "203.0.113.9" } };
  const events = [MAIN, OTHER, THIRD].map((account, index) =>
    calls(5, {
      ...from,
      account,
      principal: { id: role("stolen", account), accessKeyId: `ASIA${index}` },
      time: AT + index * 40 * MINUTE,
    }),
  );
  const findings = events.map((own) => anomaly(own, { severity: "low" }));
  const [incident, ...more] = await incidentsOf(findings, [...past, ...events.flat()]);
  expect(more).toEqual([]);
  expect(incident?.accounts.map(({ id }) => id).sort()).toEqual([MAIN, OTHER, THIRD]);
  expect(incident?.severity).toBe("high");
  expect(incident?.paging.paged).toBe(true);
});

test("one access key is one incident for a day, but not for ever", async () => {
  const key = (time: number): EventChanges => ({ principal: { id: role("a"), accessKeyId: "AKIA1" }, time });
  const first = calls(5, key(AT));
  const sameDay = calls(5, { ...key(AT + 20 * HOUR), region: "us-west-2", action: "CreateVolume" });
  const later = calls(5, { ...key(AT + 60 * HOUR), region: "us-west-2", action: "CreateSnapshot" });
  const findings = [
    anomaly(first),
    anomaly(sameDay, { signal: "volumes-created" }),
    anomaly(later, { signal: "snapshots" }),
  ];
  const incidents = await incidentsOf(findings, [...past, ...first, ...sameDay, ...later]);
  expect(incidents.map((incident) => incident.findings.length).sort()).toEqual([1, 2]);
});

test("people of Identity Center share a role, not their incidents", async () => {
  const id = `arn:aws:iam::${MAIN}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`;
  const by = (session: string): EventChanges["principal"] => ({ id, session });
  const ana = calls(5, { principal: by("ana@example.com") });
  const anaAgain = calls(5, { principal: by("ana@example.com"), action: "CreateVolume", time: AT + HOUR });
  const ben = calls(5, { principal: by("ben@example.com"), action: "CreateNatGateway" });
  const cleo = ["cleo", "dan", "eve", "fay"].map((name) =>
    event({ principal: by(`${name}@example.com`), readOnly: true }),
  );
  const findings = [
    anomaly(ana),
    anomaly(anaAgain, { signal: "volumes-created" }),
    anomaly(ben, { signal: "nat-gateways-created" }),
  ];
  const office = Array.from({ length: 8 }, (_, index) =>
    event({ principal: { id: role(`app-${index}`) }, readOnly: true }),
  );
  const incidents = await incidentsOf(findings, [...past, ...cleo, ...office, ...ana, ...anaAgain, ...ben]);
  expect(incidents.map((incident) => incident.findings.length).sort()).toEqual([1, 2]);
});

test("the same departure within an hour in three accounts of one type is one incident that says so; in two it is two", async () => {
  const own = (account: string, index: number) =>
    calls(6, {
      account,
      principal: { id: role("app", account), account },
      time: AT + index * 10 * MINUTE,
      origin: { network: `198.18.${index}.0/24` },
    });
  const [one, two, three] = [own(MAIN, 0), own(OTHER, 1), own(THIRD, 2)];
  const all = [...past, ...one, ...two, ...three];
  expect(await incidentsOf([anomaly(one), anomaly(two)], all)).toHaveLength(2);
  const incidents = await incidentsOf([anomaly(one), anomaly(two), anomaly(three)], all);
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.joinedBy[0]).toBe("same pattern within an hour in 3 production accounts");
});

test("what is only context never ties two incidents together", async () => {
  const launches = calls(6, { principal: { id: role("orders"), accessKeyId: "ASIA1" } });
  const volumes = calls(6, { principal: { id: role("search"), accessKeyId: "ASIA2" }, action: "CreateVolume" });
  const both = [...launches.slice(0, 3), ...volumes.slice(0, 3)];
  const findings = [
    anomaly(launches),
    anomaly(volumes, { signal: "volumes-created" }),
    anomaly(both, { signal: "denied-calls", severity: "info", id: "context" }),
  ];
  const incidents = await incidentsOf(findings, [...past, ...launches, ...volumes]);
  expect(incidents).toHaveLength(2);
  expect(incidents.flatMap((incident) => incident.findings).filter(({ id }) => id === "context")).toHaveLength(1);
});

test("a departure in dollars belongs to whoever spent them, not to whoever called most", async () => {
  const cost = (usd: number): ReturnType<typeof event>["cost"] => [
    {
      kind: "rate",
      direction: "added",
      lowPerHour: BigInt(Math.round(usd * 1e9)),
      highPerHour: BigInt(Math.round(usd * 1e9)),
      basis: [],
    },
  ];
  const dear = calls(2, { principal: { id: role("ml") }, cost: cost(20) });
  const cheap = calls(40, { principal: { id: role("jobs") }, cost: cost(0.01) });
  const findings = [anomaly(dear), anomaly([...dear, ...cheap], { signal: "usd-per-hour-added", severity: "low" })];
  const incidents = await incidentsOf(findings, [...past, ...dear, ...cheap]);
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.principals.map(({ value }) => value)).toEqual([role("ml")]);
});

test("context of another account joins only by what nobody shares by chance", async () => {
  const id = (account: string): string =>
    `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef`;
  const by = (account: string, accessKeyId: string): EventChanges => ({
    account,
    principal: { id: id(account), session: "ana@example.com", accessKeyId },
  });
  const spree = calls(9, { ...by(MAIN, "ASIA1"), action: "InvokeModel" });
  const elsewhere = (key: string) => calls(2, { ...by(OTHER, key), time: AT + 10 * MINUTE });
  const accounts = async (other: ReturnType<typeof calls>) => {
    const findings = [anomaly(spree, { signal: "model-invocations" }), anomaly(other, { severity: "info" })];
    const [incident] = await incidentsOf(findings, [...past, ...spree, ...other]);
    return incident?.accounts.map((account) => account.id);
  };
  expect(await accounts(elsewhere("ASIA2"))).toEqual([MAIN]);
  expect(await accounts(elsewhere("ASIA1"))).toEqual([MAIN, OTHER]);
});
