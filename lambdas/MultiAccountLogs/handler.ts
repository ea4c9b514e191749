import { EventReader, type ReadFile } from "#adapters/files/event-reader.ts";
import { textBytes } from "#adapters/files/log-events.ts";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Organization } from "../shared/directory.ts";
import type { Invocation } from "../shared/invocation.ts";
import { UnreadablePayload, unpackLogPayload } from "../shared/log-payload.ts";
import { type ObjectNotice, objectNotices } from "../shared/object-notices.ts";
import type { Observing } from "../shared/observing.ts";
import { eventSchema, type QueueRecord, type StreamRecord } from "./event.ts";
import type { ArrivedAt, Ingest, Ingested } from "./ingest.ts";

export interface HandlerParts {
  readonly ingest: Ingest;
  readonly organization: Organization;
  /** The whole of an object. Rejects with TrailwatchError, an `AWS_*` code. */
  readonly object: (notice: ObjectNotice) => Promise<Uint8Array>;
  readonly selfTest: () => Promise<object>;
  readonly now: () => EpochMs;
}

/** Requests that are under way when the time is over still come to their end. */
const RESERVE_MS = 45_000;

interface PartialFailure {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** What arrives goes to the cluster, or comes again: nothing that could not be stored is answered with success. */
export class MultiAccountLogs {
  readonly #parts: HandlerParts;
  readonly #reader: EventReader;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#reader = new EventReader(parts.now);
  }

  async handle(
    event: unknown,
    invocation: Invocation,
    observing: Observing,
  ): Promise<object | PartialFailure | undefined> {
    const trigger = eventSchema.parse(event);
    const until = this.#parts.now() + invocation.getRemainingTimeInMillis() - RESERVE_MS;
    const batch = new Batch(this.#parts.ingest, until);
    try {
      switch (trigger.kind) {
        case "self-test":
          return await this.#parts.selfTest();
        case "subscription":
          await this.#payload(trigger.data, `request ${invocation.awsRequestId}`, batch);
          return undefined;
        case "stream":
          return await this.#stream(trigger.records, batch, observing);
        case "queue":
          return await this.#queue(trigger.records, batch, observing);
        case "replay":
          return await this.#replay(trigger, batch);
      }
    } finally {
      if (trigger.kind !== "self-test") await this.#report(batch, trigger.kind !== "replay", observing);
    }
  }

  async #payload(data: string, from: string, batch: Batch): Promise<void> {
    const { file, times } = this.#unpacked(data, from);
    await batch.add(file, (number) => times[number - 1] ?? null);
  }

  /** By itself, so that nobody holds the payload's texts any more while its events are stored. */
  #unpacked(data: string, from: string): { readonly file: ReadFile; readonly times: readonly EpochMs[] } {
    try {
      const { logGroup, logStream, ids, times, messages } = unpackLogPayload(data);
      const positionOf = (number: number) => `log event ${ids[number - 1]}`;
      return { file: this.#reader.readTexts(`logs://${logGroup}/${logStream}`, messages, positionOf), times };
    } catch (error) {
      if (!(error instanceof UnreadablePayload)) throw error;
      // It will be no better the next time.
      return { file: unreadable(from, error.message, data), times: [] };
    }
  }

  /** In their order: what comes behind the first that fails comes again with it. */
  async #stream(records: readonly StreamRecord[], batch: Batch, observing: Observing): Promise<PartialFailure> {
    for (const { kinesis } of records) {
      try {
        await this.#payload(kinesis.data, `stream record ${kinesis.sequenceNumber}`, batch);
      } catch (error) {
        observing.error("a part of the stream comes again", error, { from: kinesis.sequenceNumber });
        return batch.failed([kinesis.sequenceNumber]);
      }
    }
    return batch.failed([]);
  }

  /** Where it is the cluster that fails, the others are not even tried. */
  async #queue(records: readonly QueueRecord[], batch: Batch, observing: Observing): Promise<PartialFailure> {
    const failed: string[] = [];
    for (const [at, { messageId, body }] of records.entries()) {
      try {
        for (const notice of noticesIn(body)) await this.#object(notice, batch);
      } catch (error) {
        observing.error("a message comes again", error, { messageId });
        failed.push(messageId);
        if (!isOfCluster(error)) continue;
        failed.push(...records.slice(at + 1).map((record) => record.messageId));
        break;
      }
    }
    return batch.failed(failed);
  }

  async #replay(
    { objects, records }: { readonly objects: readonly ObjectNotice[]; readonly records: readonly string[] },
    batch: Batch,
  ): Promise<object> {
    for (const notice of objects) await this.#object(notice, batch);
    if (records.length > 0) {
      const file = this.#reader.readTexts("replay", textBytes(records), (number) => `replayed record ${number}`);
      await batch.add(file, () => null);
    }
    const { delays: _, ...counts } = batch.total;
    return counts;
  }

  async #object(notice: ObjectNotice, batch: Batch): Promise<void> {
    const kind = cloudtrailKey(notice.key)?.kind;
    if (kind === "digest" || kind === "other") return;
    const file = await this.#reader.read({
      path: `s3://${notice.bucket}/${notice.key}`,
      size: 0,
      tag: "",
      localPath: null,
      reopenable: true,
      open: () => this.#parts.object(notice),
    });
    await batch.add(file);
  }

  async #report({ total, failures }: Batch, isNew: boolean, observing: Observing): Promise<void> {
    const { directory, takenAt } = await this.#parts.organization.current();
    observing.info("stored", { ...total, failures });
    observing.measure("recordsRead", total.records);
    observing.measure("eventsIndexed", total.created);
    observing.measure("eventsRepeated", total.duplicates);
    observing.measure("recordsQuarantined", total.quarantined + total.conflicts);
    observing.measure("batchesFailed", failures);
    observing.measure("accountsKnown", directory.accounts().length);
    if (takenAt !== null) observing.measure("directoryAge", (this.#parts.now() - takenAt) / 1000);
    if (total.delays === null || !isNew) return;
    observing.measure("deliveryDelay", total.delays.delivered / 1000);
    observing.measure("indexDelay", total.delays.indexed / 1000);
  }
}

/** What one invocation stores. */
class Batch {
  readonly #ingest: Ingest;
  readonly #until: EpochMs;
  #total: Ingested = {
    records: 0,
    created: 0,
    duplicates: 0,
    conflicts: 0,
    quarantined: 0,
    insights: 0,
    delays: null,
  };
  failures = 0;

  constructor(ingest: Ingest, until: EpochMs) {
    this.#ingest = ingest;
    this.#until = until;
  }

  get total(): Ingested {
    return this.#total;
  }

  async add(file: ReadFile, arrivedAt: ArrivedAt | null = null): Promise<void> {
    try {
      const stored = await this.#ingest.store(file, this.#until, arrivedAt);
      const before = this.#total;
      this.#total = {
        records: before.records + stored.records,
        created: before.created + stored.created,
        duplicates: before.duplicates + stored.duplicates,
        conflicts: before.conflicts + stored.conflicts,
        quarantined: before.quarantined + stored.quarantined,
        insights: before.insights + stored.insights,
        delays: stored.delays ?? before.delays,
      };
    } catch (error) {
      this.failures++;
      throw error;
    }
  }

  failed(items: readonly string[]): PartialFailure {
    return { batchItemFailures: items.map((itemIdentifier) => ({ itemIdentifier })) };
  }
}

function noticesIn(body: string): readonly ObjectNotice[] {
  const notices = objectNotices(body);
  if (notices !== null) return notices;
  throw new TrailwatchError(
    "INPUT_UNREADABLE",
    "a message in the queue does not say which objects are new",
    "Nobody but the trail's bucket or its topic should write to the queue. The message ends in its dead-letter queue.",
  );
}

const isOfCluster = (error: unknown): boolean =>
  error instanceof TrailwatchError && error.code.startsWith("OPENSEARCH_");

/** What is kept of a payload that nothing can be read of. */
const unreadable = (path: string, detail: string, data: string): ReadFile => ({
  path,
  events: [],
  insights: [],
  quarantined: [{ file: path, position: "payload", reason: "broken-json", detail, sample: data.slice(0, 64 * 1024) }],
  deliveredAt: null,
  bytes: data.length,
});
