import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

export interface Payload {
  /** As a subscription filter sends it: base64 of gzip. */
  readonly data: string;
  readonly records: number;
  /** Of the records as JSON. */
  readonly rawBytes: number;
}

const LOG_GROUP = "aws-cloudtrail-logs-organization";

/** The records of a file of CloudTrail's as CloudWatch Logs delivers them: each a log event of its own. */
export function payloadOf(file: string): Payload {
  const { Records } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { Records: { eventTime: string }[] };
  const messages = Records.map((record) => JSON.stringify(record));
  const logEvents = messages.map((message, at) => ({
    id: `3777${String(at).padStart(52, "0")}`,
    timestamp: Date.parse((Records[at] as { eventTime: string }).eventTime) + 300_000,
    message,
  }));
  const payload = {
    messageType: "DATA_MESSAGE",
    owner: "111122223333",
    logGroup: LOG_GROUP,
    logStream: "o-exampleorgid_111122223333_CloudTrail_eu-west-1",
    subscriptionFilters: ["trailwatch"],
    logEvents,
  };
  return {
    data: gzipSync(JSON.stringify(payload)).toString("base64"),
    records: Records.length,
    rawBytes: messages.reduce((sum, message) => sum + message.length, 0),
  };
}

/** What nobody who reads such a payload can do without: base64, gunzip, and both times JSON. Answers the records. */
export function floorOf(data: string): number {
  const payload = JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString("utf8")) as {
    logEvents: { message: string }[];
  };
  let records = 0;
  for (const { message } of payload.logEvents) if (JSON.parse(message) !== null) records++;
  return records;
}
