import { createHash } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { inParallel } from "#adapters/shared/in-parallel.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { FindingStore, KeptFindings, SubjectFindings } from "#core/ports/finding-store.ts";
import type { Fence } from "#core/ports/leases.ts";
import { fenceAttributes, fenced, leaseLost } from "./fencing.ts";
import { type Packed, Packer } from "./packing.ts";
import { expiry } from "./retention.ts";
import { type Item, Table } from "./table.ts";
import { FINDING_PARTITIONS, FINDINGS } from "./tables.ts";

/** Sets are read together, by the hundred: what few findings take stays in the item. */
const INLINE_BYTES = 64 * 1024;
const AT_ONCE = 16;
/** A blob that is gone was replaced: the item is read again. */
const ATTEMPTS = 3;

interface FindingItem extends Item, Packed {
  readonly part: number;
  readonly key: string;
  readonly changedAt: EpochMs;
}

type Key = Pick<FindingItem, "part" | "key">;

/** Findings by subject. */
export class DynamoFindingStore implements FindingStore {
  readonly #table: Table;
  readonly #packer: Packer;

  constructor(client: DynamoDBClient, tableName: string, blobs: BlobStore) {
    this.#table = new Table(client, tableName);
    this.#packer = new Packer(blobs, FINDINGS.purpose, INLINE_BYTES);
  }

  async get(subjects: readonly string[]): Promise<readonly (KeptFindings | null)[]> {
    const items = await this.#table.getAll<FindingItem>([...new Set(subjects)].map(keyOf));
    const byKey = new Map(items.map((item) => [item.key, item]));
    return inParallel(subjects, AT_ONCE, async (subject) => {
      const item = byKey.get(keyOf(subject).key);
      return item ? this.#whole(item) : null;
    });
  }

  async replace(sets: readonly SubjectFindings[], at: EpochMs, fence: Fence): Promise<void> {
    for (const set of sets) await this.#replace(set, at, fence);
  }

  endingSince(time: EpochMs): AsyncIterable<KeptFindings> {
    return this.#since(FINDINGS.localIndexes[0], time);
  }

  changedSince(time: EpochMs): AsyncIterable<KeptFindings> {
    return this.#since(FINDINGS.localIndexes[1], time);
  }

  async #replace({ subject, findings, memo }: SubjectFindings, at: EpochMs, fence: Fence): Promise<void> {
    const packed = await this.#packer.pack(JSON.stringify({ subject, findings, memo }));
    const endsAt = findings.reduce((latest, { window }) => Math.max(latest, window.end), Number.NEGATIVE_INFINITY);
    const item = {
      ...keyOf(subject),
      changedAt: at,
      ...(findings.length === 0 ? {} : { endsAt }),
      expiresAt: expiry(Math.max(at, endsAt)),
      ...packed,
      ...fenceAttributes(fence),
    };
    const written = await this.#table.put(item, fenced(fence));
    if (written.done) return this.#packer.discard(written.item, packed);
    await this.#packer.discard(packed);
    throw leaseLost(`the findings of ${subject.slice(0, 200)}`, fence, written.item);
  }

  async *#since(index: (typeof FINDINGS.localIndexes)[number], time: EpochMs): AsyncGenerator<KeptFindings> {
    for (let part = 0; part < FINDING_PARTITIONS; part++) {
      const items = this.#table.query<FindingItem>({
        IndexName: index.name,
        KeyConditionExpression: "part = :part AND #time >= :time",
        ExpressionAttributeNames: { "#time": index.sortKey.name },
        ExpressionAttributeValues: { ":part": part, ":time": time },
      });
      for await (const item of items) yield await this.#whole(item);
    }
  }

  async #whole(item: FindingItem): Promise<KeptFindings> {
    let current = item;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const text = await this.#packer.unpack(current);
      if (text !== null) return { ...(JSON.parse(text) as SubjectFindings), changedAt: current.changedAt };
      current = (await this.#table.get<FindingItem>({ part: item.part, key: item.key })) ?? current;
    }
    throw new TrailwatchError(
      "STORE_UNUSABLE",
      `the set of findings ${item.key} in ${this.#table.name} names the blob ${current.blob}, which is not there`,
      "Bring the blob back from the bucket's older versions, or remove the item: its subject is then judged anew.",
    );
  }
}

/** Subjects are of any length and have names from logs in them; keys have neither. */
function keyOf(subject: string): Key {
  const hash = createHash("sha256").update(JSON.stringify(subject)).digest();
  return { part: hash.readUInt8(0) % FINDING_PARTITIONS, key: hash.toString("base64url") };
}
