/**
 * The tables of a deployment, as data: the deployment makes them from it, the stores name their attributes by it, and
 * tests make them in an emulator. Secondary indexes are local ones: only these can be read consistently, and what a run
 * wrote has to be seen by the next one. They cannot be changed after a table is made, and one partition's items take at
 * most 10 GB.
 */
export interface TableDefinition {
  /** Part of the table's name, which the deployment completes: `trailwatch-incidents`. */
  readonly purpose: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly localIndexes: readonly LocalIndex[];
  /** Holds the second (since 1970) after which DynamoDB may delete the item. */
  readonly ttlAttribute: string;
  /** What the stream shows, where the table has one. */
  readonly stream?: { readonly view: "NEW_IMAGE"; readonly filter: object };
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N";
}

/** Beside the table's partition key; with all attributes, since whoever asks it wants the items whole. */
export interface LocalIndex {
  readonly name: string;
  readonly sortKey: KeyAttribute;
}

const TTL = "expiresAt";

/**
 * Incidents with their outbox, all in one partition. `byEnd` is sorted by the end of the window (an open incident's lies
 * far in the future), `unsaid` has only incidents with a revision that nobody was told, by the beginning of the window.
 */
export const INCIDENTS = {
  purpose: "incidents",
  partitionKey: { name: "kind", type: "S" },
  sortKey: { name: "id", type: "S" },
  localIndexes: [
    { name: "byEnd", sortKey: { name: "endsAt", type: "N" } },
    { name: "unsaid", sortKey: { name: "unsaidSince", type: "N" } },
  ],
  ttlAttribute: TTL,
  // A bell for those who say what is unsaid: their own record of having said it does not ring it.
  stream: { view: "NEW_IMAGE", filter: { dynamodb: { NewImage: { unsaidSince: { N: [{ exists: true }] } } } } },
} as const satisfies TableDefinition;

/**
 * Findings by subject, spread over {@link FINDING_PARTITIONS} partitions. `byEnd` is sorted by the last end of a set's
 * findings (an empty set is not in it), `byChange` by when the set was last replaced.
 */
export const FINDINGS = {
  purpose: "findings",
  partitionKey: { name: "part", type: "N" },
  sortKey: { name: "key", type: "S" },
  localIndexes: [
    { name: "byEnd", sortKey: { name: "endsAt", type: "N" } },
    { name: "byChange", sortKey: { name: "changedAt", type: "N" } },
  ],
  ttlAttribute: TTL,
} as const satisfies TableDefinition;

/** Each takes a thousand writes of a kilobyte a second; each is asked in turn by whoever reads by time. */
export const FINDING_PARTITIONS = 8;

/** Leases, checkpoints, packed model states, answers of Cost Explorer, and what was spent on them: by key only. */
export const STATE = {
  purpose: "state",
  partitionKey: { name: "key", type: "S" },
  localIndexes: [],
  ttlAttribute: TTL,
} as const satisfies TableDefinition;

/**
 * Where the texts lie that no item has room for, in the bucket of what functions keep: whoever reads one of these tables
 * reads there too, and whoever writes one writes and removes there.
 */
export const BLOBS = "blobs/";

/**
 * When a bucket may delete blobs whatever items say: later than any item that names one is deleted. What lies elsewhere
 * below {@link BLOBS} is in use, but for a few that a run left behind when it died.
 */
export const EXPIRING_BLOBS = [
  { prefix: `${BLOBS}answers/`, days: 2 },
  { prefix: `${BLOBS}incidents/`, days: 500 },
  { prefix: `${BLOBS}findings/`, days: 500 },
] as const;
