import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { UnreadablePayload, unpackLogPayload } from "#lambdas/shared/log-payload.ts";
import { objectNotices } from "#lambdas/shared/object-notices.ts";
import { dataMessage, packed } from "./support.ts";

describe("payloads of CloudWatch Logs", () => {
  test("one record a log event", () => {
    const payload = dataMessage([{ a: 1 }, "not json", { b: "ü 🚨" }]);
    expect(unpackLogPayload(packed(payload))).toMatchObject({
      logGroup: "aws-cloudtrail-logs",
      logEvents: [{ message: '{"a":1}' }, { message: "not json" }, { message: '{"b":"ü 🚨"}' }],
    });
  });

  test("a control message holds nothing", () => {
    const control = {
      ...dataMessage(["CWL CONTROL MESSAGE: Checking health of destination"]),
      messageType: "CONTROL_MESSAGE",
    };
    expect(unpackLogPayload(packed(control)).logEvents).toEqual([]);
  });

  test("a large one", () => {
    const records = Array.from({ length: 3_000 }, (_, n) => ({ n, text: "x".repeat(n) }));
    expect(unpackLogPayload(packed(dataMessage(records))).logEvents).toHaveLength(3_000);
  });

  test.each([
    ["no base64 of anything", "!!"],
    ["nothing", ""],
    ["no gzip", Buffer.from("{}").toString("base64")],
    [
      "a torn gzip",
      Buffer.from(packed(dataMessage([{ a: 1 }])), "base64")
        .subarray(0, 60)
        .toString("base64"),
    ],
    ["no JSON", gzipSync("hello").toString("base64")],
    ["another's JSON", packed({ Records: [] })],
    ["log events of another form", packed({ ...dataMessage([]), logEvents: [{ text: "x" }] })],
    ["null", packed(null)],
  ])("%s is unreadable", (_, data) => {
    expect(() => unpackLogPayload(data)).toThrow(UnreadablePayload);
  });
});

describe("notices of new objects", () => {
  const s3 = (key: string) => ({ eventName: "ObjectCreated:Put", s3: { bucket: { name: "logs" }, object: { key } } });
  const KEY = "AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/2026/11/03/a.json.gz";

  test.each([
    ["S3", { Records: [s3(KEY)] }],
    ["S3 through a topic", { Type: "Notification", Message: JSON.stringify({ Records: [s3(KEY)] }) }],
    ["CloudTrail", { s3Bucket: "logs", s3ObjectKey: [KEY] }],
    [
      "CloudTrail through a topic",
      { Type: "Notification", Message: JSON.stringify({ s3Bucket: "logs", s3ObjectKey: [KEY] }) },
    ],
    ["EventBridge", { "detail-type": "Object Created", detail: { bucket: { name: "logs" }, object: { key: KEY } } }],
  ])("of %s", (_, message) => {
    expect(objectNotices(JSON.stringify(message))).toEqual([{ bucket: "logs", key: KEY }]);
  });

  test("several in one, with names that S3 escapes", () => {
    const message = { Records: [s3("a+b/%C3%BC%2B.json.gz"), s3("c")] };
    expect(objectNotices(JSON.stringify(message))?.map(({ key }) => key)).toEqual(["a b/ü+.json.gz", "c"]);
  });

  test.each([
    ["of S3", JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "logs" })],
    ["of CloudTrail", "CloudTrail validation message."],
  ])("a try %s announces nothing", (_, body) => {
    expect(objectNotices(body)).toEqual([]);
  });

  test.each([
    ["hello"],
    ["{}"],
    ["null"],
    [JSON.stringify({ Records: [{ s3: {} }] })],
    [JSON.stringify({ s3Bucket: "logs", s3ObjectKey: [7] })],
    [JSON.stringify({ Type: "Notification", Message: "hello" })],
  ])("%s is no notice", (body) => {
    expect(objectNotices(body)).toBeNull();
  });
});
