import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const SAMPLE = new URL("../test/fixtures/cloudtrail/normal_5min_opensearch_catalog.json", import.meta.url);
const ACCOUNTS = 12;
const HEX = "0123456789abcdef";

/** Five real minutes, cut where a copy must differ: ids, time and account. */
type Template = readonly (string | "eventID" | "requestID" | "eventTime" | "account")[];

export interface Corpus {
  readonly files: readonly string[];
  readonly events: number;
  /** JSON text, unpacked. */
  readonly rawBytes: number;
  readonly packedBytes: number;
}

/**
 * Writes `events` records in gzip files of `perFile` records, as `{Records:[...]}`, below `dir` in CloudTrail's layout.
 * Every copy of a sample record has its own event id, request id and time, in one of twelve accounts. Same arguments,
 * same bytes.
 */
export function writeCorpus(dir: string, events: number, perFile = 5000, seed = 1): Corpus {
  const records = (JSON.parse(readFileSync(SAMPLE, "utf8")) as { Records: Record<string, string>[] }).Records;
  const templates = records.map(template);
  const random = xorshift(seed);
  const files: string[] = [];
  let rawBytes = 0;
  let packedBytes = 0;
  const start = Date.UTC(2026, 9, 1);
  for (let first = 0, index = 0; first < events; first += perFile, index++) {
    const account = String(100_000_000_000 + (index % ACCOUNTS) * 7_777_777);
    const count = Math.min(perFile, events - first);
    const parts: string[] = [];
    for (let i = 0; i < count; i++) {
      const time = new Date(start + Math.floor((first + i) * 860)).toISOString().slice(0, 19);
      parts.push(fill(templates[(first + i) % templates.length] as Template, random, account, `${time}Z`));
    }
    const text = `{"Records":[${parts.join(",")}]}`;
    const day = new Date(start + first * 860);
    const folder = join(
      dir,
      "AWSLogs",
      account,
      "CloudTrail",
      "eu-west-1",
      ...day.toISOString().slice(0, 10).split("-"),
    );
    mkdirSync(folder, { recursive: true });
    const stamp = day.toISOString().replace(/[-:]/g, "").slice(0, 13);
    const path = join(folder, `${account}_CloudTrail_eu-west-1_${stamp}Z_${String(index).padStart(6, "0")}.json.gz`);
    const packed = gzipSync(text);
    writeFileSync(path, packed);
    files.push(path);
    rawBytes += Buffer.byteLength(text);
    packedBytes += statSync(path).size;
  }
  return { files, events, rawBytes, packedBytes };
}

function template(record: Record<string, string>): Template {
  const account = record["recipientAccountId"] ?? "";
  const marked = JSON.stringify({
    ...record,
    eventID: "\u0001eventID\u0001",
    eventTime: "\u0001eventTime\u0001",
    ...(record["requestID"] === undefined ? {} : { requestID: "\u0001requestID\u0001" }),
    ...(record["sharedEventID"] === undefined ? {} : { sharedEventID: "\u0001requestID\u0001" }),
  });
  return marked
    .split(/\\u0001(eventID|eventTime|requestID)\\u0001/)
    .flatMap((part) =>
      account ? part.split(account).flatMap((piece, i) => (i ? ["account", piece] : [piece])) : [part],
    );
}

function fill(parts: Template, random: () => number, account: string, time: string): string {
  let text = "";
  for (const part of parts) {
    if (part === "eventID" || part === "requestID") text += uuid(random);
    else if (part === "eventTime") text += time;
    else if (part === "account") text += account;
    else text += part;
  }
  return text;
}

function uuid(random: () => number): string {
  let text = "";
  for (let i = 0; i < 32; i++) {
    if (i === 8 || i === 12 || i === 16 || i === 20) text += "-";
    text += i === 12 ? "4" : HEX[random() & 15];
  }
  return text;
}

function xorshift(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 8;
  };
}
