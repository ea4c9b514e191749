import { EventReader } from "#adapters/files/event-reader.ts";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { bulkLines } from "#adapters/opensearch/documents/bulk-request.ts";
import { toDocument } from "#adapters/opensearch/documents/event-document.ts";
import { fileEntry } from "#adapters/opensearch/documents/read-record.ts";
import type { IndexNames } from "#adapters/opensearch/index-names.ts";
import { parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import { indexFiles } from "../../cli/opensearch/backfill.ts";
import type { MeasuredNode } from "./node.ts";

export interface Rate {
  readonly events: number;
  readonly milliseconds: number;
}

const BATCH_BYTES = 5 * 1024 * 1024;
/** Requests on their way, in both. */
const CONCURRENCY = 2;

/** Whatever day the corpus is of. */
const CONFIG = parseConfig({ opensearch: { eventDays: 3650 } });
const DIRECTORY = parseOrganization({ accounts: [] }, CONFIG.context);

/** From files to documents with everything on: split, normalised, priced, encoded, written in bulk, each answer read. */
export async function indexAsWeDo({ connection }: MeasuredNode, names: IndexNames, folder: string): Promise<Rate> {
  const started = performance.now();
  const cluster = { connection, names, config: CONFIG, directory: DIRECTORY, now: Date.now };
  const { created, read } = await indexFiles(cluster, [new LocalEventSource(folder)], {});
  if (created !== read || created === 0) throw new Error(`${created} of ${read} events were written`);
  return { events: created, milliseconds: performance.now() - started };
}

/** The same documents as they go over the wire, in batches that are ready to be sent. */
export async function readyBatches(names: IndexNames, folder: string): Promise<readonly Buffer[]> {
  const knowledge = {
    accounts: DIRECTORY,
    priceBook: createPriceBook(),
    riskyAction: (service: string, action: string) => riskRank(actionRisk(service, action).level) >= riskRank("medium"),
  };
  const reader = new EventReader(Date.now);
  const batches: Buffer[] = [];
  let lines: string[] = [];
  let bytes = 0;
  for await (const file of new LocalEventSource(folder).files({})) {
    const read = await reader.read(file);
    for (const placed of read.events) {
      const { event, account, details } = fileEntry(placed, read, knowledge);
      const source = JSON.stringify(toDocument(event, account, { ...details, indexedAt: Date.now() }));
      const line = bulkLines({ action: "create", index: names.eventsAt(event.time), id: event.id, source });
      lines.push(line);
      bytes += line.length;
      if (bytes < BATCH_BYTES) continue;
      batches.push(Buffer.from(lines.join("")));
      lines = [];
      bytes = 0;
    }
  }
  if (lines.length > 0) batches.push(Buffer.from(lines.join("")));
  return batches;
}

/** What the node takes when nothing is done but sending: plain requests, answers looked at for errors only. */
export async function indexBare({ url }: MeasuredNode, batches: readonly Buffer[]): Promise<Omit<Rate, "events">> {
  const started = performance.now();
  const left = [...batches];
  const send = async (): Promise<void> => {
    for (let body = left.shift(); body; body = left.shift()) {
      const answer = await fetch(new URL("/_bulk", url), {
        method: "POST",
        headers: { "content-type": "application/x-ndjson" },
        body: new Uint8Array(body),
      });
      const { errors } = (await answer.json()) as { errors: boolean };
      if (errors) throw new Error("a bulk request had errors");
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, send));
  return { milliseconds: performance.now() - started };
}

/** Bytes on disk, as they came and merged into one segment an index, which is what a day becomes when it is over. */
export async function bytesOnDisk(
  { connection }: MeasuredNode,
  names: IndexNames,
): Promise<{ readonly asWritten: number; readonly merged: number }> {
  const size = async (): Promise<number> => {
    await connection.send("POST", `/${names.events}/_flush`, { query: { force: true } });
    const { body } = await connection.send("GET", `/${names.events}/_stats/store`);
    return body._all.primaries.store.size_in_bytes;
  };
  const asWritten = await size();
  await connection.send("POST", `/${names.events}/_forcemerge`, { query: { max_num_segments: 1 } });
  return { asWritten, merged: await size() };
}
