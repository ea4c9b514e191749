import {
  BACKSLASH,
  BROKEN,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  INCOMPLETE,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from "./json-bytes.ts";
import { type KnownText, knownText, standsAt } from "./known-text.ts";
import { RecentSpans } from "./recent-spans.ts";
import {
  FIELD_COUNT,
  fieldIndex,
  findField,
  KEY_TEXTS,
  type PartialRecord,
  RECORD_FIELDS,
  type RecordField,
} from "./record-fields.ts";
import { SpanTable, viewOf } from "./span-table.ts";

const SPACE = 0x20;
const LOWER_A = 0x61;
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
const isUnique = Uint8Array.from(RECORD_FIELDS, (name) => (UNIQUE.includes(name) ? 1 : 0));
/** Fields that are mostly as they were in the record before: tried as a whole first. */
const STEADY: readonly RecordField[] = [
  "awsRegion",
  "eventCategory",
  "eventSource",
  "eventType",
  "managementEvent",
  "readOnly",
  "recipientAccountId",
  "sourceIPAddress",
  "userAgent",
];
const STEADY_BYTES = 256;

interface Steady {
  readonly value: unknown;
  /** `null` where it cannot be told from its bytes alone where it ends, or is long. */
  readonly text: KnownText | null;
}

const isSteady = Uint8Array.from({ length: FIELD_COUNT }, (_, field) =>
  STEADY.includes(RECORD_FIELDS[field] as RecordField) ? 1 : 0,
);
const FIELD = Object.fromEntries(RECORD_FIELDS.map((name) => [name, fieldIndex(name)])) as Record<RecordField, number>;

/** Any one of these makes an object a record, if perhaps a bad one. */
const TELLING = ["eventName", "eventTime", "eventSource", "userIdentity", "awsRegion", "eventID"].map((name) =>
  fieldIndex(name as RecordField),
);
/** A longer or absent id makes normalising hash the whole record, all of which it must then see. */
const LONGEST_ID = 256;

/** Shorter ones are walked over as fast as they are recognised. */
const LONG_IDENTITY = 256;

/** What a worker remembers, at most: values repeat within an hour's files, not across months. */
const INTERN_LIMITS = { entries: 50_000, bytes: 16 * 1024 * 1024 } as const;

/**
 * Reads one record in two steps: {@link scan} finds where its fields lie, {@link read} decodes the wanted ones. Equal
 * text gives the same value, so `userIdentity` of one session is one object in all its records: do not change it.
 */
export class RecordReader {
  readonly #starts = new Int32Array(FIELD_COUNT);
  readonly #ends = new Int32Array(FIELD_COUNT);
  readonly #interned = new SpanTable<unknown>(decode, INTERN_LIMITS);
  /** Which field stood behind which; the last entry is for the first field. */
  readonly #following = new Int8Array(FIELD_COUNT + 1).fill(-1);
  readonly #steady = new SpanTable<Steady>(decodeSteady, INTERN_LIMITS);
  readonly #last: (Steady | null)[] = new Array(FIELD_COUNT).fill(null);
  readonly #lastStands = new Uint8Array(FIELD_COUNT);
  readonly #identities = new RecentSpans<unknown>();
  #identityKnown = false;
  #escapedKey = false;
  #words: DataView = new DataView(new ArrayBuffer(0));
  #bytes: Buffer | null = null;

  /** Position behind the record, or a negative word of json-bytes.ts. `at` stands on `{`. */
  scan(bytes: Buffer, at: number, end: number): number {
    const ends = this.#ends.fill(0);
    const starts = this.#starts;
    this.#escapedKey = false;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#words = viewOf(bytes);
    }
    let p = skipSpace(bytes, at + 1, end);
    if (p < end && bytes[p] === CLOSE_OBJECT) return p + 1;
    const words = this.#words;
    const following = this.#following;
    let previous = FIELD_COUNT;
    for (;;) {
      // Records of one kind have their fields in one order: try the name that stood behind this one the last time.
      let field = following[previous] as number;
      if (field >= 0 && standsAt(KEY_TEXTS[field] as KnownText, words, p, end)) {
        p += (KEY_TEXTS[field] as KnownText).length;
      } else {
        if (p >= end) return INCOMPLETE;
        if (bytes[p] !== QUOTE) return BROKEN;
        const key = p + 1;
        p = skipString(bytes, key, end);
        if (p < 0) return p;
        field = findField(bytes, key, p - 1);
        following[previous] = field;
        if (field < 0 && hasBackslash(bytes, key, p)) this.#escapedKey = true;
        p = skipSpace(bytes, p, end);
        if (p >= end) return INCOMPLETE;
        if (bytes[p++] !== COLON) return BROKEN;
      }
      if (p < end && (bytes[p] as number) <= SPACE) p = skipSpace(bytes, p, end);
      const value = p;
      p = this.#skipField(bytes, field, p, end);
      if (p < 0) return p;
      if (field >= 0) {
        starts[field] = value;
        ends[field] = p;
      }
      previous = field < 0 ? FIELD_COUNT : field;
      if (p < end && (bytes[p] as number) <= SPACE) p = skipSpace(bytes, p, end);
      if (p >= end) return INCOMPLETE;
      const next = bytes[p++];
      if (next === CLOSE_OBJECT) return p;
      if (next !== COMMA) return BROKEN;
      if (p < end && (bytes[p] as number) <= SPACE) p = skipSpace(bytes, p, end);
    }
  }

  /** Whether what was scanned last has a field that only records have. */
  get looksLikeRecord(): boolean {
    const ends = this.#ends;
    for (const field of TELLING) if (ends[field] !== 0) return true;
    return this.#escapedKey;
  }

  /** Where `userIdentity` lies in what was scanned last; nowhere (0 to 0) where the record has none. */
  get identityStart(): number {
    return this.#starts[FIELD.userIdentity] as number;
  }

  get identityEnd(): number {
    return this.#ends[FIELD.userIdentity] as number;
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
    const eventID = this.#value(bytes, FIELD.eventID);
    const usualId = typeof eventID === "string" && eventID !== "" && eventID.length <= LONGEST_ID;
    if (this.#escapedKey || !usualId) return JSON.parse(bytes.toString("utf8", start, end)) as PartialRecord;
    const eventSource = this.#value(bytes, FIELD.eventSource);
    const eventName = this.#value(bytes, FIELD.eventName);
    const need = needs(eventSource, eventName);
    return {
      userIdentity: this.#identity(bytes),
      eventTime: this.#value(bytes, FIELD.eventTime),
      eventSource,
      eventName,
      awsRegion: this.#value(bytes, FIELD.awsRegion),
      sourceIPAddress: this.#value(bytes, FIELD.sourceIPAddress),
      userAgent: this.#value(bytes, FIELD.userAgent),
      errorCode: this.#value(bytes, FIELD.errorCode),
      errorMessage: this.#value(bytes, FIELD.errorMessage),
      requestParameters: need.requestParameters ? this.#value(bytes, FIELD.requestParameters) : undefined,
      responseElements: need.responseElements ? this.#value(bytes, FIELD.responseElements) : undefined,
      additionalEventData: need.additionalEventData ? this.#value(bytes, FIELD.additionalEventData) : undefined,
      requestID: this.#value(bytes, FIELD.requestID),
      eventID,
      readOnly: this.#value(bytes, FIELD.readOnly),
      resources: this.#value(bytes, FIELD.resources),
      eventType: this.#value(bytes, FIELD.eventType),
      managementEvent: this.#value(bytes, FIELD.managementEvent),
      recipientAccountId: this.#value(bytes, FIELD.recipientAccountId),
      serviceEventDetails: this.#value(bytes, FIELD.serviceEventDetails),
      sharedEventID: this.#value(bytes, FIELD.sharedEventID),
      vpcEndpointId: this.#value(bytes, FIELD.vpcEndpointId),
      eventCategory: this.#value(bytes, FIELD.eventCategory),
      sessionCredentialFromConsole: this.#value(bytes, FIELD.sessionCredentialFromConsole),
      insightDetails: this.#value(bytes, FIELD.insightDetails),
    };
  }

  #skipField(bytes: Buffer, field: number, at: number, end: number): number {
    if (field < 0) return skipValue(bytes, at, end);
    if (isSteady[field] === 1) {
      const last = this.#last[field]?.text ?? null;
      const stands = last !== null && standsAt(last, this.#words, at, end);
      this.#lastStands[field] = stands ? 1 : 0;
      if (stands) return at + last.length;
    } else if (field === FIELD.userIdentity) {
      const known = this.#identities.find(bytes, this.#words, at, end);
      this.#identityKnown = known >= 0;
      if (known >= 0) return known;
    }
    return skipValue(bytes, at, end);
  }

  #identity(bytes: Buffer): unknown {
    const end = this.#ends[FIELD.userIdentity] as number;
    if (end !== 0 && this.#identityKnown) return this.#identities.value;
    const value = this.#value(bytes, FIELD.userIdentity);
    const start = this.#starts[FIELD.userIdentity] as number;
    if (end - start >= LONG_IDENTITY) this.#identities.keep(bytes, this.#words, start, end, value);
    return value;
  }

  #value(bytes: Buffer, field: number): unknown {
    const end = this.#ends[field] as number;
    if (end === 0) return undefined;
    const start = this.#starts[field] as number;
    if (isUnique[field] === 1) return decode(bytes, start, end);
    if (isSteady[field] === 0) return this.#interned.get(bytes, this.#words, start, end);
    if (this.#lastStands[field] === 1) return (this.#last[field] as Steady).value;
    const steady = this.#steady.get(bytes, this.#words, start, end);
    this.#last[field] = steady;
    return steady.value;
  }
}

/** The value of `bytes[start, end)`, which is one JSON value. Throws SyntaxError when it is not. */
function decode(bytes: Buffer, start: number, end: number): unknown {
  if (bytes[start] === QUOTE && !hasBackslash(bytes, start, end)) return bytes.toString("utf8", start + 1, end - 1);
  if (end - start === 4 && bytes[start] === LOWER_N && bytes[start + 1] === LOWER_U) return null;
  return JSON.parse(bytes.toString("utf8", start, end));
}

function hasBackslash(bytes: Buffer, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (bytes[p] === BACKSLASH) return true;
  return false;
}

/** A number could go on behind its known digits; all else ends where it ended before. */
function decodeSteady(bytes: Buffer, start: number, end: number): Steady {
  const first = bytes[start] as number;
  const ends = first === QUOTE || first >= LOWER_A;
  const short = end - start <= STEADY_BYTES;
  return { value: decode(bytes, start, end), text: ends && short ? knownText(bytes.subarray(start, end)) : null };
}
