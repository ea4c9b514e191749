import { type KnownText, knownText } from "./known-text.ts";

/**
 * The top-level fields of CloudTrail records that normalising reads (CloudTrail user guide, "CloudTrail record
 * contents"). Other fields are skipped, and the record itself stays in its file.
 */
export const RECORD_FIELDS = [
  "userIdentity",
  "eventTime",
  "eventSource",
  "eventName",
  "awsRegion",
  "sourceIPAddress",
  "userAgent",
  "errorCode",
  "errorMessage",
  "requestParameters",
  "responseElements",
  "additionalEventData",
  "requestID",
  "eventID",
  "readOnly",
  "resources",
  "eventType",
  "managementEvent",
  "recipientAccountId",
  "serviceEventDetails",
  "sharedEventID",
  "vpcEndpointId",
  "eventCategory",
  "sessionCredentialFromConsole",
  "insightDetails",
] as const;

export type RecordField = (typeof RECORD_FIELDS)[number];

/** A record as far as it is read; what is absent is `undefined`. */
export type PartialRecord = { [Field in RecordField]: unknown };

/** Fields that CloudTrail writes and nothing reads: known, so that walking past them is quick. */
export const UNREAD_FIELDS = [
  "eventVersion",
  "apiVersion",
  "tlsDetails",
  "addendum",
  "edgeDeviceDetails",
  "vpcEndpointAccountId",
  "eventContext",
] as const;

const ALL_FIELDS: readonly string[] = [...RECORD_FIELDS, ...UNREAD_FIELDS];
/** Read ones come first. */
export const FIELD_COUNT: number = ALL_FIELDS.length;
export const fieldIndex = (field: RecordField): number => RECORD_FIELDS.indexOf(field);

const SLOTS = 256;
/** Where names of one length that begin and end alike differ: `eventName`, `eventTime` and `eventType`. */
const INSIDE = 6;
const NAMES = ALL_FIELDS.map((name) => Uint8Array.from(name, (char) => char.charCodeAt(0)));
const table = new Int8Array(SLOTS).fill(-1);

const slotOf = (multiplier: number, length: number, first: number, middle: number, last: number): number =>
  (Math.imul(length ^ (first << 5) ^ (middle << 10) ^ (last << 16), multiplier) >>> 24) & (SLOTS - 1);

const seed = findSeed();

/** `"name":` of each field. */
export const KEY_TEXTS: readonly KnownText[] = ALL_FIELDS.map((name) => knownText(Buffer.from(`"${name}":`)));

/** Number of the field whose name stands in `bytes[start, end)`, or -1. */
export function findField(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length <= INSIDE) return -1;
  const middle = bytes[start + INSIDE] as number;
  const field = table[slotOf(seed, length, bytes[start] as number, middle, bytes[end - 1] as number)] as number;
  if (field < 0) return -1;
  const name = NAMES[field] as Uint8Array;
  if (name.length !== length) return -1;
  for (let i = 0; i < length; i++) if (name[i] !== bytes[start + i]) return -1;
  return field;
}

/** A multiplier under which no two names share a slot: small numbers suffice, and it is found once. */
function findSeed(): number {
  for (let multiplier = 0x9e3779b1; ; multiplier = (multiplier + 2) | 0) {
    table.fill(-1);
    const clash = NAMES.some((name, field) => {
      const middle = name[INSIDE] as number;
      const slot = slotOf(multiplier, name.length, name[0] as number, middle, name[name.length - 1] as number);
      if (table[slot] !== -1) return true;
      table[slot] = field;
      return false;
    });
    if (!clash) return multiplier;
  }
}
