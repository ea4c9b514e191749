import { expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { peakAddedPerHour } from "#core/incidents/money.ts";
import { usdPhrase } from "#core/incidents/usd-phrase.ts";
import {
  anomaly,
  costing,
  daily,
  event,
  FOREIGN,
  incidentsOf,
  instances,
  MAIN,
  role,
  START,
  violation,
} from "./world.ts";

const NOW = START + 14 * DAY + 2 * HOUR;
const past = daily(10, 1);

test.each([
  [4, "low"],
  [6, "medium"],
  [30, "high"],
  [120, "critical"],
] as const)("%d USD/hour added make a low finding %s", async (usd, severity) => {
  const launches = Array.from({ length: 4 }, (_, index) =>
    event({ time: NOW + index * MINUTE, quantities: [instances(1)], cost: costing(usd / 4) }),
  );
  const [incident] = await incidentsOf([anomaly(launches, { severity: "low" })], [...past, ...launches]);
  expect(incident?.severity).toBe(severity);
});

test("what comes and goes all day is not added up to a fortune", () => {
  const events = Array.from({ length: 24 }, (_, hour) => event({ time: NOW + hour * HOUR, cost: costing(2) }));
  expect(usdPhrase(peakAddedPerHour(events))).toBe("2");
  const close = Array.from({ length: 24 }, (_, minute) => event({ time: NOW + minute * MINUTE, cost: costing(2.005) }));
  expect(usdPhrase(peakAddedPerHour(close))).toBe("48.12");
});

test("refused attempts before a success raise", async () => {
  const refused = [1, 2, 3].map((minute) => event({ time: NOW + minute * MINUTE, outcome: "denied" }));
  const success = event({ time: NOW + 5 * MINUTE });
  const all = [...refused, success];
  const [incident] = await incidentsOf([anomaly(all, { severity: "low" })], [...past, ...all]);
  expect(incident?.severity).toBe("medium");
  expect(incident?.severityReasons[0]).toBe(
    "ec2:RunInstances succeeded after 3 refused or failed attempts by the same principal",
  );
  const [without] = await incidentsOf([anomaly([success], { severity: "low" })], [...past, success]);
  expect(without?.severity).toBe("low");
});

test("a danger from a network nobody had used is high, but not for a person who travels", async () => {
  const change = (principal: object) =>
    event({ time: NOW, action: "AuthorizeSecurityGroupIngress", principal, origin: { network: FOREIGN } });
  const by = async (principal: object) => {
    const one = change(principal);
    const [incident] = await incidentsOf([violation([one], { policy: "danger/open-port" })], [...past, one]);
    return incident?.severity;
  };
  expect(await by({ id: role("app") })).toBe("high");
  const person = `arn:aws:iam::${MAIN}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`;
  expect(await by({ id: person })).toBe("medium");
});

test("secrets by a principal that never read any raise; by one that always does they do not", async () => {
  const reads = (principal: string, time: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      event({
        time: time + index * 1000,
        service: "secretsmanager",
        action: "GetSecretValue",
        readOnly: true,
        marks: ["secret-read"],
        resources: [`secret/${index}`],
        principal: { id: role(principal) },
      }),
    );
  const before = reads("reader", START + DAY, 3);
  const sweep = reads("writer", NOW, 12);
  const usual = reads("reader", NOW, 12);
  const severityOf = async (events: ReturnType<typeof reads>) =>
    (
      await incidentsOf([anomaly(events, { signal: "secrets-read", severity: "low" })], [...past, ...before, ...events])
    )[0]?.severity;
  expect(await severityOf(sweep)).toBe("medium");
  expect(await severityOf(usual)).toBe("low");
});

test("each thing gives one reason, the gravest and most telling four", async () => {
  const launches = Array.from({ length: 30 }, (_, index) =>
    event({ time: NOW + index * 1000, quantities: [instances(1)], cost: costing(2) }),
  );
  const found = [
    anomaly(launches, {
      severity: "high",
      severityReasons: ["30 in an hour"],
      window: { start: NOW, end: NOW + HOUR },
    }),
    anomaly(launches, {
      id: "by-principal",
      signal: "instances-launched-by-principal",
      severity: "high",
      severityReasons: ["30 in one minute"],
      window: { start: NOW, end: NOW + MINUTE },
    }),
    ...["a", "b", "c", "d"].map((name) =>
      violation(launches, {
        id: name,
        policy: `danger/${name}`,
        severity: "high",
        severityReasons: [`danger ${name}`],
      }),
    ),
  ];
  const [incident] = await incidentsOf(found, [...past, ...launches]);
  expect(incident?.severityReasons).toEqual([
    "adds at least $60 an hour, which counts as high from $25 on",
    "30 in one minute",
    "danger a",
    "danger b",
  ]);
});

test("of several rules about the same new network the gravest speaks", async () => {
  const change = event({
    time: NOW,
    action: "AuthorizeSecurityGroupIngress",
    principal: { id: role("app") },
    origin: { network: FOREIGN },
  });
  const start = event({
    time: NOW + MINUTE,
    principal: { id: role("app") },
    origin: { network: FOREIGN },
    quantities: [instances(1)],
  });
  const [incident] = await incidentsOf(
    [violation([change, start], { policy: "danger/open-port" })],
    [...past, change, start],
  );
  expect(
    incident?.severityReasons.filter((reason) => reason.includes("a network nobody here had used before")),
  ).toEqual([expect.stringMatching(/^dangerous changes from /)]);
});
