import { expect, test } from "@jest/globals";
import { canonicalJson, normaliseRecord } from "#core/normalise/index.ts";
import { call, eventOf, hash } from "./fixtures.ts";

const rejection = (record: unknown) => normaliseRecord(record, hash);

test.each([
  ["2026-11-03T02:14:00Z", Date.UTC(2026, 10, 3, 2, 14)],
  ["2026-11-03 02:14:00.000000000", Date.UTC(2026, 10, 3, 2, 14)],
  ["2026-11-03 02:14:00", Date.UTC(2026, 10, 3, 2, 14)],
  ["2026-11-03T02:14:00.125Z", Date.UTC(2026, 10, 3, 2, 14, 0, 125)],
  ["2024-02-29T23:59:59Z", Date.UTC(2024, 1, 29, 23, 59, 59)],
])("eventTime %s", (eventTime, time) => {
  expect(eventOf(call("ec2", "DescribeHosts", { eventTime })).time).toBe(time);
});

test.each([
  "2026-02-30T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-11-03T25:00:00Z",
  "0001-01-01T00:00:00Z",
  "2026-11-03T02:14:00+09:00",
  "yesterday",
  1793672040,
  {},
])("eventTime %p is of no use", (eventTime) => {
  expect(rejection(call("ec2", "DescribeHosts", { eventTime }))).toMatchObject({
    kind: "rejected",
    reason: "wrong-type",
    detail: expect.stringContaining("eventTime"),
  });
});

test("a missing field is named", () => {
  for (const field of ["eventTime", "eventSource", "eventName"]) {
    expect(rejection({ ...call("ec2", "DescribeHosts"), [field]: undefined })).toEqual({
      kind: "rejected",
      reason: "missing-field",
      detail: `${field} is missing`,
    });
  }
});

test.each([
  ["eventName", { a: 1 }, "eventName should be text, but is an object with a"],
  ["eventName", 7, "eventName should be text, but is 7"],
  ["userIdentity", 7, "userIdentity should be an object, but is 7"],
  ["userIdentity", { type: "IAMUser", arn: ["x"] }, "userIdentity.arn should be text, but is a list of 1"],
  ["awsRegion", true, "awsRegion should be text, but is true"],
  ["readOnly", "maybe", 'readOnly should be true or false, but is "maybe"'],
  ["resources", "x".repeat(500), `resources should be a list, but is "${"x".repeat(80)}…"`],
])("a wrong type in %s is rejected with what it is", (field, value, detail) => {
  expect(rejection(call("ec2", "RunInstances", { [field]: value }))).toEqual({
    kind: "rejected",
    reason: "wrong-type",
    detail,
  });
});

test.each([[null], ["text"], [[1]], [7], [undefined]])("%p is not a record", (value) => {
  expect(rejection(value)).toMatchObject({ kind: "rejected", reason: "not-a-record" });
});

test("absent fields are read as logs really are", () => {
  const event = eventOf(
    call("ec2", "RunInstances", {
      recipientAccountId: undefined,
      awsRegion: undefined,
      sourceIPAddress: undefined,
      userAgent: undefined,
      requestParameters: null,
      responseElements: null,
    }),
  );
  expect(event).toMatchObject({ account: "111122223333", region: "unknown", readOnly: false, outcome: "success" });
  expect(event.origin).toMatchObject({ sourceIp: null, network: null, tool: "none", userAgent: null });
});

test("an account id as a number gets its leading zeros back, and flags may be text", () => {
  const event = eventOf(call("ec2", "RunInstances", { recipientAccountId: 12345678901, readOnly: "True" }));
  expect(event).toMatchObject({ account: "012345678901", readOnly: true });
});

test("a record without an identity is a service's own event, or nobody's", () => {
  const event = { userIdentity: undefined, userAgent: undefined };
  expect(eventOf(call("kms", "RotateKey", { ...event, eventType: "AwsServiceEvent" })).principal).toMatchObject({
    type: "service",
    id: "kms.amazonaws.com",
  });
  expect(eventOf(call("kms", "RotateKey", event)).principal).toMatchObject({ type: "unknown", id: "unknown" });
});

test("without an id, the content is the id, whatever the order of its keys", () => {
  const record: Record<string, unknown> = { ...call("ec2", "DescribeHosts"), eventID: undefined };
  const turned = Object.fromEntries(Object.entries(record).reverse());
  expect(eventOf(record).id).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(eventOf(turned).id).toBe(eventOf(record).id);
  expect(eventOf({ ...record, awsRegion: "us-east-1" }).id).not.toBe(eventOf(record).id);
});

test("canonical JSON is JSON with sorted keys", () => {
  const value = JSON.parse('{"b":[1,{"d":null,"c":"\\u2028\\""}],"a":{"__proto__":{"x":1}},"10":1,"9":2}');
  expect(canonicalJson(value)).toBe('{"10":1,"9":2,"a":{"__proto__":{"x":1}},"b":[1,{"c":"\u2028\\"","d":null}]}');
  expect(JSON.parse(canonicalJson(value))).toEqual(value);
  for (const plain of [null, 1, "x", true, [], {}]) expect(canonicalJson(plain)).toBe(JSON.stringify(plain));
});

test("canonical JSON does not mind depth", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = level % 2 ? [deep] : { a: deep };
  expect(canonicalJson(deep)).toHaveLength(50_000 * 2 + 50_000 * 6 + 1);
});

test.each([
  [{ errorCode: "AccessDenied" }, "denied"],
  [{ errorCode: "Client.UnauthorizedOperation" }, "denied"],
  [{ errorCode: "AccessDeniedException" }, "denied"],
  [{ errorCode: "VpceAccessDenied" }, "denied"],
  [{ errorCode: "Client.RequestLimitExceeded" }, "throttled"],
  [{ errorCode: "ThrottlingException" }, "throttled"],
  [{ errorCode: "TooManyRequestsException" }, "throttled"],
  [{ errorCode: "Client.DryRunOperation" }, "dry-run"],
  [{ errorCode: "Client.InstanceLimitExceeded" }, "failed"],
  [{ errorCode: "NoSuchBucket" }, "failed"],
  [{ errorCode: "" }, "success"],
  [{ errorMessage: "it broke" }, "failed"],
  [{}, "success"],
])("outcome of %p is %s", (fields, outcome) => {
  expect(eventOf(call("ec2", "RunInstances", fields)).outcome).toBe(outcome);
});

test.each([
  ["lambda", "AddPermission20150331v2", "AddPermission"],
  ["lambda", "ListFunctions20150331", "ListFunctions"],
  ["cloudfront", "CreateFunction2020_05_31", "CreateFunction"],
  ["ec2", "RunInstances", "RunInstances"],
])("%s:%s is %s", (service, name, action) => {
  expect(eventOf(call(service, name))).toMatchObject({ service, action });
});

test.each([
  ["DescribeInstances", true],
  ["ListBuckets", true],
  ["RunInstances", false],
  ["InvokeModel", false],
])("%s without readOnly: %p", (action, readOnly) => {
  expect(eventOf(call("ec2", action)).readOnly).toBe(readOnly);
});

test("old data events had no category", () => {
  expect(eventOf(call("s3", "GetObject")).category).toBe("data");
  expect(eventOf(call("s3", "GetBucketAcl")).category).toBe("management");
  expect(eventOf(call("xyz", "Put", { managementEvent: false })).category).toBe("data");
  expect(eventOf(call("s3", "GetObject", { eventType: "AwsVpceEvent" })).category).toBe("network");
});

test("traffic through an endpoint is not the call itself", () => {
  const event = eventOf(call("cloudtrail", "StopLogging", { eventCategory: "NetworkActivity" }));
  expect(event).toMatchObject({ category: "network", marks: [], quantities: [] });
});
