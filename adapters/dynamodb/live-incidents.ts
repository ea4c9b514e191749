import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { inParallel } from "#adapters/shared/in-parallel.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { KeptIncident, LiveIncident, LiveIncidents } from "#core/ports/live-incidents.ts";
import { type ForwardedItem, forwardedItem, type IncidentItem, incidentItem, KIND, keyOf } from "./incident-item.ts";
import { type Packed, Packer } from "./packing.ts";
import { type Condition, type Item, Table } from "./table.ts";
import { INCIDENTS } from "./tables.ts";

/** Open incidents are read together, every minute: what most take stays in the item. */
const INLINE_BYTES = 64 * 1024;
const AT_ONCE = 16;
/** A blob that is gone was replaced: the item is read again. */
const ATTEMPTS = 3;
/** An id leads to another as often as incidents were merged: never so often. */
const MOST_FORWARDINGS = 100;

const [BY_END, UNSAID] = INCIDENTS.localIndexes;

/** Incidents of a deployment with their outbox. */
export class DynamoLiveIncidents implements LiveIncidents {
  readonly #table: Table;
  readonly #packer: Packer;

  constructor(client: DynamoDBClient, tableName: string, blobs: BlobStore) {
    this.#table = new Table(client, tableName);
    this.#packer = new Packer(blobs, INCIDENTS.purpose, INLINE_BYTES);
  }

  async get(id: string): Promise<KeptIncident | null> {
    let next = id;
    for (let forwardings = 0; forwardings < MOST_FORWARDINGS; forwardings++) {
      const item = await this.#table.get<IncidentItem | ForwardedItem>(keyOf(next));
      if (item === undefined) return null;
      if (item.forwardedTo === undefined) return this.#whole(item);
      next = item.forwardedTo;
    }
    throw new TrailwatchError(
      "STORE_UNUSABLE",
      `incident ${id} leads from one id to the next and never to an incident`,
      `Look at the items of ${this.#table.name} that have forwardedTo.`,
    );
  }

  async list(endingSince: EpochMs): Promise<readonly KeptIncident[]> {
    const items: IncidentItem[] = [];
    const query = this.#table.query<IncidentItem>({
      IndexName: BY_END.name,
      KeyConditionExpression: "kind = :kind AND endsAt >= :since",
      ExpressionAttributeValues: { ":kind": KIND, ":since": endingSince },
    });
    for await (const item of query) items.push(item);
    return this.#all(items);
  }

  async outbox(now: EpochMs, limit: number): Promise<readonly KeptIncident[]> {
    const items: IncidentItem[] = [];
    const query = this.#table.query<IncidentItem>({
      IndexName: UNSAID.name,
      KeyConditionExpression: "kind = :kind",
      FilterExpression: "attribute_not_exists(notBefore) OR notBefore <= :now",
      ExpressionAttributeValues: { ":kind": KIND, ":now": now },
    });
    for await (const item of query) {
      if (items.length === limit) break;
      items.push(item);
    }
    // one whose blob was replaced meanwhile comes as it is now: perhaps it has been said
    return (await this.#all(items)).filter(({ draft, saidRevision }) => draft.revision > saidRevision);
  }

  async put(incident: LiveIncident, version: number | null): Promise<number> {
    const packed = await this.#packer.pack(JSON.stringify(incident));
    const next = (version ?? 0) + 1;
    const found = await this.#write(incident, packed, next, version === null ? NEW : at(version));
    if (found === null) return next;
    const { forwardedTo, version: left } = found;
    if (version === null && forwardedTo !== undefined) {
      const again = Number(left) + 1;
      const changed = await this.#write(incident, packed, again, at(Number(left)));
      if (changed === null) return again;
    }
    await this.#packer.discard(packed);
    throw changedMeanwhile(incident.draft.id, found, version);
  }

  async forward(from: KeptIncident, to: string): Promise<void> {
    const { id } = from.draft;
    const written = await this.#table.put(forwardedItem(from, to), at(from.version));
    if (written.done) return this.#packer.discard(written.item);
    if (written.item["forwardedTo"] !== to) throw changedMeanwhile(id, written.item, from.version);
  }

  /** `null` where it was written, else what was there instead. */
  async #write(incident: LiveIncident, packed: Packed, version: number, condition: Condition): Promise<Item | null> {
    const item = incidentItem(incident, version, randomUUID(), packed);
    const written = await this.#table.put(item, condition);
    if (written.done) {
      await this.#packer.discard(written.item, packed);
      return null;
    }
    // The client sends a request again whose answer was lost, and then finds what it wrote itself.
    return written.item["writeId"] === item.writeId ? null : written.item;
  }

  /** Without those that were forwarded or removed between the query and the look at them. */
  async #all(items: readonly IncidentItem[]): Promise<readonly KeptIncident[]> {
    const incidents = await inParallel(items, AT_ONCE, (item) => this.#whole(item));
    return incidents.filter((incident) => incident !== null);
  }

  async #whole(item: IncidentItem): Promise<KeptIncident | null> {
    let current: IncidentItem | ForwardedItem | undefined = item;
    for (let attempt = 0; attempt < ATTEMPTS && current?.forwardedTo === undefined && current; attempt++) {
      const text = await this.#packer.unpack(current);
      if (text !== null) return { ...(JSON.parse(text) as LiveIncident), version: current.version };
      current = await this.#table.get<IncidentItem | ForwardedItem>(keyOf(item.id));
    }
    if (current === undefined || current.forwardedTo !== undefined) return null;
    throw new TrailwatchError(
      "STORE_UNUSABLE",
      `incident ${item.id} in ${this.#table.name} names the blob ${current.blob}, which is not there`,
      "Bring the blob back from the bucket's older versions, or remove the item.",
    );
  }
}

const NEW: Condition = { expression: "attribute_not_exists(id)" };

/** Forwarding raises the version as every write does: what was read before it is refused too. */
const at = (version: number): Condition => ({
  expression: "version = :version",
  values: { ":version": version },
});

function changedMeanwhile(id: string, found: Item, version: number | null): TrailwatchError {
  const { forwardedTo, version: now } = found;
  const is =
    forwardedTo !== undefined ? `forwarded to ${forwardedTo}` : now === undefined ? "not there" : `at version ${now}`;
  return new TrailwatchError(
    "CHANGED_MEANWHILE",
    `incident ${id} is ${is}, not ${version === null ? "new" : `at version ${version}`}`,
    "Read it again, and make the change to what it is now.",
  );
}
