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

/** Numbered as they stand here; read ones come first. */
export const KEY_NAMES: readonly string[] = [...RECORD_FIELDS, ...UNREAD_FIELDS];
export const fieldIndex = (field: RecordField): number => RECORD_FIELDS.indexOf(field);

/** Stands for "no field" in a byte. */
export const NO_FIELD = 255;
/** Where names of one length that begin and end alike differ: `eventName`, `eventTime` and `eventType`. */
const INSIDE = 6;

/** The slot of a name in {@link nameSlots}. The kernel has the same. */
const slotOf = (multiplier: number, name: string): number => {
  const [first, middle, last] = [0, INSIDE, name.length - 1].map((at) => name.charCodeAt(at)) as [
    number,
    number,
    number,
  ];
  return Math.imul(name.length ^ (first << 5) ^ (middle << 10) ^ (last << 16), multiplier) >>> 24;
};

/** The number of the field whose name has this slot. */
export const nameSlots: Uint8Array = new Uint8Array(256);

/** A multiplier under which no two names share a slot: small numbers suffice, and it is found once. */
export const NAME_SEED: number = findSeed();

function findSeed(): number {
  for (let multiplier = 0x9e3779b1; ; multiplier = (multiplier + 2) | 0) {
    nameSlots.fill(NO_FIELD);
    const clash = KEY_NAMES.some((name, field) => {
      const slot = slotOf(multiplier, name);
      if (nameSlots[slot] !== NO_FIELD) return true;
      nameSlots[slot] = field;
      return false;
    });
    if (!clash) return multiplier;
  }
}
