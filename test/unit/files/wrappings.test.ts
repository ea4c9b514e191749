import { gzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { readBytes } from "../../fakes/ingest.ts";
import { cloudtrailRecord, eventId, recordsFile } from "../../fakes/records.ts";

const two = [
  cloudtrailRecord({ eventID: eventId(1) }),
  cloudtrailRecord({ eventID: eventId(2), userAgent: "Größe/1" }),
];
const lines = two.map((record) => JSON.stringify(record)).join("\n");
const subscription = {
  messageType: "DATA_MESSAGE",
  owner: "111122223333",
  logGroup: "trail",
  logEvents: two.map((record, id) => ({ id: String(id), timestamp: 1, message: JSON.stringify(record) })),
};
const lookup = {
  NextToken: "x",
  Events: two.map((record) => ({
    EventId: record["eventID"],
    EventName: "x",
    CloudTrailEvent: JSON.stringify(record),
  })),
};

const wrappings: Readonly<Record<string, Buffer>> = {
  Records: recordsFile(two),
  "Records with white space": Buffer.from(JSON.stringify({ Records: two }, null, 2)),
  "Records behind another field": Buffer.from(JSON.stringify({ version: 1, Records: two, more: { a: [1] } })),
  "an array": Buffer.from(JSON.stringify(two)),
  "one record a line": Buffer.from(`${lines}\n`),
  "one record a line, with carriage returns": Buffer.from(`${lines.replace("\n", "\r\n")}\r\n`),
  "one wrapping a line": Buffer.from(two.map((record) => JSON.stringify({ Records: [record] })).join("\n")),
  LookupEvents: Buffer.from(JSON.stringify(lookup)),
  "LookupEvents' list alone": Buffer.from(JSON.stringify(lookup.Events)),
  "a decoded subscription payload": Buffer.from(JSON.stringify(subscription)),
  "a subscription payload": Buffer.from(
    JSON.stringify({ awslogs: { data: gzipSync(JSON.stringify(subscription)).toString("base64") } }),
  ),
};

for (const [name, bytes] of Object.entries(wrappings)) {
  const forms: Readonly<Record<string, Buffer>> = {
    plain: bytes,
    "with a byte order mark": Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    "in UTF-16": Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString(), "utf16le")]),
    gzipped: gzipSync(bytes),
    "gzipped in two members": Buffer.concat([gzipSync(bytes.subarray(0, 40)), gzipSync(bytes.subarray(40))]),
  };
  test.each(Object.entries(forms))(`${name}, %s: both records`, async (_form, form) => {
    const { events, quarantined, outcome } = await readBytes(form);
    expect(quarantined).toEqual([]);
    expect(events).toBe(2);
    expect(outcome).toMatchObject({ read: 2, stored: 2, quarantined: 0, leftOut: 0, leftOutReason: null });
  });
}

test("an empty list, an empty file and a control message hold nothing, and nothing is wrong with them", async () => {
  for (const text of ['{"Records":[]}', "", "\n", "[]", '{"messageType":"CONTROL_MESSAGE","logEvents":[]}']) {
    const { outcome, quarantined } = await readBytes(Buffer.from(text));
    expect(quarantined).toEqual([]);
    expect(outcome).toMatchObject({ read: 0, leftOutReason: null });
  }
});

test("digest files are recognised by what they hold", async () => {
  const digest = {
    awsAccountId: "111122223333",
    digestStartTime: "x",
    digestS3Bucket: "logs",
    logFiles: [{ s3Bucket: "logs" }],
  };
  const { outcome } = await readBytes(gzipSync(JSON.stringify(digest)));
  expect(outcome).toMatchObject({ read: 0, leftOutReason: "digest" });
});

test("digests and foreign values among records are counted as left out, and cost no record", async () => {
  const digest = JSON.stringify({ awsAccountId: "111122223333", digestS3Bucket: "logs", logFiles: [{ a: 1 }] });
  const [first, second] = two.map((record) => JSON.stringify({ Records: [record] }));
  for (const [text, leftOut] of [
    [`${first}\n${digest}\n${second}\n`, 1],
    [`${first}${digest}${digest}${second}`, 2],
    [`${digest}\n${first}\n${second}\n${digest}`, 2],
    [`{"Accounts":[]}\n[{"Id":1}]\n${first}\n${second}`, 2],
  ] as const) {
    const { events, quarantined, outcome } = await readBytes(Buffer.from(text));
    expect(quarantined).toEqual([]);
    expect(events).toBe(2);
    expect(outcome).toMatchObject({ read: 2 + leftOut, stored: 2, leftOut, leftOutReason: null });
  }
});

test.each([
  ["prose", "# Read me first"],
  ["an organization", JSON.stringify({ Accounts: [{ Id: "111122223333", Name: "prod" }] })],
  ["a list of other things", JSON.stringify([{ Id: "1" }, { Id: "2" }])],
])("%s among the logs is left out as a file, not quarantined record by record", async (_name, text) => {
  const { outcome, quarantined } = await readBytes(Buffer.from(text));
  expect(quarantined).toEqual([]);
  expect(outcome).toMatchObject({ read: 0, leftOutReason: "not-cloudtrail" });
});

test("Insights are kept apart and count as stored", async () => {
  const insight = cloudtrailRecord({
    eventType: "AwsCloudTrailInsight",
    eventName: undefined,
    eventSource: undefined,
    userIdentity: undefined,
    eventCategory: "Insight",
    insightDetails: {
      state: "Start",
      eventSource: "ec2.amazonaws.com",
      eventName: "RunInstances",
      insightType: "ApiCallRateInsight",
      insightContext: { statistics: { baseline: { average: 0.5 }, insight: { average: 12 } } },
    },
  });
  const { events, insights, outcome } = await readBytes(recordsFile([insight, ...two]));
  expect(events).toBe(2);
  expect(insights).toMatchObject([{ record: 1, insight: { action: "RunInstances", baseline: 0.5, insight: 12 } }]);
  expect(outcome).toMatchObject({ read: 3, stored: 3, insights: 1 });
});

test("a selection leaves records out and counts them", async () => {
  const { events, outcome } = await readBytes(recordsFile(two), { eventNames: ["RunInstances"] });
  expect(events).toBe(0);
  expect(outcome).toMatchObject({ read: 2, stored: 0, leftOut: 2 });
});
