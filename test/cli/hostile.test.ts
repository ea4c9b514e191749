import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { run, temporaryFolder } from "./trailwatch.ts";

/** All that a terminal or a page could take for more than text: colours, titles, new lines, markup, turned directions. */
const HOSTILE =
  "\x1b[31mred\x1b[0m\x1b]0;owned\x07\nHIGH  forged line\r<script>alert(1)</script><img src=x onerror=alert(2)>\"'&|`*_\u202e\u009b31m\u2028=cmd()";

const record = (number: number, fields: Record<string, unknown>): Record<string, unknown> => ({
  eventVersion: "1.11",
  eventID: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  eventTime: `2026-11-03T02:${String(number).padStart(2, "0")}:00Z`,
  eventSource: "cloudtrail.amazonaws.com",
  eventName: "StopLogging",
  awsRegion: "eu-west-1",
  sourceIPAddress: "198.51.100.7",
  userAgent: `aws-cli/2.31.1 ${HOSTILE}`,
  recipientAccountId: "111122223333",
  readOnly: false,
  userIdentity: {
    type: "IAMUser",
    principalId: `AIDA${HOSTILE}`,
    arn: `arn:aws:iam::111122223333:user/${HOSTILE}`,
    accountId: "111122223333",
    accessKeyId: `AKIA${HOSTILE}`,
    userName: HOSTILE,
  },
  requestParameters: { name: HOSTILE },
  responseElements: null,
  ...fields,
});

const instances = Array.from({ length: 40 }, (_, at) => ({
  instanceId: `i-${at}${HOSTILE}`,
  instanceType: "p5.48xlarge",
}));
const RECORDS = [
  record(1, {}),
  record(2, { eventName: "DeleteTrail", awsRegion: `eu-west-1${HOSTILE}` }),
  record(3, {
    eventSource: "ec2.amazonaws.com",
    eventName: "RunInstances",
    requestParameters: { instanceType: `p5.48xlarge${HOSTILE}`, minCount: 40, maxCount: 40 },
    responseElements: { instancesSet: { items: instances } },
  }),
  record(4, { eventName: `Put${HOSTILE}`, eventSource: `${HOSTILE}.amazonaws.com` }),
  record(5, {
    eventSource: "iam.amazonaws.com",
    eventName: "CreateAccessKey",
    requestParameters: { userName: HOSTILE },
  }),
  record(6, { errorCode: `AccessDenied${HOSTILE}`, errorMessage: HOSTILE }),
  record(7, { recipientAccountId: HOSTILE }),
  record(8, { eventTime: HOSTILE }),
  record(9, {
    eventSource: "s3.amazonaws.com",
    eventName: "PutBucketPolicy",
    sourceIPAddress: HOSTILE,
    requestParameters: {
      bucketName: HOSTILE,
      bucketPolicy: { Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" }] },
    },
  }),
];

const folder = temporaryFolder();
const place = folder.out("out");
const logs = folder.at("logs.json");
let incident = "";

beforeAll(async () => {
  writeFileSync(logs, JSON.stringify({ Records: RECORDS }));
  const { stdout } = await run("analyze", logs, ...place, "--format", "json", "--quiet");
  const { incidents, ingest } = JSON.parse(stdout);
  expect(ingest).toMatchObject({ read: RECORDS.length, quarantined: { "wrong-type": 1 } });
  incident = incidents[0].id;
}, 60_000);
afterAll(() => folder.remove());

/** Controls but for the new line of our own, and all that is not seen; word joiners are ours, against Slack's markup. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const obeyed = (text: string): readonly string[] =>
  text.split("\n").filter((line) => OBEYED.test(line.replaceAll("\u2060", "")));

describe("what a caller wrote is text, whatever it looks like", () => {
  const inIncident =
    (...words: string[]) =>
    () => [words[0] ?? "", incident, ...words.slice(1)];
  test.each<[string, () => string[]]>([
    ["analyze", () => ["analyze", logs]],
    ["analyze --format markdown", () => ["analyze", logs, "--format", "markdown"]],
    ["analyze --format json", () => ["analyze", logs, "--format", "json"]],
    ["analyze --format ndjson", () => ["analyze", logs, "--format", "ndjson"]],
    ["analyze --redact", () => ["analyze", logs, "--redact"]],
    ["incidents", () => ["incidents"]],
    ["show", inIncident("show")],
    ["show --format markdown", inIncident("show", "--format", "markdown")],
    ["show --notification text", inIncident("show", "--notification", "text")],
    ["show --notification email", inIncident("show", "--notification", "email")],
    ["show --notification slack", inIncident("show", "--notification", "slack")],
    ["show --notification markdown", inIncident("show", "--notification", "markdown")],
    ["timeline", inIncident("timeline")],
    ["timeline --raw", inIncident("timeline", "--raw")],
    ["history", () => ["history", `AKIA${HOSTILE}`]],
    ["history of nothing", () => ["history", `nobody${HOSTILE}`]],
    ["query", () => ["query", "select * from usage_events"]],
    ["query --format json", () => ["query", "select * from usage_events", "--format", "json"]],
    ["query --format ndjson", () => ["query", "select * from usage_events", "--format", "ndjson"]],
  ])(
    "trailwatch %s",
    async (_name, args) => {
      const report = args()[0] === "analyze" ? ["--no-report"] : [];
      const { stdout, stderr } = await run(...args(), ...place, ...report);
      expect((stdout + stderr).length).toBeGreaterThan(80);
      expect(obeyed(stdout)).toEqual([]);
      expect(obeyed(stderr)).toEqual([]);
      expect(stdout).not.toMatch(/^HIGH {2}forged/m);
    },
    30_000,
  );

  test("the report has none of it as markup", () => {
    const page = readFileSync(folder.at("out", "report.html"), "utf8");
    expect(page).toContain("forged line");
    expect(page).not.toMatch(/<script|<img/i);
  });

  test("nor anything that a terminal obeys", () => {
    const page = readFileSync(folder.at("out", "report.html"), "utf8");
    const shown = obeyed(page).map((line) => line.slice(Math.max(0, line.search(OBEYED) - 60)).slice(0, 120));
    expect(shown).toEqual([]);
  });

  test("the quarantine can be looked at", () => {
    const kept = readFileSync(folder.at("out", "quarantine.ndjson"), "utf8");
    expect(obeyed(kept)).toEqual([]);
    expect(JSON.parse(JSON.parse(kept).sample).eventTime).toBe(HOSTILE);
  });
});
