import { contentFingerprint, fingerprintText } from "./content-fingerprint.ts";
import { type Fingerprint, RecordKernel } from "./kernel/record-kernel.ts";
import { fieldIndex, type PartialRecord, RECORD_FIELDS, type RecordField } from "./record-fields.ts";

const LOWER_N = 0x6e;
const LOWER_U = 0x75;

/** Which large fields of a record are wanted; `detailNeeds` of core/normalise answers it. */
export interface DetailNeeds {
  readonly requestParameters: boolean;
  readonly responseElements: boolean;
  readonly additionalEventData: boolean;
}

/** Fields whose values hardly repeat: decoded each time, never remembered. */
const UNIQUE: readonly RecordField[] = [
  "eventID",
  "requestID",
  "sharedEventID",
  "eventTime",
  "errorMessage",
  "requestParameters",
  "responseElements",
  "additionalEventData",
  "serviceEventDetails",
  "insightDetails",
];
const isRemembered = Uint8Array.from(RECORD_FIELDS, (name) => (UNIQUE.includes(name) ? 0 : 1));
const FIELD = Object.fromEntries(RECORD_FIELDS.map((name) => [name, fieldIndex(name)])) as Record<RecordField, number>;

/** Any one of these makes an object a record, if perhaps a bad one. */
const TELLING = ["eventName", "eventTime", "eventSource", "userIdentity", "awsRegion", "eventID"].map((name) =>
  fieldIndex(name as RecordField),
);
/** A longer or absent id makes normalising hash the whole record, all of which it must then see. */
const LONGEST_ID = 256;

/** One for all readers of a thread: between scanning a record and reading it, nobody scans another. */
const kernel = new RecordKernel((field) => isRemembered[field] === 1);
const print: Fingerprint = { low: 0, high: 0 };
/** By the numbers that the kernel gives to their texts. */
const remembered: unknown[] = [];

/**
 * Reads one record in two steps: {@link scan} finds where its fields lie, {@link read} decodes the wanted ones. Equal
 * text gives the same value, so `userIdentity` of one session is one object in all its records: do not change it.
 */
export class RecordReader {
  /** What was read last, where it was parsed as a whole. */
  #whole: PartialRecord | null = null;

  /** Must be called where the bytes of a buffer may have changed since they were scanned. */
  renew(): void {
    kernel.renew();
  }

  /** Position behind the record, or a negative word of json-bytes.ts. `at` stands on `{`. */
  scan(bytes: Buffer, at: number, end: number): number {
    return kernel.scan(bytes, at, end);
  }

  /** Whether what was scanned last has a field that only records have. */
  get looksLikeRecord(): boolean {
    for (const field of TELLING) if (kernel.end(field) !== 0) return true;
    return kernel.escapedKey;
  }

  /**
   * The record that {@link scan} went over last, which lies in `bytes[start, end)`. Large fields that are not needed
   * stay `undefined`, unless the record is an unusual one and parsed as a whole. Throws SyntaxError where a wanted value is no JSON.
   */
  read(
    bytes: Buffer,
    start: number,
    end: number,
    needs: (eventSource: unknown, eventName: unknown) => DetailNeeds,
  ): PartialRecord {
    kernel.identify();
    const eventID = fieldValue(bytes, FIELD.eventID);
    const usualId = typeof eventID === "string" && eventID !== "" && eventID.length <= LONGEST_ID;
    this.#whole =
      kernel.escapedKey || !usualId ? (JSON.parse(bytes.toString("utf8", start, end)) as PartialRecord) : null;
    if (this.#whole !== null) return this.#whole;
    const eventSource = fieldValue(bytes, FIELD.eventSource);
    const eventName = fieldValue(bytes, FIELD.eventName);
    const need = needs(eventSource, eventName);
    const errorCode = fieldValue(bytes, FIELD.errorCode);
    const failed = typeof errorCode === "string" && errorCode !== "";
    return {
      userIdentity: fieldValue(bytes, FIELD.userIdentity),
      eventTime: fieldValue(bytes, FIELD.eventTime),
      eventSource,
      eventName,
      awsRegion: fieldValue(bytes, FIELD.awsRegion),
      sourceIPAddress: fieldValue(bytes, FIELD.sourceIPAddress),
      userAgent: fieldValue(bytes, FIELD.userAgent),
      errorCode,
      // Where there is a code, nobody asks whether there is a message.
      errorMessage: failed ? undefined : fieldValue(bytes, FIELD.errorMessage),
      requestParameters: need.requestParameters ? fieldValue(bytes, FIELD.requestParameters) : undefined,
      responseElements: need.responseElements ? fieldValue(bytes, FIELD.responseElements) : undefined,
      additionalEventData: need.additionalEventData ? fieldValue(bytes, FIELD.additionalEventData) : undefined,
      requestID: fieldValue(bytes, FIELD.requestID),
      eventID,
      readOnly: fieldValue(bytes, FIELD.readOnly),
      resources: fieldValue(bytes, FIELD.resources),
      eventType: fieldValue(bytes, FIELD.eventType),
      managementEvent: fieldValue(bytes, FIELD.managementEvent),
      recipientAccountId: fieldValue(bytes, FIELD.recipientAccountId),
      serviceEventDetails: fieldValue(bytes, FIELD.serviceEventDetails),
      sharedEventID: fieldValue(bytes, FIELD.sharedEventID),
      vpcEndpointId: fieldValue(bytes, FIELD.vpcEndpointId),
      eventCategory: fieldValue(bytes, FIELD.eventCategory),
      sessionCredentialFromConsole: fieldValue(bytes, FIELD.sessionCredentialFromConsole),
      insightDetails: fieldValue(bytes, FIELD.insightDetails),
    };
  }

  /** Reads an id of what was read last as four big-endian words; false where it is no UUID in its usual form. */
  uuid(name: "eventID" | "requestID", into: Int32Array): boolean {
    return this.#whole === null && kernel.uuid(FIELD[name], into);
  }

  /** Tells whether two spans of bytes are the same. */
  fingerprint(bytes: Buffer, start: number, end: number, into: Fingerprint): void {
    kernel.fingerprint(bytes, start, end, into);
  }

  /**
   * Writes what a JSON string says to `target[into, ...)`, see the kernel. Afterwards {@link written} says where it ends.
   */
  unescape(bytes: Buffer, at: number, end: number, target: Buffer, into: number): number {
    return kernel.unescape(bytes, at, end, target, into);
  }

  get written(): number {
    return kernel.written;
  }

  /** {@link contentFingerprint} of a span. */
  contentFingerprint(bytes: Buffer, start: number, end: number): string {
    if (!kernel.content(bytes, start, end, print)) return contentFingerprint(bytes, start, end);
    return fingerprintText(print.low, print.high);
  }

  /** A field of what was read last as JSON, which {@link read} has not looked at: `null` where it is absent or `null`. */
  text(bytes: Buffer, name: RecordField): string | null {
    if (this.#whole !== null) return jsonOf(this.#whole[name]);
    const field = FIELD[name];
    const start = kernel.start(field);
    const end = kernel.end(field);
    return end === 0 || isNull(bytes, start, end) ? null : bytes.toString("utf8", start, end);
  }
}

/** Throws SyntaxError where the value is no JSON. */
function fieldValue(bytes: Buffer, field: number): unknown {
  const end = kernel.end(field);
  if (end === 0) return undefined;
  const known = kernel.entry(field);
  if (known >= 0) return remembered[known];
  const start = kernel.start(field);
  const value = kernel.isPlain(field) ? bytes.toString("utf8", start + 1, end - 1) : decode(bytes, start, end);
  if (isRemembered[field] === 1) keep(field, value);
  return value;
}

function keep(field: number, value: unknown): void {
  const number = kernel.remember(field);
  if (number < 0) return;
  if (number === 0) remembered.length = 0;
  remembered[number] = value;
}

const decode = (bytes: Buffer, start: number, end: number): unknown =>
  isNull(bytes, start, end) ? null : JSON.parse(bytes.toString("utf8", start, end));

const isNull = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === 4 && bytes[start] === LOWER_N && bytes[start + 1] === LOWER_U;

const jsonOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);
