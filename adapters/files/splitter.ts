import { gunzipSync } from "node:zlib";
import type { QuarantineReason } from "#core/domain/ingest.ts";
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  INCOMPLETE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipNested,
  skipSpace,
  skipString,
  skipValue,
  TOO_DEEP,
} from "./json-bytes.ts";
import { KEY_NAMES } from "./record-fields.ts";
import type { RecordReader } from "./record-reader.ts";
import { findNextLine, findNextRecord, LINE_FEED } from "./resynchronise.ts";

/** CloudTrail's own limit is 256 kB, 1 MB for extended events; what is larger was not written by it. */
const MAX_RECORD_BYTES = 2 * 1024 * 1024;
/** Subscription payloads inside payloads end here. */
const MAX_WRAPPINGS = 4;
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

export interface RecordSink {
  /** One record in `bytes[start, end)`; the splitter's reader has just scanned it. `number` counts from 1 in the file. */
  record(bytes: Buffer, start: number, end: number, number: number): void;
  /** A piece of input that is no record. */
  broken(reason: QuarantineReason, position: string, detail: string, sample: Buffer): void;
  /** The whole file is not one of events: a digest, or not CloudTrail's. Nothing follows. */
  foreign(reason: Foreign): void;
  /** Values that are digests or not CloudTrail's stand among records. Nothing follows. */
  leftOut(values: number): void;
}

type Foreign = "digest" | "not-cloudtrail";

type State = "values" | "list" | "object" | "done";

/**
 * Finds the records in the bytes of one file, whatever they are wrapped in: `{Records:[...]}`, an array, one value a
 * line, LookupEvents answers, CloudWatch Logs subscription payloads. One damaged record costs that record, and the
 * next is found again; where it is not, the rest is one entry.
 */
export class Splitter {
  readonly #reader: RecordReader;
  readonly #sink: RecordSink;
  #state: State = "values";
  /** Whether the list stands in an object, whose other fields follow. */
  #inObject = false;
  #number = 0;
  #offset = 0;
  /** Anything of CloudTrail's, or damage, which may have been. */
  #seen = false;
  #depth = 0;
  /** The first value that was none of ours. */
  #foreign: Foreign | null = null;
  #foreignValues = 0;
  /** Inside a line that is given up, whose end has not come yet. */
  #lost = false;

  constructor(reader: RecordReader, sink: RecordSink) {
    this.#reader = reader;
    this.#sink = sink;
  }

  /**
   * Takes what it can of `bytes` and answers how much; the remainder must come again, with more behind it, unless
   * `final`. `torn` says that the input was cut off, so that what is incomplete at its end is that damage and no other.
   */
  push(bytes: Buffer, final: boolean, torn = false): number {
    const end = bytes.length;
    let p = 0;
    while (this.#state !== "done") {
      p = skipSpace(bytes, p, end);
      if (p >= end) break;
      const next = this.#step(bytes, p, end, final, torn);
      if (next === p) break;
      p = next;
    }
    if (final && this.#state !== "done") this.#finish(bytes, p, end, torn);
    if (final && this.#depth === 0) this.#conclude();
    this.#offset += p;
    return this.#state === "done" ? end : p;
  }

  #finish(bytes: Buffer, at: number, end: number, torn: boolean): void {
    if (at >= end && this.#state === "values" && !torn) return;
    if (this.#foreign !== null && !this.#seen) return;
    const reason = torn ? "truncated-gzip" : "broken-json";
    const detail = torn ? "the compressed data ends early" : "the file ends inside a list of records";
    this.#sink.broken(reason, this.#position(at), detail, bytes.subarray(at, end));
  }

  /** Only the end of the input tells whether all of it was foreign. */
  #conclude(): void {
    if (this.#foreign === null) return;
    if (this.#seen) this.#sink.leftOut(this.#foreignValues);
    else this.#sink.foreign(this.#foreign);
  }

  #passOver(reason: Foreign): void {
    this.#foreign ??= reason;
    this.#foreignValues++;
  }

  /** One step from `at`, which is no white space; the same position when more bytes are needed first. */
  #step(bytes: Buffer, at: number, end: number, final: boolean, torn: boolean): number {
    const byte = bytes[at];
    if (this.#state === "list") {
      if (byte === COMMA) return at + 1;
      if (byte === CLOSE_ARRAY) {
        this.#state = this.#inObject ? "object" : "values";
        return at + 1;
      }
      return this.#element(bytes, at, end, final, torn);
    }
    if (this.#state === "object") return this.#rest(bytes, at, end, final);
    if (this.#lost) return this.#restOfLine(bytes, at, end);
    if (byte === OPEN_ARRAY) {
      this.#state = "list";
      this.#inObject = false;
      return at + 1;
    }
    if (byte === OPEN_OBJECT) return this.#object(bytes, at, end, final, torn);
    if (!this.#seen) {
      this.#passOver("not-cloudtrail");
      this.#state = "done";
      return end;
    }
    return this.#damaged(bytes, at, end, final, torn, "broken-json", "expected a JSON value");
  }

  /** Behind a list inside an object: its other fields, up to the closing bracket. */
  #rest(bytes: Buffer, at: number, end: number, final: boolean): number {
    const byte = bytes[at];
    if (byte === COMMA || byte === COLON) return at + 1;
    if (byte === CLOSE_OBJECT) {
      this.#state = "values";
      return at + 1;
    }
    const next = skipValue(bytes, at, end);
    if (next > 0) return next;
    const large = end - at >= MAX_PAYLOAD_BYTES;
    if (next === INCOMPLETE && !final && !large) return at;
    this.#state = "values";
    const [reason, detail] =
      next === INCOMPLETE && large
        ? (["too-large", `a field of more than ${MAX_PAYLOAD_BYTES} bytes behind the records`] as const)
        : (["broken-json", "expected the end of the object around the records"] as const);
    const to = this.#damaged(bytes, at, end, final, false, reason, detail);
    this.#lost = to === end && !final;
    return to;
  }

  /** Part of what is in quarantine already. */
  #restOfLine(bytes: Buffer, at: number, end: number): number {
    const next = findNextLine(bytes, at, end)?.at ?? end;
    this.#lost = bytes[next - 1] !== LINE_FEED;
    return next;
  }

  /** A digest among other values, or alone. */
  #digest(bytes: Buffer, at: number, end: number, final: boolean, torn: boolean): number {
    const next = skipNested(bytes, at, end);
    if (next === INCOMPLETE && !final) {
      if (end - at < MAX_PAYLOAD_BYTES) return at;
      return this.#damaged(
        bytes,
        at,
        end,
        final,
        torn,
        "too-large",
        `a digest of more than ${MAX_PAYLOAD_BYTES} bytes`,
      );
    }
    this.#passOver("digest");
    return next > 0 ? next : (findNextLine(bytes, at, end)?.at ?? end);
  }

  /** A top-level object: a wrapping that is entered, a payload, a digest, or a record itself. */
  #object(bytes: Buffer, at: number, end: number, final: boolean, torn: boolean): number {
    for (let p = skipSpace(bytes, at + 1, end); ; ) {
      if (p >= end || bytes[p] !== QUOTE) break;
      const key = p + 1;
      const keyEnd = skipString(bytes, key, end);
      if (keyEnd < 0) break;
      p = skipSpace(bytes, keyEnd, end);
      if (p >= end || bytes[p] !== COLON) break;
      p = skipSpace(bytes, p + 1, end);
      const name = keyEnd - 1 - key <= 32 ? bytes.toString("latin1", key, keyEnd - 1) : "";
      if (bytes[p] === OPEN_ARRAY && (name === "Records" || name === "Events" || name === "logEvents")) {
        this.#seen = true;
        this.#state = "list";
        this.#inObject = true;
        return p + 1;
      }
      if (name === "digestS3Bucket" || name === "digestStartTime") return this.#digest(bytes, at, end, final, torn);
      if (name === "awslogs" || KEY_NAMES.includes(name)) break;
      p = skipValue(bytes, p, end);
      if (p < 0) break;
      p = skipSpace(bytes, p, end);
      if (bytes[p] === COMMA) p = skipSpace(bytes, p + 1, end);
    }
    return this.#element(bytes, at, end, final, torn);
  }

  /** One value that stands where a record is expected. */
  #element(bytes: Buffer, at: number, end: number, final: boolean, torn: boolean): number {
    if (bytes[at] !== OPEN_OBJECT) {
      const next = skipValue(bytes, at, end);
      if (next === INCOMPLETE && !final && end - at <= MAX_RECORD_BYTES) return at;
      if (next < 0) return this.#damaged(bytes, at, end, final, torn, "broken-json", "expected a record");
      this.#seen = true;
      this.#number++;
      this.#sink.broken("not-a-record", this.#position(at), "a value that is no object", bytes.subarray(at, next));
      return next;
    }
    const limit = Math.min(end, at + MAX_RECORD_BYTES);
    const next = this.#reader.scan(bytes, at, limit);
    if (next > 0) {
      this.#take(bytes, at, next);
      return next;
    }
    if (next === INCOMPLETE)
      return limit < end ? this.#large(bytes, at, end, final, torn) : this.#open(bytes, at, end, final, torn);
    const deep = next === TOO_DEEP;
    return this.#damaged(
      bytes,
      at,
      end,
      final,
      torn,
      deep ? "too-deep" : "broken-json",
      deep ? "nested too deeply" : "not valid JSON",
    );
  }

  #take(bytes: Buffer, start: number, end: number): void {
    if (this.#reader.looksLikeRecord) {
      this.#seen = true;
      this.#sink.record(bytes, start, end, ++this.#number);
    } else {
      this.#unwrap(bytes, start, end);
    }
  }

  /** More than a record may have: its end decides whether it is one large record or damage. */
  #large(bytes: Buffer, at: number, end: number, final: boolean, torn: boolean): number {
    const next = skipNested(bytes, at, end);
    if (next === INCOMPLETE && !final && end - at < MAX_PAYLOAD_BYTES) return at;
    if (next < 0) return this.#damaged(bytes, at, end, final, torn, "too-large", `more than ${MAX_RECORD_BYTES} bytes`);
    const isPayload = bytes.subarray(at, at + 64).includes("awslogs") && next - at < MAX_PAYLOAD_BYTES;
    if (isPayload) this.#unwrap(bytes, at, next);
    else {
      this.#seen = true;
      this.#number++;
      this.#sink.broken("too-large", this.#position(at), `a record of ${next - at} bytes`, bytes.subarray(at, next));
    }
    return next;
  }

  /** The bytes end inside the value. */
  #open(bytes: Buffer, at: number, end: number, final: boolean, torn: boolean): number {
    if (!final) return at;
    return this.#damaged(bytes, at, end, final, torn, "broken-json", "the input ends inside the record");
  }

  /** Quarantines from `at` to where records begin again. */
  #damaged(
    bytes: Buffer,
    at: number,
    end: number,
    final: boolean,
    torn: boolean,
    reason: QuarantineReason,
    detail: string,
  ): number {
    const line = this.#state === "values";
    const found = line ? findNextLine(bytes, at, end) : findNextRecord(bytes, at + 1, end);
    if (found === null && !final && end - at < MAX_RECORD_BYTES) return at;
    this.#seen = true;
    this.#number++;
    const to = found?.at ?? end;
    const cut = torn && found === null;
    this.#sink.broken(
      cut ? "truncated-gzip" : reason,
      this.#position(at),
      cut ? "the compressed data ends early" : found === null ? `${detail}; nothing after it could be read` : detail,
      bytes.subarray(at, to),
    );
    if (found?.topLevel) this.#state = "values";
    if (found === null) this.#state = final ? "done" : this.#state;
    return to;
  }

  /** An object without any field of a record: an envelope around one or several, or nothing of CloudTrail's. */
  #unwrap(bytes: Buffer, start: number, end: number): void {
    const inner = this.#depth < MAX_WRAPPINGS ? unwrapped(bytes.toString("utf8", start, end)) : null;
    if (inner === "nothing") {
      this.#seen = true;
      return;
    }
    if (inner === null) {
      if (!this.#seen && this.#state !== "object" && !this.#inObject) {
        this.#passOver("not-cloudtrail");
        return;
      }
      this.#seen = true;
      this.#number++;
      const detail = "an object without any field of a CloudTrail record";
      this.#sink.broken("not-a-record", this.#position(start), detail, bytes.subarray(start, end));
      return;
    }
    this.#seen = true;
    const state = this.#state;
    const inObject = this.#inObject;
    const offset = this.#offset;
    this.#state = "values";
    this.#offset += start;
    this.#depth++;
    this.push(inner, true);
    this.#depth--;
    this.#state = state;
    this.#inObject = inObject;
    this.#offset = offset;
  }

  #position(at: number): string {
    return `record ${Math.max(1, this.#number)}, byte ${this.#offset + at}`;
  }
}

/** What an envelope holds, `"nothing"` for one that is known and empty, `null` for none that is known. */
function unwrapped(text: string): Buffer | "nothing" | null {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  if (value["messageType"] === "CONTROL_MESSAGE") return "nothing";
  const record = value["CloudTrailEvent"] ?? value["message"];
  if (typeof record === "string") return Buffer.from(record);
  const data = (value["awslogs"] as { data?: unknown } | null | undefined)?.data;
  if (typeof data !== "string") return null;
  try {
    return gunzipSync(Buffer.from(data, "base64"), { maxOutputLength: MAX_PAYLOAD_BYTES });
  } catch {
    return null;
  }
}
