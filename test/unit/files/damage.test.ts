import { gzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { MAX_DEPTH } from "#adapters/files/json-bytes.ts";
import { RecordReader } from "#adapters/files/record-reader.ts";
import { type RecordSink, Splitter } from "#adapters/files/splitter.ts";
import { readBytes } from "../../fakes/ingest.ts";
import { cloudtrailRecord, eventId, recordsFile } from "../../fakes/records.ts";

const good = (n: number): Record<string, unknown> => cloudtrailRecord({ eventID: eventId(n) });
const withMiddle = (middle: string): Buffer =>
  Buffer.from(`{"Records":[${JSON.stringify(good(1))},${middle},${JSON.stringify(good(3))}]}`);

async function middleOf(bytes: Buffer) {
  const read = await readBytes(bytes);
  expect(read.events).toBe(2);
  expect(read.outcome).toMatchObject({ read: 3, stored: 2, quarantined: 1 });
  return read.quarantined[0];
}

test.each([
  ["a missing quote", JSON.stringify(good(2)).replace('"eventName":"D', '"eventName":D')],
  ["a quote too many", JSON.stringify(good(2)).replace('"eventName":"D', '"eventName":""D')],
  ["a missing colon", JSON.stringify(good(2)).replace('"eventName":', '"eventName"')],
  ["a bracket of the wrong kind", JSON.stringify(good(2)).replace("}", "]")],
  ["a cut", JSON.stringify(good(2)).slice(0, 300)],
  ["a raw line feed in a string", JSON.stringify(good(2)).replace("Describe", "Desc\nribe")],
  ["a bad escape in a field that is read", JSON.stringify(good(2)).replace("Describe", "Desc\\qribe")],
])("%s costs the one record", async (_name, middle) => {
  expect(await middleOf(withMiddle(middle))).toMatchObject({
    file: "file",
    reason: "broken-json",
    position: expect.stringContaining("record 2"),
    sample: expect.stringContaining("eventVersion"),
  });
});

test("a record that is no object", async () => {
  expect(await middleOf(withMiddle('"text"'))).toMatchObject({ reason: "not-a-record", sample: '"text"' });
});

test("a record without any field of CloudTrail's", async () => {
  expect(await middleOf(withMiddle('{"a":1}'))).toMatchObject({ reason: "not-a-record" });
});

test("a missing eventTime and a userIdentity of the wrong type are named", async () => {
  const noTime = JSON.stringify(cloudtrailRecord({ eventTime: undefined }));
  expect(await middleOf(withMiddle(noTime))).toMatchObject({ reason: "missing-field", detail: "eventTime is missing" });
  const wrong = JSON.stringify(cloudtrailRecord({ userIdentity: 7 }));
  expect(await middleOf(withMiddle(wrong))).toMatchObject({
    reason: "wrong-type",
    detail: expect.stringContaining("userIdentity"),
  });
});

test("a record dated after it was read, or after its file was delivered, is damaged", async () => {
  const at = (time: string): string => JSON.stringify(cloudtrailRecord({ eventTime: time }));
  expect(await middleOf(withMiddle(at("2099-01-01T00:00:00Z")))).toMatchObject({
    reason: "in-the-future",
    detail: "eventTime is 2099-01-01T00:00:00Z, after the record was delivered",
  });
  expect((await readBytes(withMiddle(at("2027-01-01T20:00:00Z")))).events).toBe(3);
  const key =
    "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/11/03/111111111111_CloudTrail_eu-west-1_20261103T0220Z_abc.json.gz";
  const { quarantined } = await readBytes(withMiddle(at("2026-11-05T00:00:00Z")), {}, key);
  expect(quarantined).toMatchObject([{ file: key, position: "record 2", reason: "in-the-future" }]);
});

test("ten megabytes in one record are too large, and what follows is read", async () => {
  const large = JSON.stringify(cloudtrailRecord({ requestParameters: { text: "x".repeat(10 * 1024 * 1024) } }));
  const entry = await middleOf(withMiddle(large));
  expect(entry?.reason).toBe("too-large");
  expect(entry?.sample.length).toBe(64 * 1024);
});

test("nesting is followed to a depth, and no further", async () => {
  const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const record = (depth: number): string =>
    JSON.stringify(good(2)).replace('"requestParameters":{', `"requestParameters":{"deep":${nested(depth)},`);
  const allowed = await readBytes(withMiddle(record(MAX_DEPTH - 1)));
  expect(allowed.events).toBe(3);
  expect(await middleOf(withMiddle(record(MAX_DEPTH)))).toMatchObject({ reason: "too-deep" });
  expect(await middleOf(withMiddle(record(100_000)))).toMatchObject({ reason: "too-deep" });
});

test("a file that ends inside a record keeps what came before", async () => {
  const whole = recordsFile([good(1), good(2), good(3)]);
  const { events, quarantined, outcome } = await readBytes(whole.subarray(0, whole.length - 200));
  expect(events).toBe(2);
  expect(quarantined).toMatchObject([{ reason: "broken-json", detail: expect.stringContaining("ends inside") }]);
  expect(outcome).toMatchObject({ read: 3, stored: 2, quarantined: 1 });
});

test("a file that ends between two records says so", async () => {
  const whole = recordsFile([good(1), good(2)]).toString();
  const { events, quarantined } = await readBytes(Buffer.from(whole.slice(0, whole.indexOf(',{"eventVersion"') + 1)));
  expect(events).toBe(1);
  expect(quarantined).toHaveLength(1);
});

test("a torn gzip gives what could be unpacked, and one entry for the tear", async () => {
  const records = Array.from({ length: 400 }, (_, n) =>
    cloudtrailRecord({ eventID: eventId(n), requestID: `r${n * 7919}` }),
  );
  const packed = gzipSync(recordsFile(records));
  const { events, quarantined, outcome } = await readBytes(packed.subarray(0, packed.length / 2));
  expect(events).toBeGreaterThan(50);
  expect(quarantined.map(({ reason }) => reason)).toEqual(["truncated-gzip"]);
  expect(outcome.read).toBe(events + 1);
});

test("a field without end behind the records is given up before it fills memory, and the next line is read", () => {
  const pieces: string[] = [];
  const records: number[] = [];
  const sink: RecordSink = {
    record: (_bytes, _start, _end, number) => records.push(number),
    broken: (reason) => pieces.push(reason),
    foreign: () => {},
    leftOut: () => {},
  };
  const splitter = new Splitter(new RecordReader(), sink);
  const filler = Buffer.alloc(8 * 1024 * 1024, "A");
  let pending = Buffer.from('{"Records":[],"x":"');
  let largest = 0;
  const push = (piece: Buffer, final = false): void => {
    const bytes = Buffer.concat([pending, piece]);
    pending = Buffer.from(bytes.subarray(splitter.push(bytes, final)));
    largest = Math.max(largest, pending.length);
  };
  for (let piece = 0; piece < 12; piece++) push(filler);
  push(Buffer.from('"}\n'));
  push(recordsFile([good(1)]), true);
  expect(pieces).toEqual(["too-large"]);
  expect(records).toHaveLength(1);
  expect(largest).toBeLessThanOrEqual(64 * 1024 * 1024);
});

test("a broken line of many costs the line", async () => {
  const lines = [1, 2, 3].map((n) => JSON.stringify(good(n)));
  lines[1] = (lines[1] as string).slice(0, 100);
  const { events, quarantined } = await readBytes(Buffer.from(lines.join("\n")));
  expect(events).toBe(2);
  expect(quarantined).toMatchObject([{ reason: "broken-json" }]);
});

test("what a caller writes into a string cannot pass for a record", async () => {
  const hostile = good(1);
  hostile["userAgent"] = `},${JSON.stringify(good(9))},{`;
  const broken = JSON.stringify(hostile).replace('"eventName":"D', '"eventName":D');
  const { events, quarantined } = await readBytes(Buffer.from(`{"Records":[${broken},${JSON.stringify(good(2))}]}`));
  expect(events).toBe(1);
  expect(quarantined).toHaveLength(1);
});
