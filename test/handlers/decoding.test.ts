import { isUtf8 } from "node:buffer";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type LogPayload, UnreadablePayload, unpackLogPayload } from "#lambdas/shared/log-payload.ts";
import { objectNotices } from "#lambdas/shared/object-notices.ts";
import { dataMessage, packed } from "./support.ts";

const messagesOf = ({ messages: { bytes, ends } }: LogPayload): readonly string[] =>
  ends.map((end, at) => bytes.toString("utf8", ends[at - 1] ?? 0, end));

const hostile = fc.constantFrom(
  ...['"', "\\", "/", "u", "\0", "\n", "\u2028", "\ud83d\udea8", "\ud800", "\udc00", "ü", "a", "1"],
);

/** The same with an escape for every character that is not ASCII. */
const inAscii = (json: string): string =>
  json.replace(/[^ -~\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const parsedMessages = (json: string): readonly string[] => {
  const { messageType, logEvents } = JSON.parse(json);
  if (messageType === "CONTROL_MESSAGE") return [];
  if (messageType !== "DATA_MESSAGE") throw new Error("another's");
  return logEvents.map(({ id, timestamp, message }: Record<string, unknown>) => {
    if (typeof id !== "string" && typeof id !== "number") throw new Error("id");
    if (typeof timestamp !== "number" || typeof message !== "string") throw new Error("form");
    return Buffer.from(message).toString();
  });
};

const readOr = <T>(read: () => T): T | "unreadable" => {
  try {
    return read();
  } catch {
    return "unreadable";
  }
};

describe("payloads of CloudWatch Logs", () => {
  test("one record a log event", () => {
    const payload = dataMessage([{ a: 1 }, "not json", { b: "ü 🚨" }]);
    const unpacked = unpackLogPayload(packed(payload));
    expect(unpacked.logGroup).toBe("aws-cloudtrail-logs");
    expect(messagesOf(unpacked)).toEqual(['{"a":1}', "not json", '{"b":"ü 🚨"}']);
  });

  test("whatever stands in it, as parsing reads it", () => {
    const logEvent = fc.record({
      id: fc.oneof(fc.stringMatching(/^\d{1,56}$/), fc.string(), fc.nat()),
      timestamp: fc.oneof(fc.nat(), fc.constantFrom(0, -1, 1.5, 1e21, 123456789012345, 1234567890123456)),
      message: fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: hostile }), fc.json()),
    });
    const around = fc.record({ logGroup: fc.string({ unit: hostile }), extra: fc.jsonValue() }, { requiredKeys: [] });
    const payloads = fc.tuple(around, fc.array(logEvent, { maxLength: 8 }), fc.constantFrom(0, 0, 0, 2), fc.boolean());
    fc.assert(
      fc.property(payloads, ([fields, logEvents, space, escapes]) => {
        const whole = { ...dataMessage([]), ...fields, logEvents };
        const json = JSON.stringify(whole, null, space);
        const data = gzipSync(escapes ? inAscii(json) : json).toString("base64");
        const unpacked = unpackLogPayload(data);
        expect(messagesOf(unpacked)).toEqual(logEvents.map(({ message }) => Buffer.from(message).toString()));
        expect(unpacked.ids).toEqual(logEvents.map(({ id }) => String(id)));
        expect(unpacked.times).toEqual(logEvents.map(({ timestamp }) => timestamp));
        expect(unpacked.logGroup).toBe(String(whole.logGroup));
      }),
      { numRuns: 1_000 },
    );
  });

  test("a damaged one is as unreadable as parsing finds it", () => {
    const json = JSON.stringify(dataMessage([{ a: 'quoted "text" \\ \u2028 \ud83d\udea8' }, { b: 2 }]));
    for (let at = 0; at < json.length; at++) {
      for (const put of ["", '"', "\\", "\\u12", "\n", "}", ",", "0", "\ud800"]) {
        const damaged = json.slice(0, at) + put + json.slice(at + 1);
        const data = gzipSync(damaged).toString("base64");
        expect(readOr(() => messagesOf(unpackLogPayload(data)))).toEqual(readOr(() => parsedMessages(damaged)));
      }
    }
    const broken = gzipSync(Buffer.from(json.replace("quoted", "\xff"), "latin1")).toString("base64");
    const { bytes, ends } = unpackLogPayload(broken).messages;
    expect(isUtf8(bytes.subarray(0, ends.at(-1)))).toBe(true);
  });

  test("a control message holds nothing", () => {
    const control = {
      ...dataMessage(["CWL CONTROL MESSAGE: Checking health of destination"]),
      messageType: "CONTROL_MESSAGE",
    };
    expect(messagesOf(unpackLogPayload(packed(control)))).toEqual([]);
  });

  test("a large one", () => {
    const records = Array.from({ length: 3_000 }, (_, n) => ({ n, text: '"'.repeat(n) }));
    expect(messagesOf(unpackLogPayload(packed(dataMessage(records))))).toEqual(
      records.map((one) => JSON.stringify(one)),
    );
    const huge = [{ text: "\ud83d\udea8".repeat(200_000) }, { text: "\\".repeat(400_000) }];
    expect(messagesOf(unpackLogPayload(packed(dataMessage(huge))))).toEqual(huge.map((one) => JSON.stringify(one)));
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
